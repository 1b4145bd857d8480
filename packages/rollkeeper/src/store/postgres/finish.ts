import { lostLease } from '../refusal.ts';
import { flag } from '../row.ts';
import { toldIfApplied } from '../rows.ts';
import type { Claim, Store } from '../store.ts';
import type { Database, Session, Transaction } from './connection.ts';
import { holdConnection, leaseOf } from './lease.ts';
import { namePlan } from './name-plan.ts';
import { dropStaging } from './staging.ts';

type End = Parameters<Store['finish']>[1];

/** Where the connection was lost, whether the end was written shows when the tenant's row is free. */
export async function finish(database: Database, run: Claim, end: End): Promise<void> {
  await database.repeatable(async (transaction) => {
    await holdConnection(transaction, run.tenantId);
    if (!(await hasEnded(transaction, run, end))) await endRun(transaction, run, end);
  });
}

async function endRun(transaction: Transaction, run: Claim, end: End): Promise<void> {
  const owns = (await leaseOf(transaction, run)) !== null;
  const mustOwn = end.status !== 'failed' && end.status !== 'cancelled';
  if (!owns && mustOwn && !(await hasApplied(transaction, run))) throw lostLease(run);
  if (owns) {
    if (await mustStayVisible(transaction, run, end)) await keepPlan(transaction, run, end);
    else await dropPlan(transaction, run);
    await dropStaging(transaction, run.tenantId);
    await giveBack(transaction, run);
  }
  await writeEnd(transaction, run, end);
}

async function hasEnded(
  session: Session,
  { tenantId, runId }: Claim,
  { at, status }: End,
): Promise<boolean> {
  const row = await session.get(
    `SELECT 1 FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND run_id = $run AND finished_at = $at AND status = $status`,
    { tenant: tenantId, run: runId, at, status },
  );
  return row !== undefined;
}

/** Who has lost the lease after the plan was applied tells how that ended all the same. */
async function hasApplied(session: Session, { tenantId, runId }: Claim): Promise<boolean> {
  const row = await session.get(
    'SELECT 1 FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run AND applied_at IS NOT NULL',
    { tenant: tenantId, run: runId },
  );
  return row !== undefined;
}

/** Of a plan that was applied what is held; the change feed tells the rest. */
async function keepPlan(session: Session, run: Claim, end: End): Promise<void> {
  if (end.status === 'quarantined') {
    await session.run(
      `DELETE FROM rollkeeper_operations
        WHERE tenant_id = $tenant AND run_id = $run AND (kind <> 'held' OR held = 'with_member')`,
      { tenant: run.tenantId, run: run.runId },
    );
  }
  await namePlan(session, run);
}

/** A plan, or the part of it, that was not applied and that people are to look at. */
async function mustStayVisible(
  session: Session,
  { tenantId, runId }: Claim,
  end: End,
): Promise<boolean> {
  if (end.status === 'quarantined') return true;
  const row = await session.get(
    'SELECT dry_run FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
  return end.status === 'succeeded' && flag(row?.['dry_run']);
}

async function dropPlan(session: Session, { tenantId, runId }: Claim): Promise<void> {
  await session.run(
    'DELETE FROM rollkeeper_operations WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
}

async function giveBack(session: Session, { tenantId }: Claim): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_connections SET lease_run_id = NULL, lease_owner = NULL, lease_expires_at = NULL
      WHERE tenant_id = $tenant`,
    { tenant: tenantId },
  );
}

async function writeEnd(session: Session, { tenantId, runId }: Claim, end: End): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_runs
        SET status = $status, finished_at = $at, report = $report, held = $held,
            error_code = $code, error_message = $message || ${toldIfApplied}
      WHERE tenant_id = $tenant AND run_id = $run`,
    {
      tenant: tenantId,
      run: runId,
      status: end.status,
      at: end.at,
      report: end.report,
      held: end.held === undefined ? null : JSON.stringify(end.held),
      code: end.error?.code ?? null,
      message: end.error?.message ?? null,
    },
  );
}
