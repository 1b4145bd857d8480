import type { OperationKind, Planned } from '../../decide/operation.ts';
import { operationKinds } from '../../decide/operation.ts';
import type { Claim, Page, PlannedRow, PlanSummary } from '../store.ts';
import type { Database, Session } from './connection.ts';
import type { CopiedValue } from './copy.ts';
import { requireLease } from './lease.ts';
import { becomes } from './pairs.ts';
import { named, stagedFor } from './staging.ts';
import type { StagedTable } from './staging.ts';
import { integer } from '../row.ts';
import { operationKind, plannedRow } from '../rows.ts';

const presence: readonly OperationKind[] = [
  'soft_delete',
  'move_reason',
  'restore',
  'release_leaving',
];

/** Operations of these kinds say nothing but their row: a run of them, on rows one after another, is kept as one. */
const gathered: readonly OperationKind[] = ['create', 'add_membership'];

export async function plan(
  database: Database,
  claim: Claim,
  operations: readonly Planned[],
): Promise<void> {
  if (operations.length === 0) return;
  await database.transaction(async (transaction) => {
    await requireLease(transaction, claim);
    const first = await lastSequence(transaction, claim);
    await transaction.copy('rollkeeper_operations', columns, lines(claim, operations, first));
    if (operations.some(({ kind }) => presence.includes(kind))) {
      await nameComing(transaction, claim, first);
    }
  });
}

const columns = 'tenant_id, run_id, sequence, kind, row, last_row, reason, supervisor_id, approved';

function* lines(
  { tenantId, runId }: Claim,
  operations: readonly Planned[],
  after: number,
): Generator<readonly CopiedValue[]> {
  let sequence = after;
  for (const operation of gather(operations)) {
    const { kind, row, lastRow, reason = null, supervisor = null, approved = false } = operation;
    sequence += 1;
    yield [tenantId, runId, sequence, kind, row, lastRow, reason, supervisor, approved];
    sequence += lastRow - row;
  }
}

/** The id that the row of an operation `o` states. */
const idOf = (table: StagedTable): string => `
  (SELECT s.id FROM ${table} s
    WHERE s.tenant_id = o.tenant_id AND s.run_id = o.run_id AND s.row = o.row)`;

/** Whose coming or going an operation is: the plan for memberships asks for it. */
async function nameComing(
  session: Session,
  { tenantId, runId }: Claim,
  after: number,
): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_operations o
        SET subject_id = coalesce(${idOf('rollkeeper_staged_users')}, ${idOf('rollkeeper_staged_absences')})
      WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.sequence > $after
        AND o.kind IN (${presence.map((kind) => `'${kind}'`).join(', ')})`,
    { tenant: tenantId, run: runId, after },
  );
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

async function lastSequence(session: Session, { tenantId, runId }: Claim): Promise<number> {
  const row = await session.get(
    `SELECT sequence + last_row - row AS sequence FROM rollkeeper_operations
      WHERE tenant_id = $tenant AND run_id = $run ORDER BY sequence DESC LIMIT 1`,
    { tenant: tenantId, run: runId },
  );
  return row === undefined ? 0 : integer(row['sequence']);
}

/** How many operations of each kind a run's plan holds, those that are held aside. */
export async function countPlan(
  session: Session,
  { tenantId, runId }: Pick<Claim, 'tenantId' | 'runId'>,
): Promise<Record<OperationKind, number>> {
  const counts = Object.fromEntries(operationKinds.map((kind) => [kind, 0])) as Record<
    OperationKind,
    number
  >;
  const rows = await session.all(
    `SELECT kind, sum(last_row - row + 1) AS operations FROM rollkeeper_operations
      WHERE tenant_id = $tenant AND run_id = $run AND kind <> 'held' GROUP BY kind`,
    { tenant: tenantId, run: runId },
  );
  for (const row of rows) counts[operationKind(row['kind'])] = integer(row['operations']);
  return counts;
}

export async function planSummary(session: Session, claim: Claim): Promise<PlanSummary> {
  const operations = await countPlan(session, claim);
  const created = operations.create > 0 ? await createdWithSupervisor(session, claim) : 0;
  const memberships = await membershipsLost(session, claim, operations);
  return {
    operations,
    supervisorsSet: operations.set_supervisor + created,
    supervisorsCleared: operations.clear_supervisor,
    membershipsLost: memberships.all,
    approved: { ...(await countApproved(session, claim)), memberships: memberships.approved },
  };
}

/** How many of a plan's removals somebody has approved. */
export async function countApproved(
  session: Session,
  { tenantId, runId }: Claim,
): Promise<{ leaving: number; deactivations: number }> {
  const row = await session.get(
    `SELECT count(*) FILTER (WHERE kind = 'soft_delete') AS leaving,
            count(*) FILTER (WHERE kind = 'deactivate') AS deactivations
       FROM rollkeeper_operations
      WHERE tenant_id = $tenant AND run_id = $run AND approved`,
    { tenant: tenantId, run: runId },
  );
  return { leaving: integer(row?.['leaving']), deactivations: integer(row?.['deactivations']) };
}

async function createdWithSupervisor(
  session: Session,
  { tenantId, runId }: Claim,
): Promise<number> {
  const row = await session.get(
    `SELECT count(*) AS people
       FROM rollkeeper_operations o
       CROSS JOIN LATERAL (${stagedFor('rollkeeper_staged_users')}) s
      WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.kind = 'create' AND s.supervisor_id IS NOT NULL`,
    { tenant: tenantId, run: runId },
  );
  return integer(row?.['people']);
}

/** Memberships that people lose who stay in scope. */
export async function membershipsLost(
  session: Session,
  { tenantId, runId }: Claim,
  { remove_membership: removals }: Readonly<Record<OperationKind, number>>,
): Promise<{ readonly all: number; readonly approved: number }> {
  if (removals === 0) return { all: 0, approved: 0 };
  const row = await session.get(
    `SELECT count(*) AS memberships, count(*) FILTER (WHERE s.approved) AS approved
       FROM ${named('rollkeeper_staged_memberships', 'remove_membership')}
      WHERE s.member_kind = 'user' AND ${becomes('s')} = 'stays'`,
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
   WHERE subject_id IS NOT NULL AND held IS DISTINCT FROM 'with_member')`;

export async function planned(
  session: Session,
  tenantId: string,
  runId: number,
  page: Page<number>,
): Promise<readonly PlannedRow[]> {
  const rows = await session.all(
    `SELECT * FROM ${shownOperations} o
      WHERE tenant_id = $tenant AND run_id = $run AND sequence > $after
      ORDER BY sequence LIMIT $limit`,
    { tenant: tenantId, run: runId, after: page.after ?? 0, limit: page.limit },
  );
  return rows.map(plannedRow);
}
