import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { Client } from 'pg';

import { long } from '../long.ts';
import type { Command } from './command.ts';
import { command, start } from './command.ts';
import { directMembers, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** Whoever reads waits so long in its first listing: time to be found and stopped in the midst of its run. */
const firstListing = { match: { path: /members$/u }, delayMs: 4_000, times: 1 } as const;

/** Started by a test; gone when it ends, even where it stands still. */
function started(t: TestContext, story: Scenario, words: readonly string[] = ['sync']): Command {
  const run = start(words, { env: story.settings });
  t.after(() => void run.process.kill('SIGKILL'));
  return run;
}

const statuses = async ({ keeper, tenantId }: Scenario): Promise<readonly string[]> =>
  (await keeper.runs(tenantId)).map(({ status }) => status);

function noneActive(story: Scenario): void {
  const active = story.rows('SELECT run_id FROM rollkeeper_runs WHERE finished_at IS NULL');
  assert.deepEqual(active, [], 'no run is left active');
}

/** The process that has the lease, once one has. Others do other work meanwhile. */
async function owner(story: Scenario): Promise<number> {
  for (;;) {
    const [row] = story.rows(
      'SELECT lease_owner FROM rollkeeper_connections WHERE lease_run_id IS NOT NULL',
    );
    if (row !== undefined) return Number(String(row['lease_owner']).split(':').at(-2));
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

/** Resolves when so many have ended. */
async function endedOf(
  runs: readonly Command[],
  count: number,
): Promise<readonly (number | null)[]> {
  const ended: (number | null)[] = [];
  await new Promise<void>((resolve) => {
    const told = async (run: Command): Promise<void> => {
      const { code } = await run.ended;
      if (ended.push(code) === count) resolve();
    };
    for (const run of runs) void told(run);
  });
  return ended;
}

/** The database’s clock says that the lease has ended: in the long form by waiting for it. */
async function expire(story: Scenario): Promise<void> {
  const url = story.settings['ROLLKEEPER_DATABASE_URL'] ?? '';
  const onPostgres = url.startsWith('postgres');
  const now = onPostgres ? 'clock_timestamp()' : "unixepoch('subsec')";
  if (long) {
    const expired = `SELECT 1 FROM rollkeeper_connections WHERE lease_expires_at < ${now}`;
    while (story.rows(expired).length === 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
    }
    return;
  }
  if (!onPostgres) {
    const database = new DatabaseSync(story.databaseFile, { timeout: 5_000 });
    database.exec(`UPDATE rollkeeper_connections SET lease_expires_at = ${now}`);
    database.close();
    return;
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`UPDATE rollkeeper.rollkeeper_connections SET lease_expires_at = ${now}`);
  await client.end();
}

test('of ten processes that start at once one runs and the others end with 7; its rows are those of a run alone', async (t) => {
  const alone = await scenario(t, { users: 40 });
  await alone.keeper.sync();
  const story = await scenario(t, { users: 40 });
  assert.deepEqual(await statuses(story), []);
  story.entra.faults.add(firstListing);
  const runs = Array.from({ length: 10 }, () => started(t, story));
  const others = endedOf(runs, 9);
  const winner = await owner(story);
  // It stands still until the others were told.
  process.kill(winner, 'SIGSTOP');
  assert.deepEqual(await others, Array(9).fill(7));
  process.kill(winner, 'SIGCONT');
  const ended = await Promise.all(runs.map(async (run) => (await run.ended).code));
  assert.deepEqual(ended.map(String).toSorted(), ['0', ...Array<string>(9).fill('7')]);
  assert.equal(story.everything(), alone.everything());
  assert.deepEqual(await statuses(story), ['succeeded']);
});

test('of ten processes that start at once the one that runs is killed: it is taken over at once', async (t) => {
  const story = await scenario(t, { users: 40 });
  // Whoever has the lease waits in its first listing, for as long as the others need to be told.
  story.entra.faults.add({ match: { path: /members$/u }, hang: true, times: 1 });
  const runs = Array.from({ length: 10 }, () => started(t, story));
  assert.deepEqual(await endedOf(runs, 9), Array(9).fill(7));
  const winner = runs.find(({ process }) => process.exitCode === null);
  winner?.process.kill('SIGKILL');
  assert.equal((await winner?.ended)?.signal, 'SIGKILL');
  story.entra.faults.clear();
  const next = await command(['sync'], { env: story.settings });
  assert.equal(next.code, 0, next.stderr);
  assert.deepEqual(await statuses(story), ['succeeded', 'failed']);
});

test('a process that lives but says nothing for as long as its lease is taken over; when it goes on, it applies nothing and ends with 7', async (t) => {
  const story = await scenario(t, { users: 40 });
  await story.keeper.sync();
  const [leaver = '', changed = ''] = directMembers(story);
  story.entra.tenant.removeMember(story.groupId, leaver);
  story.entra.faults.add(firstListing);
  const silent = started(t, story, ['sync', '--full']);
  const pid = await owner(story);
  assert.equal(pid, silent.process.pid);
  process.kill(pid, 'SIGSTOP');
  const early = await command(['sync', '--full'], { env: story.settings });
  assert.equal(early.code, 7, 'its lease lasts');
  await expire(story);
  story.entra.tenant.updateUser(changed, { jobTitle: 'Changed meanwhile' });
  const next = await command(['sync', '--full'], { env: story.settings });
  assert.equal(next.code, 0, next.stderr);
  const rows = story.everything();
  assert.match(rows, /Changed meanwhile/u);
  const changes = await Array.fromAsync(story.keeper.changes(story.tenantId));
  process.kill(pid, 'SIGCONT');
  const { code, stderr } = await silent.ended;
  assert.equal(code, 7, stderr);
  assert.match(stderr, /no longer has the lease[\s\S]+rollkeeper runs/u);
  assert.equal(story.everything(), rows);
  assert.deepEqual(await Array.fromAsync(story.keeper.changes(story.tenantId)), changes);
  assert.deepEqual(await statuses(story), ['succeeded', 'failed', 'succeeded']);
  const [, lost] = await story.keeper.runs(story.tenantId);
  assert.equal(lost?.error?.code, 'run.lost_lease');
  noneActive(story);
  const after = await command(['sync', '--full', '--json'], { env: story.settings });
  assert.equal(after.code, 0, after.stderr);
  assert.equal(story.everything(), rows);
});
