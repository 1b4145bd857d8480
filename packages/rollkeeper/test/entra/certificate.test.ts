import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { jwtVerify } from 'jose';
import { RollkeeperError } from '../../src/directory/error.ts';
import { readCertificate } from '../../src/entra/certificate.ts';
import { tokenSource } from '../../src/entra/token.ts';
import { json, otherSide } from '../graph/other-side.ts';
import { selfSigned } from './self-signed.ts';

const tenant = 'contoso.onmicrosoft.com';
const applicationId = '0d1c2b3a-0000-4000-8000-00000000000b';
const good = selfSigned();
const another = selfSigned();
const now = Date.parse('2026-11-24T04:00:00Z');

test('the assertion is PS256 with x5t#S256, for the token endpoint, and verifies with the certificate', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rollkeeper-'));
  const file = join(directory, 'certificate.pem');
  try {
    await writeFile(file, `${good.certificatePem}${good.pkcs8}`);
    await using other = await otherSide((_seen, response) =>
      json(response, { token_type: 'Bearer', expires_in: 3599, access_token: 'token-1' }),
    );
    const tokens = tokenSource({
      tenant,
      applicationId,
      credential: { kind: 'certificate', file },
      graphUrl: 'https://graph.microsoft.com',
      loginUrl: other.url,
    });
    const { signal } = new AbortController();
    await tokens.token(signal);
    await tokens.renew(signal);
    const audience = `${other.url}/${tenant}/oauth2/v2.0/token`;
    const verified = await Promise.all(
      other.seen.map(({ body }) =>
        jwtVerify(
          new URLSearchParams(body).get('client_assertion') ?? '',
          good.certificate.publicKey,
          { algorithms: ['PS256'], audience, issuer: applicationId, subject: applicationId },
        ),
      ),
    );
    const [first, second] = verified;
    const thumbprint = Buffer.from(good.certificate.fingerprint256.replaceAll(':', ''), 'hex');
    assert.deepEqual(first?.protectedHeader, {
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': thumbprint.toString('base64url'),
    });
    const { exp = 0, nbf = 0 } = first.payload;
    assert.equal(exp - nbf, 600);
    assert.notEqual(first.payload.jti, second?.payload.jti);
    const sent = new URLSearchParams(other.seen[0]?.body);
    assert.equal(sent.get('client_id'), applicationId);
    assert.equal(sent.get('scope'), 'https://graph.microsoft.com/.default');
  } finally {
    await rm(directory, { recursive: true });
  }
});

for (const [what, pem] of [
  ['PKCS#8 before the certificate', `${good.pkcs8}${good.certificatePem}`],
  ['PKCS#1 after the certificate', `${good.certificatePem}${good.pkcs1}`],
  ['a chain in any order', `${another.certificatePem}${good.certificatePem}${good.pkcs8}`],
  ['line ends of Windows', `${good.certificatePem}${good.pkcs8}`.replaceAll('\n', '\r\n')],
] as const) {
  test(`a file with ${what} is read`, () => {
    const { thumbprint } = readCertificate(pem, 'c.pem', now);
    const expected = good.certificate.fingerprint256.replaceAll(':', '');
    assert.equal(Buffer.from(thumbprint, 'base64url').toString('hex').toUpperCase(), expected);
  });
}

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const locked = good.key.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'x',
});
const expired = selfSigned('2020-01-01', '2021-01-01');
const future = selfSigned('2044-01-01', '2045-01-01');
for (const [what, pem, says] of [
  ['no key', good.certificatePem, /holds no private key/u],
  ['no certificate', good.pkcs8, /holds no certificate/u],
  ['nothing of PEM', 'MIIC...', /holds no private key/u],
  [
    'the key of another certificate',
    `${good.certificatePem}${another.pkcs8}`,
    /do not belong together/u,
  ],
  ['a key with a passphrase', `${good.certificatePem}${locked.toString()}`, /needs a passphrase/u],
  [
    'a key that is not RSA',
    `${good.certificatePem}${ec.export({ type: 'pkcs8', format: 'pem' }).toString()}`,
    /not RSA/u,
  ],
  [
    'a key cut short',
    `${good.certificatePem}${good.pkcs8.replace(/\n.{40}/u, '\n')}`,
    /cannot be read/u,
  ],
  ['an expired certificate', `${expired.certificatePem}${expired.pkcs8}`, /expired on .*2021/u],
  [
    'a certificate of the future',
    `${future.certificatePem}${future.pkcs8}`,
    /not valid before .*2044/u,
  ],
] as const) {
  test(`a file with ${what} is settings.invalid, and says so without quoting it`, () => {
    assert.throws(
      () => readCertificate(pem, 'c.pem', now),
      (error) =>
        error instanceof RollkeeperError &&
        error.code === 'settings.invalid' &&
        says.test(error.message) &&
        error.message.includes('c.pem') &&
        !/MII|-----/u.test(error.message + error.remedy),
    );
  });
}
