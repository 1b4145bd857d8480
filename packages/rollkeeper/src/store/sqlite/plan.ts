import type { OperationKind, Planned } from '../../decide/operation.ts';
import { operationKinds } from '../../decide/operation.ts';
import type { Claim, Page, PlannedRow, PlanSummary } from '../store.ts';
import { placeholders } from './columns.ts';
import type { Connection } from './connection.ts';
import { requireLease } from './lease.ts';
import { becomes } from './pairs.ts';
import { integer, text } from '../row.ts';
import { operationKind, plannedRow } from '../rows.ts';

const presence: readonly OperationKind[] = [
  'soft_delete',
  'move_reason',
  'restore',
  'release_leaving',
];

/** Operations of these kinds say nothing but their row: a run of them, on rows one after another, is kept as one. */
const gathered: readonly OperationKind[] = ['create', 'add_membership'];

export function plan(connection: Connection, claim: Claim, operations: readonly Planned[]): void {
  if (operations.length === 0) return;
  connection.transaction(() => {
    requireLease(connection, claim);
    const insert = connection.prepare(
      `INSERT INTO rollkeeper_operations
              (tenant_id, run_id, sequence, kind, row, last_row, reason, supervisor_id, subject_id,
               approved)
       VALUES (${placeholders(10)})`,
    );
    const { tenantId, runId } = claim;
    let sequence = lastSequence(connection, claim);
    for (const operation of gather(operations)) {
      const { kind, row, lastRow, reason = null, supervisor = null } = operation;
      const subject = presence.includes(kind) ? personOf(connection, claim, row) : null;
      const approved = operation.approved === true ? 1 : 0;
      sequence += 1;
      insert.run(
        tenantId,
        runId,
        sequence,
        kind,
        row,
        lastRow,
        reason,
        supervisor,
        subject,
        approved,
      );
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

/** How many operations of each kind a run's plan holds, those that are held aside. */
export function countPlan(
  connection: Connection,
  { tenantId, runId }: Pick<Claim, 'tenantId' | 'runId'>,
): Record<OperationKind, number> {
  const counts = Object.fromEntries(operationKinds.map((kind) => [kind, 0])) as Record<
    OperationKind,
    number
  >;
  const rows = connection.all(
    `SELECT kind, sum(last_row - row + 1) AS operations FROM rollkeeper_operations
      WHERE tenant_id = $tenant AND run_id = $run AND kind <> 'held' GROUP BY kind`,
    { tenant: tenantId, run: runId },
  );
  for (const row of rows) counts[operationKind(row['kind'])] = integer(row['operations']);
  return counts;
}

export function planSummary(connection: Connection, claim: Claim): PlanSummary {
  const operations = countPlan(connection, claim);
  const created = operations.create > 0 ? createdWithSupervisor(connection, claim) : 0;
  const memberships = membershipsLost(connection, claim, operations);
  return {
    operations,
    supervisorsSet: operations.set_supervisor + created,
    supervisorsCleared: operations.clear_supervisor,
    membershipsLost: memberships.all,
    approved: { ...countApproved(connection, claim), memberships: memberships.approved },
  };
}

/** How many of a plan's removals somebody has approved. */
export function countApproved(
  connection: Connection,
  { tenantId, runId }: Claim,
): { leaving: number; deactivations: number } {
  const row = connection.get(
    `SELECT count(*) FILTER (WHERE kind = 'soft_delete') AS leaving,
            count(*) FILTER (WHERE kind = 'deactivate') AS deactivations
       FROM rollkeeper_operations
      WHERE tenant_id = $tenant AND run_id = $run AND approved`,
    { tenant: tenantId, run: runId },
  );
  return { leaving: integer(row?.['leaving']), deactivations: integer(row?.['deactivations']) };
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

/** Memberships that people lose who stay in scope. */
export function membershipsLost(
  connection: Connection,
  { tenantId, runId }: Claim,
  { remove_membership: removals }: Readonly<Record<OperationKind, number>>,
): { readonly all: number; readonly approved: number } {
  if (removals === 0) return { all: 0, approved: 0 };
  const row = connection.get(
    `SELECT count(*) AS memberships, count(*) FILTER (WHERE o.approved) AS approved
       FROM rollkeeper_operations o
       JOIN rollkeeper_staged_memberships s ON s.tenant_id = o.tenant_id AND s.run_id = o.run_id AND s.row = o.row
      WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.kind = 'remove_membership'
        AND s.member_kind = 'user' AND ${becomes('s')} = 'stays'`,
    { tenant: tenantId, run: runId },
  );
  return { all: integer(row?.['memberships']), approved: integer(row?.['approved']) };
}

/** Operations with their names, as people see them: what is held by what it would do. */
export const shownOperations = `(
  SELECT tenant_id, run_id, sequence,
         CASE held WHEN 'leaving' THEN 'soft_delete' WHEN 'deactivations' THEN 'deactivate'
                   WHEN 'memberships' THEN 'remove_membership' ELSE kind END AS kind,
         held IS NOT NULL AS held, reason, subject_id, subject_name, display_name, object_id, object_name
    FROM rollkeeper_operations
   WHERE subject_id IS NOT NULL AND held IS NOT 'with_member')`;

export function planned(
  connection: Connection,
  tenantId: string,
  runId: number,
  page: Page<number>,
): readonly PlannedRow[] {
  const rows = connection.all(
    `SELECT * FROM ${shownOperations}
      WHERE tenant_id = $tenant AND run_id = $run AND sequence > $after
      ORDER BY sequence LIMIT $limit`,
    { tenant: tenantId, run: runId, after: page.after ?? 0, limit: page.limit },
  );
  return rows.map(plannedRow);
}
