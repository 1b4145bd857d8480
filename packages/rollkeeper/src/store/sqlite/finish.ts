import { lostLease } from '../refusal.ts';
import { flag } from '../row.ts';
import { toldIfApplied } from '../rows.ts';
import type { Claim, Store } from '../store.ts';
import type { Connection } from './connection.ts';
import { ownsLease } from './lease.ts';
import { namePlan } from './name-plan.ts';
import { dropStaging } from './staging.ts';

type End = Parameters<Store['finish']>[1];

export function finish(connection: Connection, run: Claim, end: End): void {
  connection.transaction(() => {
    const owns = ownsLease(connection, run);
    const mustOwn = end.status !== 'failed' && end.status !== 'cancelled';
    if (!owns && mustOwn && !hasApplied(connection, run)) throw lostLease(run);
    if (owns) {
      if (mustStayVisible(connection, run, end)) keepPlan(connection, run, end);
      else dropPlan(connection, run);
      dropStaging(connection, run.tenantId);
      giveBack(connection, run);
    }
    writeEnd(connection, run, end);
  });
}

/** Who has lost the lease after the plan was applied tells how that ended all the same. */
function hasApplied(connection: Connection, { tenantId, runId }: Claim): boolean {
  const row = connection.get(
    'SELECT 1 FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run AND applied_at IS NOT NULL',
    { tenant: tenantId, run: runId },
  );
  return row !== undefined;
}

/** Of a plan that was applied what is held; the change feed tells the rest. */
function keepPlan(connection: Connection, run: Claim, end: End): void {
  if (end.status === 'quarantined') {
    connection.run(
      `DELETE FROM rollkeeper_operations
        WHERE tenant_id = $tenant AND run_id = $run AND (kind <> 'held' OR held = 'with_member')`,
      { tenant: run.tenantId, run: run.runId },
    );
  }
  namePlan(connection, run);
}

/** A plan, or the part of it, that was not applied and that people are to look at. */
function mustStayVisible(connection: Connection, { tenantId, runId }: Claim, end: End): boolean {
  if (end.status === 'quarantined') return true;
  const row = connection.get(
    'SELECT dry_run FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
  return end.status === 'succeeded' && flag(row?.['dry_run']);
}

function dropPlan(connection: Connection, { tenantId, runId }: Claim): void {
  connection.run('DELETE FROM rollkeeper_operations WHERE tenant_id = $tenant AND run_id = $run', {
    tenant: tenantId,
    run: runId,
  });
}

function giveBack(connection: Connection, { tenantId }: Claim): void {
  connection.run(
    `UPDATE rollkeeper_connections SET lease_run_id = NULL, lease_owner = NULL, lease_expires_at = NULL
      WHERE tenant_id = $tenant`,
    { tenant: tenantId },
  );
}

function writeEnd(connection: Connection, { tenantId, runId }: Claim, end: End): void {
  connection.run(
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
