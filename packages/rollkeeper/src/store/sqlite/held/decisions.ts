import type { Claim, Decider } from '../../store.ts';
import type { Connection } from '../connection.ts';
import type { Owner } from '../../owner.ts';
import { endedRun } from '../../refusal.ts';
import { refuseWhileLeased } from '../claims.ts';
import { text } from '../../row.ts';
import { requireHeld, requireRun } from './waiting.ts';

/** What a run holds stays in scope until it was seen back once. Returns how many removals were rejected. */
export function reject(
  connection: Connection,
  owner: Owner,
  tenantId: string,
  runId: number,
  decider: Decider,
): number {
  return connection.transaction(() => {
    // A run that is under way may be about to perform them.
    refuseWhileLeased(connection, owner, tenantId);
    const values = { tenant: tenantId, run: runId };
    const waiting = requireHeld(connection, tenantId, runId);
    connection.run(
      `UPDATE rollkeeper_held SET state = 'rejected'
        WHERE tenant_id = $tenant AND run_id = $run AND state = 'held'`,
      values,
    );
    decide(connection, tenantId, runId, 'rejected', decider);
    return waiting;
  });
}

/** Part of `apply`: an approval that is performed is written down with the run that it approves. */
export function recordApproval(
  connection: Connection,
  { tenantId, runId }: Claim,
  at: string,
): void {
  const approval = connection.get(
    `SELECT approves, asked_by, asked_reason FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND run_id = $run AND approves IS NOT NULL`,
    { tenant: tenantId, run: runId },
  );
  if (approval === undefined) return;
  const { approves, asked_by: by, asked_reason: reason } = approval;
  const decider: Decider = {
    by: text(by),
    at,
    reason: typeof reason === 'string' ? reason : null,
  };
  decide(connection, tenantId, Number(approves), 'approved', decider);
}

function decide(
  connection: Connection,
  tenantId: string,
  runId: number,
  decision: 'approved' | 'rejected',
  { by, at, reason }: Decider,
): void {
  connection.run(
    `UPDATE rollkeeper_runs
        SET decision = $decision, decided_by = $by, decided_at = $at, decision_reason = $reason
      WHERE tenant_id = $tenant AND run_id = $run`,
    { tenant: tenantId, run: runId, decision, by, at, reason },
  );
}

/** Asks a run that is under way to stop. It sees so at its next step, or when it renews its lease. */
export function cancel(
  connection: Connection,
  tenantId: string,
  runId: number,
  { by, at, reason }: Decider,
): void {
  connection.transaction(() => {
    const asked = connection.run(
      `UPDATE rollkeeper_runs
          SET cancelled_by = $by, cancelled_at = $at, cancel_reason = $reason
        WHERE tenant_id = $tenant AND run_id = $run AND finished_at IS NULL`,
      { tenant: tenantId, run: runId, by, at, reason },
    );
    if (asked > 0) return;
    requireRun(connection, tenantId, runId);
    throw endedRun(tenantId, runId);
  });
}
