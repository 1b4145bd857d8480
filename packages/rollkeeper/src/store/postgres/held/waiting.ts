import { holdsNothing, noSuchRun } from '../../refusal.ts';
import type { Session } from '../connection.ts';
import { integer } from '../../row.ts';

/** How many removals of a run wait for a decision. Throws `run.not_found`, or `run.holds_nothing` where none does. */
export async function requireHeld(
  session: Session,
  tenantId: string,
  runId: number,
): Promise<number> {
  const row = await session.get(
    `SELECT count(*) AS removals FROM rollkeeper_held
      WHERE tenant_id = $tenant AND run_id = $run AND state = 'held' AND NOT with_member`,
    { tenant: tenantId, run: runId },
  );
  const removals = integer(row?.['removals']);
  if (removals === 0) {
    await requireRun(session, tenantId, runId);
    throw holdsNothing(tenantId, runId);
  }
  return removals;
}

/** Throws `run.not_found`. */
export async function requireRun(session: Session, tenantId: string, runId: number): Promise<void> {
  const run = await session.get(
    'SELECT 1 FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
  if (run === undefined) throw noSuchRun(tenantId, runId);
}
