import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client } from 'pg';

import { postgresServer, stopPostgresAtEnd } from '../store/postgres-server.ts';
import { command, start } from './command.ts';
import { directMembers, scenario, tellStoriesOnPostgres } from './scenario.ts';

stopPostgresAtEnd();
tellStoriesOnPostgres();

test('a process that stands still in the midst of its apply is put out by the server, and taken over', async (t) => {
  const server = await postgresServer();
  const story = await scenario(t, { users: 40 });
  const url = story.settings['ROLLKEEPER_DATABASE_URL'] ?? '';
  await story.keeper.sync();
  const [changed = ''] = directMembers(story);
  story.entra.tenant.updateUser(changed, { jobTitle: 'Changed' });
  const before = story.everything();
  const application = new Client({ connectionString: url });
  application.on('error', () => {});
  await application.connect();
  await application.query('BEGIN; LOCK TABLE rollkeeper.rollkeeper_changes IN SHARE MODE');
  const impatient = new URL(url);
  impatient.searchParams.set('options', '-c idle_in_transaction_session_timeout=300ms');
  const silent = start(['sync'], {
    env: { ...story.settings, ROLLKEEPER_DATABASE_URL: impatient.href },
  });
  t.after(() => void silent.process.kill('SIGKILL'));
  const waiting = `
    SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'rollkeeper' AND wait_event_type = 'Lock'`;
  while ((await server.admin(waiting, url)).length === 0);
  silent.process.kill('SIGSTOP');
  await application.query('COMMIT');
  await application.end();
  // Its statement is done, its transaction is open, and nobody goes on with it: it has the tenant's row.
  await server.admin(
    'UPDATE rollkeeper.rollkeeper_connections SET lease_expires_at = clock_timestamp()',
    url,
  );
  assert.equal(story.everything(), before);
  const next = await command(['sync'], { env: story.settings });
  assert.equal(next.code, 0, next.stderr);
  const rows = story.everything();
  assert.notEqual(rows, before);
  silent.process.kill('SIGCONT');
  const { code, stderr } = await silent.ended;
  // Whichever it is told first: that its connection was lost, or its lease.
  assert.ok(code === 7 || code === 8, `${code} ${stderr}`);
  assert.match(stderr, code === 7 ? /no longer has the lease/u : /connection to .+ was lost/u);
  assert.equal(story.everything(), rows);
  const runs = await story.keeper.runs(story.tenantId);
  assert.deepEqual(
    runs.map(({ status }) => status),
    ['succeeded', 'failed', 'succeeded'],
  );
  const changes = await Array.fromAsync(story.keeper.changes(story.tenantId));
  const told = changes.filter(
    ({ subjectId, change }) => subjectId === changed && change === 'updated',
  );
  assert.equal(told.length, 1, 'told once');
});

// The same stories, on PostgreSQL.
await import('./processes.test.ts');
