import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { deltaContract } from '../../src/store/contract-delta.ts';
import { heldContract } from '../../src/store/contract-held.ts';
import { RollkeeperError } from '../../src/directory/error.ts';
import { contract, run, tenant, user } from '../../src/store/contract.ts';
import { migrationScript } from '../../src/store/postgres/migrate.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import type { PostgresOptions } from '../../src/store/postgres/open.ts';
import { migrations as sqliteMigrations } from '../../src/store/sqlite/migrations/index.ts';
import type { Store } from '../../src/store/store.ts';
import { postgresServer, stopPostgresAtEnd } from './postgres-server.ts';

stopPostgresAtEnd();

async function opened(t: TestContext, url?: string, options?: PostgresOptions): Promise<Store> {
  const store = await openPostgres(url ?? (await (await postgresServer()).database(t)), options);
  t.after(async () => await store.close());
  return store;
}

contract('PostgreSQL', async (t) => await opened(t));
heldContract('PostgreSQL', async (t) => await opened(t));
deltaContract('PostgreSQL', async (t) => await opened(t));

const claiming = {
  kind: 'full',
  dryRun: false,
  at: '2026-11-01T00:00:00.000Z',
  leaseSeconds: 60,
} as const;
const whole = { after: null, limit: 1_000 } as const;

const refuses = (code: RollkeeperError['code'], saying = /./u) =>
  function refused(error: unknown): boolean {
    assert.ok(error instanceof RollkeeperError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(`${error.message} ${error.remedy}`, saying);
    assert.doesNotMatch(
      `${error.message} ${error.remedy} ${error.stack}`,
      /only for tests|hunter2/u,
    );
    return true;
  };

/** The same URL with something changed. */
function changed(
  url: string,
  parts: Partial<Record<'username' | 'password' | 'port' | 'pathname', string>>,
): string {
  return Object.assign(new URL(url), parts).href;
}

async function firstWord(child: ChildProcess): Promise<string> {
  for await (const text of child.stdout ?? []) return String(text).trim();
  return '';
}

test('texts come back as they were, whatever is in them; U+0000 becomes U+FFFD', async (t) => {
  const store = await opened(t);
  const odd = 'tab\there\nline\r\\N \\. "quoted" \u2028 🦉';
  const users = [
    user('a', { displayName: odd, jobTitle: '\\N', department: '', companyName: 'a\0b' }),
    {
      ...user('b'),
      extra: JSON.stringify({ x: 'a\0b', y: ['\\u0000', '\uD800', 1.5, true, null] }),
    },
  ];
  await run(store, { users });
  const [a, b] = await store.users(tenant, whole);
  for (const value of [odd, '\\N', '', 'a\uFFFDb']) assert.ok(a?.values.includes(value), value);
  const expected = { x: 'a\uFFFDb', y: ['\\u0000', '\uFFFD', 1.5, true, null] };
  assert.deepEqual(JSON.parse(b?.extra ?? ''), expected);
});

test('the views have flags, times and JSON of their own types', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const store = await opened(t, url);
  await run(store, {
    users: [{ ...user('a', { businessPhones: '["+1"]' }), extra: '{"city":"Rome"}' }],
  });
  const [row] = await server.admin(
    `SELECT business_phones ->> 0 AS phone, attributes ->> 'city' AS city, active AND account_enabled AS flag,
            status_since < now() + interval '100 years' AS since
       FROM rollkeeper.microsoft_graph_users`,
    url,
  );
  assert.deepEqual(row, { phone: '+1', city: 'Rome', flag: true, since: true });
});

test('the views have the columns that they have on SQLite, in their order', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const file = new DatabaseSync(':memory:');
  for (const sql of sqliteMigrations) file.exec(sql);
  const views = file
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'microsoft%'")
    .all();
  assert.ok(views.length > 5);
  for (const { name: view } of views) {
    const there = file.prepare(`SELECT name FROM pragma_table_info('${String(view)}')`).all();
    const here = await server.admin(
      `SELECT column_name FROM information_schema.columns
        WHERE table_schema = 'rollkeeper' AND table_name = '${String(view)}' ORDER BY ordinal_position`,
      url,
    );
    assert.deepEqual(
      here.map((row) => row['column_name']),
      there.map(({ name }) => name),
      String(view),
    );
  }
  file.close();
});

test('lists go on byte by byte where the database sorts otherwise', async (t) => {
  const server = await postgresServer();
  const url = await server.empty(t, "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0");
  const store = await opened(t, url);
  const ids = ['B', 'a', 'a-b', 'aa', 'b'];
  await run(store, { users: ids.map((id) => user(id)) });
  const seen: string[] = [];
  for (let after: string | null = null; ;) {
    const page = await store.people(tenant, { after, limit: 2 });
    if (page.length === 0) break;
    seen.push(...page.map(({ id }) => id));
    after = page.at(-1)?.id ?? null;
  }
  assert.deepEqual(seen, ids);
});

test('stores that open one empty database at once agree on its schema', async (t) => {
  const url = await (await postgresServer()).empty(t);
  const stores = await Promise.all(Array.from({ length: 5 }, async () => await opened(t, url)));
  for (const store of stores) assert.deepEqual(await store.tenants(), []);
});

test('everything is kept in the schema that is asked for, whatever the search path', async (t) => {
  const server = await postgresServer();
  const url = await server.empty(t);
  const named = new URL(url);
  named.searchParams.set('options', '-c search_path=pg_catalog');
  const store = await opened(t, named.href, { schema: 'directory' });
  await run(store, { users: [user('a')] });
  const rows = await server.admin(
    "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'rollkeeper%'",
    url,
  );
  assert.deepEqual(rows, [{ schemaname: 'directory' }]);
  const [count] = await server.admin(
    'SELECT count(*)::int AS people FROM directory.microsoft_graph_people',
    url,
  );
  assert.deepEqual(count, { people: 1 });
});

test('of ten processes that claim at once one wins, and a killed winner is followed at once', async (t) => {
  const url = await (await postgresServer()).database(t);
  const store = await opened(t, url);
  const source = new URL('../../src/store/postgres/open.ts', import.meta.url).href;
  const script = `
    const { openPostgres } = await import(${JSON.stringify(source)});
    const store = await openPostgres(${JSON.stringify(url)});
    try {
      await store.claim('t', ${JSON.stringify(claiming)});
      process.stdout.write('won\\n');
      setInterval(() => {}, 1000);
    } catch (error) {
      process.stdout.write(error.code + '\\n');
      await store.close();
    }`;
  const children = Array.from({ length: 10 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  t.after(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  const words = await Promise.all(children.map(async (child) => await firstWord(child)));
  assert.deepEqual(words.toSorted(), [...Array<string>(9).fill('run.active'), 'won']);
  const winner = children[words.indexOf('won')];
  if (winner) {
    const ended = once(winner, 'exit');
    winner.kill('SIGKILL');
    await ended;
  }
  const claim = await store.claim('t', claiming);
  const before = await store.run('t', claim.runId - 1);
  assert.deepEqual([before?.status, before?.error?.code], ['failed', 'interrupted']);
});

test('a schema that a newer version has written is left alone', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  await server.admin('INSERT INTO rollkeeper.rollkeeper_schema (version) VALUES (9999)', url);
  await assert.rejects(opened(t, url), refuses('database.newer'));
  await assert.rejects(opened(t, url, { migrate: false }), refuses('database.newer'));
});

test('a schema that is missing or too old, and not to be changed, names the command', async (t) => {
  const server = await postgresServer();
  const url = await server.empty(t);
  const asking = refuses('database.outdated', /rollkeeper migrate/u);
  await assert.rejects(opened(t, url, { migrate: false }), asking);
  const [none] = await server.admin(
    "SELECT count(*)::int AS ours FROM pg_namespace WHERE nspname = 'rollkeeper'",
    url,
  );
  assert.deepEqual(none, { ours: 0 });
  await (await opened(t, url)).close();
  await server.admin(
    'DELETE FROM rollkeeper.rollkeeper_schema WHERE version = (SELECT max(version) FROM rollkeeper.rollkeeper_schema)',
    url,
  );
  await assert.rejects(opened(t, url, { migrate: false }), asking);
});

test('a role without rights on the schema’s making runs on what the printed script has made', async (t) => {
  const server = await postgresServer();
  const url = await server.empty(t);
  await server.admin(migrationScript('rollkeeper'), url);
  const role = `rollkeeper_test_role_${process.pid}`;
  await server.admin(`CREATE ROLE ${role} LOGIN PASSWORD 'only for tests'`, url);
  t.after(async () => await server.admin(`DROP ROLE IF EXISTS ${role}`));
  const app = changed(url, { username: role, password: encodeURIComponent('only for tests') });
  await assert.rejects(
    opened(t, app, { migrate: false }),
    refuses('database.forbidden', /USAGE|permission/u),
  );
  await server.admin(
    `GRANT USAGE ON SCHEMA rollkeeper TO ${role};
     GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA rollkeeper TO ${role};
     GRANT USAGE ON ALL SEQUENCES IN SCHEMA rollkeeper TO ${role};`,
    url,
  );
  for (const migrate of [true, false]) {
    const store = await opened(t, app, { migrate });
    await run(store, { users: [user('a'), user('b')] });
    await run(store, { absences: [{ id: 'a', reason: 'left_scope' }] });
    await store.forget(tenant, 'a', { at: claiming.at, by: 'op' });
    assert.deepEqual(
      (await store.people(tenant, whole)).map(({ id }) => id),
      ['b'],
    );
    await store.close();
  }
});

test('what the server refuses is told with what to do, and never with the password', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const cases: readonly (readonly [string, RollkeeperError['code'], RegExp])[] = [
    [changed(url, { port: '1' }), 'database.unreachable', /host and port/u],
    [changed(url, { password: 'hunter2' }), 'database.refused', /password/u],
    [changed(url, { username: 'nobody' }), 'database.refused', /user/u],
    [changed(url, { pathname: '/rollkeeper_nowhere' }), 'database.missing', /createdb/u],
    [`${url}?sslmode=verify-full`, 'database.insecure', /sslmode|sslrootcert/u],
  ];
  for (const [location, code, saying] of cases) {
    await assert.rejects(openPostgres(location), refuses(code, saying), code);
  }
  const store = await opened(t, url);
  assert.doesNotMatch(store.location, /only|postgres:/u);
});

test('a server without a connection left says so', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const role = `rollkeeper_test_few_${process.pid}`;
  await server.admin(`CREATE ROLE ${role} LOGIN PASSWORD 'only for tests' CONNECTION LIMIT 0`);
  t.after(async () => await server.admin(`DROP ROLE ${role}`));
  await assert.rejects(
    openPostgres(changed(url, { username: role, password: encodeURIComponent('only for tests') })),
    refuses('database.busy', /connection_limit/u),
  );
});

test('a pool of one connection is enough for a run, and a renewal waits for its turn', async (t) => {
  const url = await (await postgresServer()).database(t);
  const store = await opened(t, `${url}?connection_limit=1&connect_timeout=1`);
  const claim = await store.claim(tenant, claiming);
  const work = [
    store.stage(claim, { users: [user('a')] }),
    store.renew(claim, 60),
    store.renew(claim, 60),
  ];
  await Promise.all(work);
  await store.finish(claim, { status: 'cancelled', at: claiming.at, report: '{}' });
});
