import type { OperationKind, Planned } from '../../decide/operation.ts';
import { operationKinds } from '../../decide/operation.ts';
import type { Claim, Page, PlannedRow, PlanSummary } from '../store.ts';
import { placeholders } from './columns.ts';
import type { Connection } from './connection.ts';
import { requireLease } from './lease.ts';
import { becomes } from './pairs.ts';
import { integer, reasonOrNull, text, textOrNull } from './row.ts';

const presence: readonly OperationKind[] = ['soft_delete', 'move_reason', 'restore'];

/** Operations of these kinds say nothing but their row: a run of them, on rows one after another, is kept as one. */
const gathered: readonly OperationKind[] = ['create', 'add_membership'];

export function plan(connection: Connection, claim: Claim, operations: readonly Planned[]): void {
  if (operations.length === 0) return;
  connection.transaction(() => {
    requireLease(connection, claim);
    const insert = connection.prepare(
      `INSERT INTO rollkeeper_operations
              (tenant_id, run_id, sequence, kind, row, last_row, reason, supervisor_id, subject_id)
       VALUES (${placeholders(9)})`,
    );
    const { tenantId, runId } = claim;
    let sequence = lastSequence(connection, claim);
    for (const { kind, row, lastRow, reason = null, supervisor = null } of gather(operations)) {
      const subject = presence.includes(kind) ? personOf(connection, claim, row) : null;
      sequence += 1;
      insert.run(tenantId, runId, sequence, kind, row, lastRow, reason, supervisor, subject);
      sequence += lastRow - row;
    }
  });
}

/** An operation on the rows from `row` to `lastRow`, each of them staged. */
interface Gathered extends Planned {
  readonly lastRow: number;
}

function* gather(operations: readonly Planned[]): Generator<Gathered> {
  let open: Gathered | undefined;
  for (const operation of operations) {
    const { kind, row } = operation;
    if (open?.kind === kind && row === open.lastRow + 1 && gathered.includes(kind)) {
      open = { ...open, lastRow: row };
      continue;
    }
    if (open !== undefined) yield open;
    open = { ...operation, lastRow: row };
  }
  if (open !== undefined) yield open;
}

function lastSequence(connection: Connection, { tenantId, runId }: Claim): number {
  const row = connection.get(
    `SELECT sequence + last_row - row AS sequence FROM rollkeeper_operations
      WHERE tenant_id = $tenant AND run_id = $run ORDER BY sequence DESC LIMIT 1`,
    { tenant: tenantId, run: runId },
  );
  return row === undefined ? 0 : integer(row['sequence']);
}

/** Whose coming or going an operation is: the plan for memberships asks for it. */
function personOf(connection: Connection, { tenantId, runId }: Claim, row: number): string {
  const found = connection.get(
    `SELECT id FROM rollkeeper_staged_users WHERE tenant_id = $tenant AND run_id = $run AND row = $row
     UNION ALL
     SELECT id FROM rollkeeper_staged_absences WHERE tenant_id = $tenant AND run_id = $run AND row = $row`,
    { tenant: tenantId, run: runId, row },
  );
  return text(found?.['id']);
}

/** How many operations of each kind a run's plan holds. */
export function countPlan(
  connection: Connection,
  { tenantId, runId }: Claim,
): Record<OperationKind, number> {
  const counts = Object.fromEntries(operationKinds.map((kind) => [kind, 0])) as Record<
    OperationKind,
    number
  >;
  const rows = connection.all(
    `SELECT kind, sum(last_row - row + 1) AS operations FROM rollkeeper_operations
      WHERE tenant_id = $tenant AND run_id = $run GROUP BY kind`,
    { tenant: tenantId, run: runId },
  );
  for (const row of rows) counts[kindOf(row['kind'])] = integer(row['operations']);
  return counts;
}

export function planSummary(connection: Connection, claim: Claim): PlanSummary {
  const operations = countPlan(connection, claim);
  const created = operations.create > 0 ? createdWithSupervisor(connection, claim) : 0;
  return {
    operations,
    supervisorsSet: operations.set_supervisor + created,
    supervisorsCleared: operations.clear_supervisor,
    membershipsLost: operations.remove_membership > 0 ? membershipsLost(connection, claim) : 0,
  };
}

function createdWithSupervisor(connection: Connection, { tenantId, runId }: Claim): number {
  const row = connection.get(
    `SELECT count(*) AS people
       FROM rollkeeper_operations o
       JOIN rollkeeper_staged_users s ON s.row BETWEEN o.row AND o.last_row
      WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.kind = 'create' AND s.supervisor_id IS NOT NULL`,
    { tenant: tenantId, run: runId },
  );
  return integer(row?.['people']);
}

export function membershipsLost(connection: Connection, { tenantId, runId }: Claim): number {
  const row = connection.get(
    `SELECT count(*) AS memberships
       FROM rollkeeper_operations o
       JOIN rollkeeper_staged_memberships s ON s.tenant_id = o.tenant_id AND s.run_id = o.run_id AND s.row = o.row
      WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.kind = 'remove_membership'
        AND s.member_kind = 'user' AND ${becomes('s')} = 'stays'`,
    { tenant: tenantId, run: runId },
  );
  return integer(row?.['memberships']);
}

export function planned(
  connection: Connection,
  tenantId: string,
  runId: number,
  page: Page<number>,
): readonly PlannedRow[] {
  const rows = connection.all(
    `SELECT sequence, kind, reason, subject_id, subject_name, display_name, object_id, object_name
       FROM rollkeeper_operations
      WHERE tenant_id = $tenant AND run_id = $run AND sequence > $after AND subject_id IS NOT NULL
      ORDER BY sequence LIMIT $limit`,
    { tenant: tenantId, run: runId, after: page.after ?? 0, limit: page.limit },
  );
  return rows.map((row) => ({
    sequence: integer(row['sequence']),
    kind: kindOf(row['kind']),
    reason: reasonOrNull(row['reason']),
    subjectId: text(row['subject_id']),
    subjectName: textOrNull(row['subject_name']),
    displayName: textOrNull(row['display_name']),
    objectId: textOrNull(row['object_id']),
    objectName: textOrNull(row['object_name']),
  }));
}

function kindOf(value: unknown): OperationKind {
  const kind = operationKinds.find((known) => known === value);
  if (kind !== undefined) return kind;
  throw new TypeError(`An operation of an unknown kind: ${String(value)}.`);
}
