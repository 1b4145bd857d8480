import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { RollkeeperError } from '../../src/directory/error.ts';
import { copyLine } from '../../src/store/postgres/copy.ts';
import { wellFormedJson } from '../../src/store/postgres/json.ts';
import { readLocation } from '../../src/store/postgres/location.ts';
import { compile } from '../../src/store/postgres/sql.ts';

test('a connection string says where, as whom and how', () => {
  const { text, client, connections, connectTimeoutMs, tls } = readLocation(
    'postgresql://ro%20le:p%40ss%2Fword@db.example.org:6543/people?connection_limit=2&connect_timeout=3&sslmode=require',
  );
  assert.equal(text, 'db.example.org:6543/people');
  assert.deepEqual(
    [client.host, client.port, client.user, client.password, client.database],
    ['db.example.org', 6543, 'ro le', 'p@ss/word', 'people'],
  );
  assert.equal(client.application_name, 'rollkeeper');
  assert.deepEqual([connections, connectTimeoutMs, tls], [2, 3_000, 'require']);
});

test('parameters of other tools are let pass', () => {
  const { text, client, connections } = readLocation(
    'postgres://app:secret@db/people?schema=public&pgbouncer=true&pool_timeout=10&socket_timeout=5&statement_cache_size=0&channel_binding=require&target_session_attrs=read-write&sslidentity=x.p12&unheard=of',
  );
  assert.equal(text, 'db:5432/people');
  assert.equal(connections, 5);
  assert.ok(!('schema' in client));
});

test('a socket’s folder may stand for the host, in the path or as a parameter', () => {
  const forms = [
    'postgres:///people?host=/run/postgresql',
    'postgres://app@/people?host=/run/postgresql',
    'postgres://%2Frun%2Fpostgresql/people',
  ];
  for (const form of forms) {
    const { client, text } = readLocation(form);
    assert.equal(client.host, '/run/postgresql', form);
    assert.equal(client.ssl, false);
    assert.equal(text, '/run/postgresql/people');
  }
  assert.equal(readLocation('postgres://[::1]:5433/people').client.host, '::1');
});

test('TLS means what libpq means by it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-tls-'));
  t.after(async () => await rm(folder, { recursive: true, force: true }));
  const root = join(folder, 'root.pem');
  await writeFile(root, 'certificate');
  const ssl = (query: string) => readLocation(`postgres://db/people?${query}`).client.ssl;
  assert.equal(ssl('sslmode=disable'), false);
  const verifies = (query: string): unknown => {
    const options = ssl(query);
    return typeof options === 'object' ? options.rejectUnauthorized : options;
  };
  assert.equal(verifies(''), false);
  assert.equal(verifies('sslmode=prefer'), false);
  assert.equal(verifies('sslmode=require'), false);
  assert.equal(verifies('sslmode=no-verify'), false);
  assert.equal(verifies(`sslmode=require&sslrootcert=${root}`), true);
  assert.equal(verifies('sslmode=verify-ca'), true);
  assert.equal(verifies('sslmode=verify-full'), true);
  assert.equal(verifies('sslaccept=strict'), true);
  assert.equal(verifies('sslaccept=accept_invalid_certs'), false);
  const checksName = (query: string): boolean => {
    const options = ssl(query);
    return typeof options === 'object' && !('checkServerIdentity' in options);
  };
  assert.ok(checksName('sslmode=verify-full'));
  assert.ok(checksName('sslaccept=strict'));
  assert.ok(!checksName(`sslmode=verify-ca&sslrootcert=${root}`));
  const authority = ssl(`sslmode=verify-full&sslrootcert=${root}`);
  assert.equal(typeof authority === 'object' && authority.ca, 'certificate');
  const prisma = ssl(`sslcert=${root}&sslaccept=strict`);
  assert.equal(typeof prisma === 'object' && prisma.ca, 'certificate');
});

test('what is wrong with a connection string is told without quoting it', () => {
  for (const url of [
    'postgres://app:hunter2@db:port/people',
    'postgres://app:hunter2@db/people?sslmode=maybe',
    'postgres://app:hunter2@db/people?sslrootcert=/nowhere.pem',
    'postgres://app:hunter2@one,two/people',
  ]) {
    assert.throws(
      () => readLocation(url),
      (error: unknown) =>
        error instanceof RollkeeperError &&
        error.code === 'settings.invalid' &&
        !JSON.stringify([error.message, error.remedy, error.stack]).includes('hunter2'),
      url,
    );
  }
});

test('a line of COPY escapes what would end a field or a line', () => {
  assert.equal(
    copyLine(['a\tb', 'c\nd', 'e\rf', '\\N', 'g\\']),
    'a\\tb\tc\\nd\te\\rf\t\\\\N\tg\\\\\n',
  );
  assert.equal(copyLine([null, '', 0, true, false]), '\\N\t\t0\tt\tf\n');
  assert.equal(copyLine(['', null]), '\t\\N\n');
  assert.equal(copyLine(['a\0b']), 'a\uFFFDb\n');
});

test('JSON that PostgreSQL refuses is mended, and nothing else', () => {
  assert.equal(
    wellFormedJson(JSON.stringify(['a\0b', '\uD800', '🦉'])),
    '["a\\ufffdb","\\ufffd","🦉"]',
  );
  assert.equal(wellFormedJson('["\\\\u0000","\\u0001"]'), '["\\\\u0000","\\u0001"]');
  assert.equal(wellFormedJson(null), null);
});

test('names are qualified with the schema, values get positions', () => {
  assert.deepEqual(
    compile(
      "SELECT 'rollkeeper_x' FROM rollkeeper_users u WHERE u.id = $id AND $id <> $other",
      'mine',
    ),
    {
      text: `SELECT 'rollkeeper_x' FROM "mine".rollkeeper_users u WHERE u.id = $1 AND $1 <> $2`,
      names: ['id', 'other'],
    },
  );
  assert.equal(
    compile('CREATE INDEX rollkeeper_users_deleted ON rollkeeper_users (id)', 'mine').text,
    'CREATE INDEX rollkeeper_users_deleted ON "mine".rollkeeper_users (id)',
  );
});
