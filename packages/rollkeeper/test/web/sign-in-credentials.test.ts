import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { SimulatorOptions } from 'entra-simulator';
import { SignJWT } from 'jose';

import { selfSigned } from '../entra/self-signed.ts';
import { story } from './signing-in.ts';
import type { Story } from './signing-in.ts';

async function fileWith(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-sign-in-'));
  t.after(async () => await rm(folder, { recursive: true }));
  const file = join(folder, 'credential');
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** The pages of an application that has this credential and no secret. */
const withCredential = async (
  t: TestContext,
  credentials: NonNullable<SimulatorOptions['credentials']>,
  settings: Readonly<Record<string, string>>,
): Promise<Story> =>
  await story(
    t,
    ({ id }) => id,
    { signIn: {} },
    {
      options: { credentials },
      settings: { MSGRAPH_CLIENT_SECRET: '', ...settings },
    },
  );

describe('an administrator signs in where the application has no secret', () => {
  test('but a certificate, which signs what redeems the code', async (t) => {
    const { certificatePem, pkcs8 } = selfSigned();
    const file = await fileWith(t, `${certificatePem}${pkcs8}`);
    const settings = { MSGRAPH_CLIENT_CERTIFICATE_FILE: file };
    const { back, begun, visit } = await withCredential(t, { certificatePem }, settings);
    assert.equal((await back(await begun())).status, 303);
    assert.equal((await visit('/')).status, 200);
  });

  test('but not with a certificate that Entra does not know', async (t) => {
    const { certificatePem, pkcs8 } = selfSigned();
    const file = await fileWith(t, `${certificatePem}${pkcs8}`);
    const known = { certificatePem: selfSigned().certificatePem };
    const settings = { MSGRAPH_CLIENT_CERTIFICATE_FILE: file };
    const { back, begun, sessions } = await withCredential(t, known, settings);
    assert.equal((await back(await begun())).status, 403);
    assert.equal(sessions(), 0);
  });

  test('but a token of another issuer', async (t) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const issuer = 'https://issuer.example';
    const subject = 'system:serviceaccount:people:rollkeeper';
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const token = await new SignJWT({ jti: 'one' })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience('api://AzureADTokenExchange')
      .setIssuedAt()
      .setExpirationTime('10 minutes')
      .sign(privateKey);
    const settings = { MSGRAPH_FEDERATED_TOKEN_FILE: await fileWith(t, token) };
    const federated = { issuer, subject, publicKeyPem };
    const { back, begun, visit } = await withCredential(t, { federated }, settings);
    assert.equal((await back(await begun())).status, 303);
    assert.equal((await visit('/')).status, 200);
  });
});
