import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ownServer, postgresServer, stopPostgresAtEnd } from '../store/postgres-server.ts';
import { command, start } from './command.ts';
import { scenario } from './scenario.ts';

stopPostgresAtEnd();

test('a server that stops in mid-run ends it with exit code 8, rows untouched; the next run is right', async (t) => {
  const server = await ownServer();
  t.after(async () => await server.end());
  const url = await server.database(null);
  const story = await scenario(t, { users: 200, latencyMs: 20 });
  const env = { ...story.settings, ROLLKEEPER_DATABASE_URL: url };
  assert.equal((await command(['sync'], { env })).code, 0);
  const rows = 'SELECT * FROM rollkeeper.microsoft_graph_people ORDER BY tenant_id, id';
  const before = await server.admin(rows, url);
  const run = start(['sync', '--full'], { env });
  const begun = 'SELECT 1 FROM rollkeeper.rollkeeper_runs WHERE finished_at IS NULL';
  while ((await server.admin(begun, url)).length === 0);
  await server.stop();
  const { code, stderr } = await run.ended;
  assert.equal(code, 8, stderr);
  assert.match(stderr, /127\.0\.0\.1/u);
  assert.doesNotMatch(stderr, /only for tests|only%20for/u);
  await server.start();
  assert.deepEqual(await server.admin(rows, url), before);
  const after = await command(['sync', '--json'], { env });
  assert.equal(after.code, 0, after.stderr);
  assert.deepEqual(await server.admin(rows, url), before);
  assert.deepEqual(await server.admin(begun, url), []);
  const [first] = await server.admin(
    "SELECT count(*)::int AS failed FROM rollkeeper.rollkeeper_runs WHERE status = 'failed'",
    url,
  );
  assert.deepEqual(first, { failed: 1 });
});

test('migrate makes the schema, or prints what would make it and contacts nothing', async (t) => {
  const server = await postgresServer();
  const url = await server.empty(t);
  const nowhere = 'postgres://app:hunter2@127.0.0.1:1/app';
  const settings = { ROLLKEEPER_DATABASE_SCHEMA: 'directory' };
  const printed = await command(['migrate', '--print'], {
    env: { ...settings, ROLLKEEPER_DATABASE_URL: nowhere },
  });
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(
    printed.stdout,
    /^BEGIN;[\s\S]+CREATE TABLE "directory"\.rollkeeper_users[\s\S]+COMMIT;\s*$/u,
  );
  const env = { ...settings, ROLLKEEPER_DATABASE_URL: url };
  const migrated = await command(['migrate'], { env });
  assert.equal(migrated.code, 0, migrated.stderr);
  const [last] = await server.admin(
    'SELECT max(version) AS version FROM directory.rollkeeper_schema',
    url,
  );
  const rest = await command(['migrate', '--print', '--from', String(last?.['version'])], { env });
  assert.doesNotMatch(rest.stdout, /CREATE/u);
  const refused = await command(['migrate'], { env: { ROLLKEEPER_DATABASE_URL: nowhere } });
  assert.equal(refused.code, 8);
  assert.doesNotMatch(refused.stderr, /hunter2/u);
});

test('migrate prints the script of a file, which makes what a run needs', async () => {
  const printed = await command(['migrate', '--print'], {
    env: { ROLLKEEPER_DATABASE_URL: 'sqlite:never-made.db' },
  });
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(
    printed.stdout,
    /^BEGIN IMMEDIATE;[\s\S]+CREATE TABLE rollkeeper_users[\s\S]+COMMIT;\s*$/u,
  );
});
