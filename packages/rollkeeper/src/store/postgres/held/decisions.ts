import type { Claim, Decider } from '../../store.ts';
import type { Database, Session } from '../connection.ts';
import type { Owner } from '../../owner.ts';
import { endedRun } from '../../refusal.ts';
import { holdConnection } from '../lease.ts';
import { refuseWhileLeased } from '../claims.ts';
import { text } from '../../row.ts';
import { requireHeld, requireRun } from './waiting.ts';

/** What a run holds stays in scope until it was seen back once. Returns how many removals were rejected. */
export async function reject(
  database: Database,
  owner: Owner,
  tenantId: string,
  runId: number,
  decider: Decider,
): Promise<number> {
  return await database.transaction(async (session) => {
    // A run that is under way may be about to perform them.
    await holdConnection(session, tenantId);
    await refuseWhileLeased(session, owner, tenantId);
    const values = { tenant: tenantId, run: runId };
    const waiting = await requireHeld(session, tenantId, runId);
    await session.run(
      `UPDATE rollkeeper_held SET state = 'rejected'
        WHERE tenant_id = $tenant AND run_id = $run AND state = 'held'`,
      values,
    );
    await decide(session, tenantId, runId, 'rejected', decider);
    return waiting;
  });
}

/** Part of `apply`: an approval that is performed is written down with the run that it approves. */
export async function recordApproval(
  session: Session,
  { tenantId, runId }: Claim,
  at: string,
): Promise<void> {
  const approval = await session.get(
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
  await decide(session, tenantId, Number(approves), 'approved', decider);
}

async function decide(
  session: Session,
  tenantId: string,
  runId: number,
  decision: 'approved' | 'rejected',
  { by, at, reason }: Decider,
): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_runs
        SET decision = $decision, decided_by = $by, decided_at = $at, decision_reason = $reason
      WHERE tenant_id = $tenant AND run_id = $run`,
    { tenant: tenantId, run: runId, decision, by, at, reason },
  );
}

/** Asks a run that is under way to stop. It sees so at its next step, or when it renews its lease. */
export async function cancel(
  database: Database,
  tenantId: string,
  runId: number,
  { by, at, reason }: Decider,
): Promise<void> {
  await database.transaction(async (session) => {
    const asked = await session.run(
      `UPDATE rollkeeper_runs
          SET cancelled_by = $by, cancelled_at = $at, cancel_reason = $reason
        WHERE tenant_id = $tenant AND run_id = $run AND finished_at IS NULL`,
      { tenant: tenantId, run: runId, by, at, reason },
    );
    if (asked > 0) return;
    await requireRun(session, tenantId, runId);
    throw endedRun(tenantId, runId);
  });
}
