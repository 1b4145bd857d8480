import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Statements } from '../../src/directory/statement.ts';
import { group, run, tenant, user } from '../../src/store/contract.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import { ownServer } from './postgres-server.ts';

/** So many people, each in one of ten groups, managed by the first. */
function people(count: number, jobTitle: string, fingerprint: number): Statements {
  const ids = Array.from({ length: count }, (_, at) => `u${at}`);
  return {
    users: ids.map((id) => ({ ...user(id, { jobTitle }, 'u0'), fingerprint })),
    groups: Array.from({ length: 10 }, (_, at) => group(`g${at}`)),
    memberships: ids.map((id, at) => edge(`g${at % 10}`, id, true)),
  };
}

const edge = (groupId: string, memberId: string, member: boolean) =>
  ({ groupId, memberId, memberKind: 'user', member }) as const;

test('what a run reads of our tables grows with the rows and not with their square, before the server has counted anything', async (t) => {
  const server = await ownServer(async () => await Promise.resolve(['-c', 'autovacuum=off']));
  t.after(async () => await server.end());
  /** Rows that were read in a database since it was made, once all its sessions have ended. */
  const rowsRead = async (url: string): Promise<number> => {
    const sessions = `SELECT 1 FROM pg_stat_activity WHERE datname = '${new URL(url).pathname.slice(1)}'`;
    while ((await server.admin(sessions)).length > 0);
    const [row] = await server.admin(
      `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 AS read
         FROM pg_stat_user_tables WHERE schemaname = 'rollkeeper'`,
      url,
    );
    return Number(row?.['read']);
  };
  const readFor = async (count: number): Promise<number> => {
    const url = await server.database(null);
    const first = await openPostgres(url);
    await run(first, people(count, 'before', 1));
    await first.close();
    const before = await rowsRead(url);
    const store = await openPostgres(url);
    // Everybody changes, every tenth person leaves, and as many lose their group.
    const changed = people(count, 'after', 2);
    const leavers = (changed.users ?? []).filter((_, at) => at % 10 === 5);
    const stay = (changed.users ?? []).filter((_, at) => at % 10 !== 5);
    await run(store, {
      users: stay.map((one, at) => (at % 2 === 0 ? one : { ...one, manager: null })),
      absences: leavers.map(({ id }) => ({ id, reason: 'left_scope' }) as const),
      memberships: stay.flatMap(({ id }) =>
        id.endsWith('7') ? [edge('g7', id, false), edge('g1', id, true)] : [],
      ),
    });
    assert.equal((await store.totals(tenant, '2026-11-01T00:00:00.000Z')).inScope, stay.length);
    await store.close();
    return (await rowsRead(url)) - before;
  };
  const [some, many] = [await readFor(100), await readFor(400)];
  t.diagnostic(`${some} rows read for 100 people, ${many} for 400`);
  assert.ok(many < 8 * some, `${many} rows read for 400 people, ${some} for 100`);
});
