import assert from 'node:assert/strict';
import { chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { selfSigned } from '../../../entra-simulator/src/certificate.ts';
import { RollkeeperError } from '../../src/directory/error.ts';
import { run, user } from '../../src/store/contract.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import { command } from '../scenarios/command.ts';
import { ownServer, postgresServer, stopPostgresAtEnd } from './postgres-server.ts';
import type { PostgresServer } from './postgres-server.ts';

stopPostgresAtEnd();

const day = 86_400_000;

/** A certificate that vouches for itself, as PEM, valid today. */
const certificateFor = (hosts: readonly string[]): ReturnType<typeof selfSigned> =>
  selfSigned({ hosts, from: Date.now() - day, to: Date.now() + day });

/** A file that the server takes for its own: a key must belong to whoever runs it, and be nobody else's to read. */
async function given(folder: string, name: string, text: string): Promise<void> {
  const { uid, gid } = await stat(folder);
  await writeFile(join(folder, name), text, { mode: 0o600 });
  await chown(join(folder, name), uid, gid);
}

interface Secure {
  readonly server: PostgresServer;
  /** A database of its own. */
  readonly url: string;
  /** Files with the certificate that the server has, and with that of a stranger. */
  readonly root: string;
  readonly stranger: string;
}

/** A server that speaks TLS as 127.0.0.1; the role `careful` is let in by that alone. */
async function secure(t: TestContext): Promise<Secure> {
  const { certificate, key } = certificateFor(['127.0.0.1']);
  const server = await ownServer(async (data) => {
    await given(data, 'server.crt', certificate);
    await given(data, 'server.key', key);
    const rest = await readFile(join(data, 'pg_hba.conf'), 'utf8');
    await given(data, 'pg_hba.conf', `hostnossl all careful samehost reject\n${rest}`);
    return ['-c', 'ssl=on'];
  });
  t.after(async () => await server.end());
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-tls-'));
  t.after(async () => await rm(folder, { recursive: true, force: true }));
  const [root, stranger] = [join(folder, 'root.pem'), join(folder, 'stranger.pem')];
  await writeFile(root, certificate);
  await writeFile(stranger, certificateFor(['127.0.0.1']).certificate);
  return { server, url: await server.database(null), root, stranger };
}

const refuses = (code: RollkeeperError['code'], message: RegExp, remedy: RegExp) =>
  function refused(error: unknown): boolean {
    assert.ok(error instanceof RollkeeperError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.match(error.remedy, remedy);
    return true;
  };

/** Opens a store, uses it, and tells how the server sees its connections. */
async function seen(t: TestContext, { server, url }: Secure, query: string): Promise<unknown> {
  const named = new URL(url);
  for (const [name, value] of new URLSearchParams(query)) named.searchParams.set(name, value);
  const store = await openPostgres(named.href);
  t.after(async () => await store.close());
  await run(store, { users: [user('a')] });
  const rows = await server.admin(
    `SELECT DISTINCT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
      WHERE a.application_name = 'rollkeeper' AND a.datname = '${named.pathname.slice(1)}'`,
  );
  await store.close();
  return rows.map(({ ssl }) => ssl);
}

test('with TLS the connection is encrypted, whoever vouches for the server', async (t) => {
  const there = await secure(t);
  for (const query of ['', 'sslmode=prefer', 'sslmode=require', 'sslaccept=accept_invalid_certs']) {
    assert.deepEqual(await seen(t, there, query), [true], query);
  }
  assert.deepEqual(await seen(t, there, 'sslmode=disable'), [false]);

  await t.test('and checked, where a root certificate is named', async () => {
    const { root } = there;
    for (const query of [
      `sslmode=verify-full&sslrootcert=${root}`,
      `sslmode=verify-ca&sslrootcert=${root}`,
      `sslmode=require&sslrootcert=${root}`,
      // As Prisma writes it, with what else it writes.
      `sslcert=${root}&sslaccept=strict&schema=public&connection_limit=2&pool_timeout=5&pgbouncer=true&statement_cache_size=0`,
    ]) {
      assert.deepEqual(await seen(t, there, query), [true], query);
    }
  });

  await t.test('a certificate that nobody vouches for is refused', async () => {
    const { stranger } = there;
    for (const query of [
      `sslmode=verify-full&sslrootcert=${stranger}`,
      `sslmode=verify-ca&sslrootcert=${stranger}`,
      `sslmode=require&sslrootcert=${stranger}`,
      'sslmode=verify-full',
      'sslmode=verify-full&sslrootcert=system',
    ]) {
      await assert.rejects(
        seen(t, there, query),
        refuses('database.insecure', /self-signed|verify/u, /sslrootcert/u),
        query,
      );
    }
  });

  await t.test('a certificate with another name is refused by verify-full alone', async () => {
    const url = new URL(there.url);
    url.hostname = 'localhost';
    const elsewhere = { ...there, url: url.href };
    await assert.rejects(
      seen(t, elsewhere, `sslmode=verify-full&sslrootcert=${there.root}`),
      refuses('database.insecure', /localhost/u, /host as its certificate has it/u),
    );
    const checked = await seen(t, elsewhere, `sslmode=verify-ca&sslrootcert=${there.root}`);
    assert.deepEqual(checked, [true]);
  });

  await t.test('a server that wants TLS of a role says so', async () => {
    await there.server.admin("CREATE ROLE careful SUPERUSER LOGIN PASSWORD 'only for tests'");
    const url = Object.assign(new URL(there.url), { username: 'careful' });
    const careful = { ...there, url: url.href };
    assert.deepEqual(await seen(t, careful, ''), [true]);
    await assert.rejects(
      seen(t, careful, 'sslmode=disable'),
      refuses('database.insecure', /without TLS/u, /sslmode/u),
    );
  });

  await t.test('the command line ends with 8 and says what to do', async () => {
    const url = `${there.url}?sslmode=verify-full&sslrootcert=${there.stranger}`;
    const { code, stderr } = await command(['migrate'], { env: { ROLLKEEPER_DATABASE_URL: url } });
    assert.equal(code, 8, stderr);
    assert.match(stderr, /No safe connection[\s\S]+sslrootcert/u);
  });
});

test('a server without TLS is refused where TLS is asked for', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  for (const mode of ['require', 'verify-ca', 'verify-full']) {
    await assert.rejects(
      openPostgres(`${url}?sslmode=${mode}`),
      refuses('database.insecure', /does not support SSL/u, /sslmode/u),
      mode,
    );
  }
});
