import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Statements } from '../../src/directory/statement.ts';
import { at, begin, finish, group, remember, run, tenant, user } from '../../src/store/contract.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import type { Claim, DrawnTo, Store } from '../../src/store/store.ts';
import { ownServer } from './postgres-server.ts';
import type { PostgresServer } from './postgres-server.ts';

/** So many people, each in one of ten groups, managed by the first. */
function people(count: number, jobTitle: string, fingerprint: number): Statements {
  const ids = Array.from({ length: count }, (_, index) => `u${index}`);
  return {
    users: ids.map((id) => ({ ...user(id, { jobTitle }, 'u0'), fingerprint })),
    groups: Array.from({ length: 10 }, (_, index) => group(`g${index}`)),
    memberships: ids.map((id, index) => edge(`g${index % 10}`, id, true)),
  };
}

const edge = (groupId: string, memberId: string, member: boolean) =>
  ({ groupId, memberId, memberKind: 'user', member }) as const;

async function drawn(store: Store, claim: Claim): Promise<void> {
  for (let from: DrawnTo | null = null; ;) {
    from = (await store.draw(claim, { disabledUsers: 'keep' }, from)).next;
    if (from === null) return;
  }
}

/** A server that counts its tables when it is told to, and never is. */
async function uncounted(t: TestContext): Promise<PostgresServer> {
  const server = await ownServer(async () => await Promise.resolve(['-c', 'autovacuum=off']));
  t.after(async () => await server.end());
  return server;
}

/** Rows that were read in a database since it was made, once all its sessions have ended. */
async function rowsRead(server: PostgresServer, url: string): Promise<number> {
  const sessions = `SELECT 1 FROM pg_stat_activity WHERE datname = '${new URL(url).pathname.slice(1)}'`;
  while ((await server.admin(sessions)).length > 0);
  const [row] = await server.admin(
    `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 AS read
       FROM pg_stat_user_tables WHERE schemaname = 'rollkeeper'`,
    url,
  );
  return Number(row?.['read']);
}

test('what a run reads of our tables grows with the rows and not with their square, before the server has counted anything', async (t) => {
  const server = await uncounted(t);
  const readFor = async (count: number): Promise<number> => {
    const url = await server.database(null);
    const first = await openPostgres(url);
    await run(first, people(count, 'before', 1));
    await first.close();
    const before = await rowsRead(server, url);
    const store = await openPostgres(url);
    // Everybody changes, every tenth person leaves, and as many lose their group.
    const changed = people(count, 'after', 2);
    const leavers = (changed.users ?? []).filter((_, index) => index % 10 === 5);
    const stay = (changed.users ?? []).filter((_, index) => index % 10 !== 5);
    await run(store, {
      users: stay.map((one, index) => (index % 2 === 0 ? one : { ...one, manager: null })),
      absences: leavers.map(({ id }) => ({ id, reason: 'left_scope' }) as const),
      memberships: stay.flatMap(({ id }) =>
        id.endsWith('7') ? [edge('g7', id, false), edge('g1', id, true)] : [],
      ),
    });
    assert.equal((await store.totals(tenant, at)).inScope, stay.length);
    await store.close();
    return (await rowsRead(server, url)) - before;
  };
  const [some, many] = [await readFor(100), await readFor(400)];
  t.diagnostic(`${some} rows read for 100 people, ${many} for 400`);
  assert.ok(many < 8 * some, `${many} rows read for 400 people, ${some} for 100`);
});

test('what a dry run reads to name its plan grows with the plan and not with its square', async (t) => {
  const server = await uncounted(t);
  const readFor = async (count: number): Promise<number> => {
    const url = await server.database(null);
    const store = await openPostgres(url);
    const claim = await begin(store, tenant, true);
    await store.stage(claim, people(count, 'new', 1));
    await store.enter(claim, 'deciding');
    await drawn(store, claim);
    await finish(store, claim);
    const planned = await store.planned(tenant, claim.runId, { after: null, limit: 5 * count });
    assert.ok(planned.every(({ subjectName }) => subjectName !== null));
    assert.equal(planned.length, 2 * count + 10);
    await store.close();
    return await rowsRead(server, url);
  };
  const [some, many] = [await readFor(200), await readFor(800)];
  t.diagnostic(`${some} rows read for 200 people, ${many} for 800`);
  assert.ok(many < 8 * some, `${many} rows read for 800 people, ${some} for 200`);
});

test('what a run reads that holds whoever leaves grows with their number and not with its square', async (t) => {
  const server = await uncounted(t);
  const readFor = async (count: number): Promise<number> => {
    const url = await server.database(null);
    const first = await openPostgres(url);
    await run(first, people(2 * count, 'before', 1));
    await first.close();
    const before = await rowsRead(server, url);
    const store = await openPostgres(url);
    const claim = await begin(store);
    const leavers = Array.from({ length: count }, (_, index) => `u${index}`);
    await store.stage(claim, {
      absences: leavers.map((id) => ({ id, reason: 'left_scope' }) as const),
      memberships: leavers.map((id, index) => edge(`g${index % 10}`, id, false)),
    });
    await store.enter(claim, 'deciding');
    await drawn(store, claim);
    await store.hold(claim, { held: ['leaving', 'memberships'], left: [] });
    await store.enter(claim, 'applying');
    await store.apply(claim, { at, remember });
    await store.finish(claim, { status: 'quarantined', at, report: '{}' });
    assert.equal((await store.totals(tenant, at)).held.leaving, count);
    await store.close();
    return (await rowsRead(server, url)) - before;
  };
  const [some, many] = [await readFor(200), await readFor(800)];
  t.diagnostic(`${some} rows read for 200 people, ${many} for 800`);
  assert.ok(many < 8 * some, `${many} rows read for 800 people, ${some} for 200`);
});
