import type { ObjectId } from '../../directory/statement.ts';
import { neededPerson, unknownPerson } from '../refusal.ts';
import type { ErasureRow, Page, Purged, Store } from '../store.ts';
import { refuseWhileLeased } from './claims.ts';
import type { Connection, Values } from './connection.ts';
import type { Owner } from '../owner.ts';
import { integer, text } from '../row.ts';
import { forgetWords } from './search/forget.ts';
import { dropStaging } from './staging.ts';
import { forgetCounts } from './totals.ts';

type PurgeOptions = Parameters<Store['purge']>[1];
type Done = Parameters<Store['forget']>[2];

const old = `
  tenant_id = $tenant AND deleted_reason IS NOT NULL AND deleted_at <= $before`;

const supervises = `
  id IN (SELECT supervisor_id FROM rollkeeper_users
          WHERE tenant_id = $tenant AND deleted_reason IS NULL AND supervisor_id IS NOT NULL)`;

export function purge(
  connection: Connection,
  owner: Owner,
  tenantId: string,
  { before, dryRun, ...done }: PurgeOptions,
): Purged {
  const values = { tenant: tenantId, before };
  return erasing(connection, owner, tenantId, () => {
    const purged = countPurged(connection, values);
    if (dryRun || purged.people === 0) return purged;
    const ids = `SELECT id FROM rollkeeper_users WHERE ${old} AND deleted_reason <> 'soft_deleted' AND NOT ${supervises}`;
    dropRows(connection, ids, values);
    writeErasure(connection, tenantId, { kind: 'purge', people: purged.people, ...done });
    return purged;
  });
}

function countPurged(connection: Connection, values: Values): Purged {
  const row = connection.get(
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

export function forget(
  connection: Connection,
  owner: Owner,
  tenantId: string,
  id: ObjectId,
  done: Done,
): void {
  const values = { tenant: tenantId, id };
  erasing(connection, owner, tenantId, () => {
    refuseWhileNeeded(connection, values);
    dropStaging(connection, tenantId);
    dropFromPlans(connection, values);
    const told = dropFromChanges(connection, values);
    const rows = dropRows(connection, 'SELECT $id', values);
    if (rows + told === 0) throw unknownPerson();
    forgetWords(connection);
    writeErasure(connection, tenantId, { kind: 'forget', people: 1, ...done });
  });
  if (isOurs(connection)) connection.execute('VACUUM');
  connection.all('PRAGMA wal_checkpoint(TRUNCATE)');
}

/**
 * Whether the file holds nobody else's tables. Only then is it rewritten, to be rid of what earlier runs left in free
 * pages: to rewrite an application's own file may take long, and may renumber its implicit row ids.
 */
function isOurs(connection: Connection): boolean {
  const others = connection.get(
    `SELECT 1 FROM sqlite_schema
      WHERE type = 'table' AND name NOT LIKE 'rollkeeper\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
  );
  return others === undefined;
}

export function erasures(
  connection: Connection,
  tenantId: string,
  page: Page<number>,
): readonly ErasureRow[] {
  const rows = connection.all(
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

/** One transaction beside no run; what it deletes is overwritten in the file, and leaves the journal too. */
function erasing<Result>(
  connection: Connection,
  owner: Owner,
  tenantId: string,
  work: () => Result,
): Result {
  connection.execute('PRAGMA secure_delete = ON');
  try {
    return connection.transaction(() => {
      refuseWhileLeased(connection, owner, tenantId);
      forgetCounts(connection, tenantId);
      return work();
    });
  } finally {
    connection.execute('PRAGMA secure_delete = OFF');
    connection.all('PRAGMA wal_checkpoint(TRUNCATE)');
  }
}

function refuseWhileNeeded(connection: Connection, values: Values): void {
  const inScope = connection.get(
    'SELECT 1 FROM rollkeeper_users WHERE tenant_id = $tenant AND id = $id AND deleted_reason IS NULL',
    values,
  );
  if (inScope !== undefined) throw neededPerson('is in scope');
  const row = connection.get(
    `SELECT count(*) AS reports FROM rollkeeper_users
      WHERE tenant_id = $tenant AND supervisor_id = $id AND deleted_reason IS NULL`,
    values,
  );
  const reports = integer(row?.['reports']);
  if (reports > 0) throw neededPerson(`supervises people in scope (${reports})`);
}

/** The rows of these people, with their memberships and the links of others to them. Returns how many there were. */
function dropRows(connection: Connection, ids: string, values: Values): number {
  connection.run(
    `UPDATE rollkeeper_users SET supervisor_id = NULL, fingerprint = -1
      WHERE tenant_id = $tenant AND supervisor_id IN (${ids})`,
    values,
  );
  connection.run(
    `DELETE FROM rollkeeper_memberships
      WHERE tenant_id = $tenant AND member_kind = 'user' AND member_id IN (${ids})`,
    values,
  );
  // The rows last: `ids` may be read from them.
  return connection.run(
    `DELETE FROM rollkeeper_users WHERE tenant_id = $tenant AND id IN (${ids})`,
    values,
  );
}

function dropFromPlans(connection: Connection, values: Values): void {
  connection.run(
    'DELETE FROM rollkeeper_operations WHERE tenant_id = $tenant AND subject_id = $id',
    values,
  );
  connection.run(
    `UPDATE rollkeeper_operations
        SET supervisor_id = NULL, object_id = NULL, object_name = NULL
      WHERE tenant_id = $tenant AND (supervisor_id = $id OR object_id = $id)`,
    values,
  );
}

/** Changes of the person go; of others' changes, their name as a supervisor. Returns how many changes went. */
function dropFromChanges(connection: Connection, values: Values): number {
  for (const column of ['old_value', 'new_value']) {
    connection.run(
      `UPDATE rollkeeper_changes SET ${column} = NULL
        WHERE tenant_id = $tenant AND ${column} = $id AND change IN ('supervisor_set', 'supervisor_cleared')`,
      values,
    );
  }
  connection.run('DELETE FROM rollkeeper_sleepers WHERE tenant_id = $tenant AND id = $id', values);
  return connection.run(
    'DELETE FROM rollkeeper_changes WHERE tenant_id = $tenant AND subject_id = $id',
    values,
  );
}

function writeErasure(
  connection: Connection,
  tenantId: string,
  { kind, people, at, by }: Omit<ErasureRow, 'sequence'>,
): void {
  connection.run(
    `INSERT INTO rollkeeper_erasures (tenant_id, sequence, kind, people, done_at, done_by)
     SELECT $tenant, coalesce(max(sequence), 0) + 1, $kind, $people, $at, $by
       FROM rollkeeper_erasures WHERE tenant_id = $tenant`,
    { tenant: tenantId, kind, people, at, by },
  );
}
