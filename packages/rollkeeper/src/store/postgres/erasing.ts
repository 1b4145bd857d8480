import type { ObjectId } from '../../directory/statement.ts';
import { neededPerson, unknownPerson } from '../refusal.ts';
import type { ErasureRow, Page, Purged, Store } from '../store.ts';
import { refuseWhileLeased } from './claims.ts';
import type { Database, Session, Transaction, Values } from './connection.ts';
import type { Owner } from '../owner.ts';
import { holdConnection } from './lease.ts';
import { integer, text } from '../row.ts';
import { dropStaging, stagedTables } from './staging.ts';
import { forgetCounts } from './totals.ts';

type PurgeOptions = Parameters<Store['purge']>[1];
type Done = Parameters<Store['forget']>[2];

const old = `
  tenant_id = $tenant AND deleted_reason IS NOT NULL AND deleted_at <= $before`;

const supervises = `
  id IN (SELECT supervisor_id FROM rollkeeper_users
          WHERE tenant_id = $tenant AND deleted_reason IS NULL AND supervisor_id IS NOT NULL)`;

export async function purge(
  database: Database,
  owner: Owner,
  tenantId: string,
  { before, dryRun, ...done }: PurgeOptions,
): Promise<Purged> {
  const values = { tenant: tenantId, before };
  return await erasing(database, owner, tenantId, async (transaction) => {
    const purged = await countPurged(transaction, values);
    if (dryRun || purged.people === 0) return purged;
    const ids = `SELECT id FROM rollkeeper_users WHERE ${old} AND deleted_reason <> 'soft_deleted' AND NOT ${supervises}`;
    await dropRows(transaction, ids, values);
    await writeErasure(transaction, tenantId, { kind: 'purge', people: purged.people, ...done });
    return purged;
  });
}

async function countPurged(session: Session, values: Values): Promise<Purged> {
  const row = await session.get(
    `SELECT count(*) FILTER (WHERE deleted_reason = 'soft_deleted') AS restorable,
            count(*) FILTER (WHERE deleted_reason <> 'soft_deleted' AND ${supervises}) AS supervising,
            count(*) FILTER (WHERE deleted_reason <> 'soft_deleted' AND NOT ${supervises}) AS people
       FROM rollkeeper_users
      WHERE ${old}`,
    values,
  );
  return {
    people: integer(row?.['people']),
    restorable: integer(row?.['restorable']),
    supervising: integer(row?.['supervising']),
  };
}

export async function forget(
  database: Database,
  owner: Owner,
  tenantId: string,
  id: ObjectId,
  done: Done,
): Promise<void> {
  const values = { tenant: tenantId, id };
  await erasing(database, owner, tenantId, async (transaction) => {
    await refuseWhileNeeded(transaction, values);
    await dropStaging(transaction, tenantId);
    await dropFromPlans(transaction, values);
    const told = await dropFromChanges(transaction, values);
    const rows = await dropRows(transaction, 'SELECT $id::text', values);
    if (rows + told === 0) throw unknownPerson();
    await writeErasure(transaction, tenantId, { kind: 'forget', people: 1, ...done });
  });
  // What was deleted goes from the tables' files.
  await database.vacuum(erasedTables);
}

const erasedTables = [
  'rollkeeper_users',
  'rollkeeper_memberships',
  'rollkeeper_operations',
  'rollkeeper_changes',
  'rollkeeper_search_people',
  'rollkeeper_search_changes',
  ...stagedTables,
];

export async function erasures(
  session: Session,
  tenantId: string,
  page: Page<number>,
): Promise<readonly ErasureRow[]> {
  const rows = await session.all(
    `SELECT sequence, kind, people, done_at, done_by FROM rollkeeper_erasures
      WHERE tenant_id = $tenant AND sequence > $after ORDER BY sequence LIMIT $limit`,
    { tenant: tenantId, after: page.after ?? 0, limit: page.limit },
  );
  return rows.map((row) => ({
    sequence: integer(row['sequence']),
    kind: text(row['kind']) === 'purge' ? 'purge' : 'forget',
    people: integer(row['people']),
    at: text(row['done_at']),
    by: text(row['done_by']),
  }));
}

/** One transaction beside no run. */
async function erasing<Result>(
  database: Database,
  owner: Owner,
  tenantId: string,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return await database.transaction(async (transaction) => {
    await holdConnection(transaction, tenantId);
    await refuseWhileLeased(transaction, owner, tenantId);
    await forgetCounts(transaction, tenantId);
    return await work(transaction);
  });
}

async function refuseWhileNeeded(session: Session, values: Values): Promise<void> {
  const inScope = await session.get(
    'SELECT 1 FROM rollkeeper_users WHERE tenant_id = $tenant AND id = $id AND deleted_reason IS NULL',
    values,
  );
  if (inScope !== undefined) throw neededPerson('is in scope');
  const row = await session.get(
    `SELECT count(*) AS reports FROM rollkeeper_users
      WHERE tenant_id = $tenant AND supervisor_id = $id AND deleted_reason IS NULL`,
    values,
  );
  const reports = integer(row?.['reports']);
  if (reports > 0) throw neededPerson(`supervises people in scope (${reports})`);
}

/** The rows of these people, with their memberships and the links of others to them. Returns how many there were. */
async function dropRows(session: Session, ids: string, values: Values): Promise<number> {
  await session.run(
    `UPDATE rollkeeper_users SET supervisor_id = NULL, fingerprint = -1
      WHERE tenant_id = $tenant AND supervisor_id IN (${ids})`,
    values,
  );
  await session.run(
    `DELETE FROM rollkeeper_memberships
      WHERE tenant_id = $tenant AND member_kind = 'user' AND member_id IN (${ids})`,
    values,
  );
  // The rows last: `ids` may be read from them.
  return await session.run(
    `DELETE FROM rollkeeper_users WHERE tenant_id = $tenant AND id IN (${ids})`,
    values,
  );
}

async function dropFromPlans(session: Session, values: Values): Promise<void> {
  await session.run(
    'DELETE FROM rollkeeper_operations WHERE tenant_id = $tenant AND subject_id = $id',
    values,
  );
  await session.run(
    `UPDATE rollkeeper_operations
        SET supervisor_id = NULL, object_id = NULL, object_name = NULL
      WHERE tenant_id = $tenant AND (supervisor_id = $id OR object_id = $id)`,
    values,
  );
}

/** Changes of the person go; of others' changes, their name as a supervisor. Returns how many changes went. */
async function dropFromChanges(session: Session, values: Values): Promise<number> {
  for (const column of ['old_value', 'new_value']) {
    await session.run(
      `UPDATE rollkeeper_changes SET ${column} = NULL
        WHERE tenant_id = $tenant AND ${column} = $id AND change IN ('supervisor_set', 'supervisor_cleared')`,
      values,
    );
  }
  await session.run(
    'DELETE FROM rollkeeper_sleepers WHERE tenant_id = $tenant AND id = $id',
    values,
  );
  return await session.run(
    'DELETE FROM rollkeeper_changes WHERE tenant_id = $tenant AND subject_id = $id',
    values,
  );
}

async function writeErasure(
  session: Session,
  tenantId: string,
  { kind, people, at, by }: Omit<ErasureRow, 'sequence'>,
): Promise<void> {
  await session.run(
    `INSERT INTO rollkeeper_erasures (tenant_id, sequence, kind, people, done_at, done_by)
     SELECT $tenant, coalesce(max(sequence), 0) + 1, $kind, $people::bigint, $at::timestamptz, $by
       FROM rollkeeper_erasures WHERE tenant_id = $tenant`,
    { tenant: tenantId, kind, people, at, by },
  );
}
