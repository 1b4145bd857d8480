import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { RollkeeperError } from '../../src/directory/error.ts';
import { pgBouncerTo, poolerTo } from '../store/postgres-pooler.ts';
import { ownServer } from '../store/postgres-server.ts';
import type { PostgresServer } from '../store/postgres-server.ts';
import { directMembers, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** A server that takes its superuser’s word, so that a pooler between needs no password. */
async function trusting(t: TestContext): Promise<PostgresServer> {
  const server = await ownServer(async (data) => {
    const file = join(data, 'pg_hba.conf');
    const rest = await readFile(file, 'utf8');
    await writeFile(file, `host all postgres samehost trust\n${rest}`);
    return [];
  });
  t.after(async () => await server.end());
  return server;
}

async function fails(story: Scenario, url: string): Promise<RollkeeperError> {
  try {
    await (await story.reopened({ ROLLKEEPER_DATABASE_URL: url })).runs(story.tenantId);
  } catch (error) {
    assert.ok(error instanceof RollkeeperError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'it was let in' });
}

const compared = `
  SELECT json_agg(row_to_json(p)::jsonb - 'status_since' ORDER BY p.id)::text AS people,
         (SELECT json_agg(m ORDER BY m.group_id, m.member_id)::text
            FROM rollkeeper.microsoft_graph_memberships m) AS memberships
    FROM rollkeeper.microsoft_graph_people p`;

/** The life of a tenant: a schema, first and later runs, removals that are held, somebody who is forgotten. */
async function live(story: Scenario, url: string): Promise<void> {
  const keeper = await story.reopened({
    ROLLKEEPER_DATABASE_URL: url,
    ROLLKEEPER_DELETION_THRESHOLD: '2,20%,5',
  });
  assert.equal((await keeper.sync()).report.status, 'succeeded');
  const [leaver = '', changed = '', ...others] = directMembers(story);
  const { tenant } = story.entra;
  tenant.removeMember(story.groupId, leaver);
  tenant.updateUser(changed, { jobTitle: 'Changed' });
  assert.equal((await keeper.sync()).report.users.softDeleted, 1);
  for (const id of others.slice(0, 3)) tenant.removeMember(story.groupId, id);
  const held = await keeper.sync({ full: true });
  assert.equal(held.report.status, 'quarantined');
  await keeper.approve(story.tenantId, held.report.run, { by: 'op' });
  assert.equal((await keeper.sync({ full: true })).report.status, 'succeeded');
  const purged = await keeper.purge(story.tenantId, { olderThanMs: 0, by: 'op' });
  assert.ok(purged.people > 0);
  await keeper.close();
}

/** The rows of such a life through a pooler, and of one without. */
async function compare(
  t: TestContext,
  server: PostgresServer,
  pooled: (url: string) => Promise<string>,
): Promise<void> {
  const rows: string[] = [];
  for (const way of [pooled, async (url: string) => await Promise.resolve(url)]) {
    const story = await scenario(t, { users: 60 });
    const url = await server.empty({ after: () => {} });
    await live(story, await way(url));
    rows.push(JSON.stringify(await server.admin(compared, url)));
  }
  assert.equal(rows[0], rows[1]);
}

test('through a pooler that gives every transaction another session, rows are those of a connection of ours', async (t) => {
  const server = await trusting(t);
  await compare(t, server, async (url) => await poolerTo(url, t));
});

test('a pooler that takes no startup parameters says which, and what to do', async (t) => {
  const server = await trusting(t);
  const story = await scenario(t, { users: 20 });
  const pooled = await poolerTo(server.url, t);
  const { code, message, remedy } = await fails(story, `${pooled}&options=-c%20work_mem%3D8MB`);
  assert.equal(code, 'database.refused', message);
  assert.match(message, /unsupported startup parameter: options/u);
  assert.match(remedy, /without options/u);
});

test('PgBouncer itself, where this machine has it: the same rows, and a mode that does not do is told', async (t) => {
  const server = await trusting(t);
  const story = await scenario(t, { users: 20 });
  const url = await server.empty({ after: () => {} });
  const strict = await pgBouncerTo(url, t, 'statement');
  if (strict === null) {
    t.skip('there is no pgbouncer on this machine');
    return;
  }
  const refused = await fails(story, strict);
  assert.equal(refused.code, 'database.refused', refused.message);
  assert.match(refused.message, /statement pooling mode/u);
  assert.match(refused.remedy, /pool_mode/u);
  const transactions = await pgBouncerTo(url, t, 'transaction');
  const parameters = await fails(story, `${transactions}&options=-c%20work_mem%3D8MB`);
  assert.match(parameters.message, /unsupported startup parameter/u);
  await compare(
    t,
    server,
    async (named) =>
      Object.assign(new URL(transactions ?? ''), { pathname: new URL(named).pathname }).href,
  );
});
