import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { SignJWT } from 'jose';

import { RollkeeperError } from '../../src/directory/error.ts';
import { selfSigned } from '../entra/self-signed.ts';
import { command } from './command.ts';
import { scenario } from './scenario.ts';

async function folderOf(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-credential-'));
  context.after(async () => await rm(folder, { recursive: true }));
  return folder;
}

async function refusedWith(run: Promise<unknown>, aadsts: RegExp): Promise<void> {
  await assert.rejects(run, (failed: Error) => {
    const error = failed instanceof RollkeeperError ? failed : failed.cause;
    assert.ok(error instanceof RollkeeperError);
    assert.equal(error.code, 'token.refused');
    assert.match(`${error.message} ${error.where?.graphCode ?? ''}`, aadsts);
    return true;
  });
}

const withoutSecret = { MSGRAPH_CLIENT_SECRET: '' };

describe('a run signs in', () => {
  test('with a certificate whose signature the login checks', async (t) => {
    const file = join(await folderOf(t), 'certificate.pem');
    const { certificatePem, pkcs8 } = selfSigned();
    await writeFile(file, `${certificatePem}${pkcs8}`, { mode: 0o600 });
    const { reopened } = await scenario(t, { credentials: { certificatePem } });
    const settings = { ...withoutSecret, MSGRAPH_CLIENT_CERTIFICATE_FILE: file };
    const { report } = await (await reopened(settings)).sync();
    assert.equal(report.status, 'succeeded');
  });

  test('with no certificate that the login does not know', async (t) => {
    const file = join(await folderOf(t), 'certificate.pem');
    const { certificatePem, pkcs8 } = selfSigned();
    await writeFile(file, `${certificatePem}${pkcs8}`, { mode: 0o600 });
    const credentials = { certificatePem: selfSigned().certificatePem };
    const { reopened } = await scenario(t, { credentials });
    const settings = { ...withoutSecret, MSGRAPH_CLIENT_CERTIFICATE_FILE: file };
    const keeper = await reopened(settings);
    await refusedWith(keeper.sync(), /700027/u);
  });

  test('with a token of another issuer, read again from its file once the one before is refused', async (t) => {
    const file = join(await folderOf(t), 'federated-token');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const issuer = 'https://issuer.example';
    const subject = 'system:serviceaccount:people:rollkeeper';
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const { reopened, entra } = await scenario(t, {
      credentials: { federated: { issuer, subject, publicKeyPem } },
    });
    const write = async (about: string): Promise<void> =>
      await writeFile(file, await federatedToken(privateKey, issuer, about));
    await write('somebody:else');
    const keeper = await reopened({ ...withoutSecret, MSGRAPH_FEDERATED_TOKEN_FILE: file });
    await refusedWith(keeper.sync(), /70021/u);
    await write(subject);
    assert.equal((await keeper.sync()).report.status, 'succeeded');
    entra.revokeTokens();
    assert.equal((await keeper.sync()).report.status, 'succeeded');
    await write('somebody:else');
    entra.revokeTokens();
    await refusedWith(keeper.sync(), /70021/u);
  });

  test('over HTTPS, from the command line, where the certificate of the other side is trusted', async (t) => {
    const folder = await folderOf(t);
    const trusted = join(folder, 'trusted.pem');
    const { entra, settings } = await scenario(t, { tls: true });
    await writeFile(trusted, entra.certificate ?? '');
    assert.match(settings['MSGRAPH_GRAPH_URL'] ?? '', /^https:/u);
    const synchronised = await command(['sync'], {
      env: { ...settings, NODE_EXTRA_CA_CERTS: trusted },
      cwd: folder,
    });
    assert.equal(synchronised.code, 0, synchronised.stderr);
    const { count } = entra.requests;
    const distrusted = await command(['check'], { env: settings, cwd: folder });
    assert.notEqual(distrusted.code, 0);
    assert.match(`${distrusted.stdout}${distrusted.stderr}`, /SELF_SIGNED/u);
    assert.equal(entra.requests.count, count, 'nothing was asked over a connection not trusted');
  });
});

async function federatedToken(key: KeyObject, issuer: string, subject: string): Promise<string> {
  return await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience('api://AzureADTokenExchange')
    .setIssuedAt()
    .setExpirationTime('10 minutes')
    .sign(key);
}

describe('the scope of a run', () => {
  test('is the group that the settings name by its id', async (t) => {
    const { reopened, entra, groupId, rows } = await scenario(t);
    const byId = { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_GROUP_ID_TO_SYNC: groupId };
    await (await reopened(byId)).sync();
    const ids = rows('SELECT id FROM microsoft_graph_users').map(({ id }) => id);
    assert.deepEqual(new Set(ids), entra.tenant.transitiveUserIds(groupId));
  });

  test('is exit 4 where no group has that id', async (t) => {
    const { settings } = await scenario(t);
    const { MSGRAPH_GROUP_NAME_TO_SYNC: _, ...rest } = settings;
    const env = { ...rest, MSGRAPH_GROUP_ID_TO_SYNC: randomUUID() };
    const ended = await command(['sync'], { env });
    assert.equal(ended.code, 4, ended.stderr);
  });
});
