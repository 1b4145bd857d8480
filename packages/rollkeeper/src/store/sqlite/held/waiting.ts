import { holdsNothing, noSuchRun } from '../../refusal.ts';
import type { Connection } from '../connection.ts';
import { integer } from '../../row.ts';

/** How many removals of a run wait for a decision. Throws `run.not_found`, or `run.holds_nothing` where none does. */
export function requireHeld(connection: Connection, tenantId: string, runId: number): number {
  const row = connection.get(
    `SELECT count(*) AS removals FROM rollkeeper_held
      WHERE tenant_id = $tenant AND run_id = $run AND state = 'held' AND NOT with_member`,
    { tenant: tenantId, run: runId },
  );
  const removals = integer(row?.['removals']);
  if (removals === 0) {
    requireRun(connection, tenantId, runId);
    throw holdsNothing(tenantId, runId);
  }
  return removals;
}

/** Throws `run.not_found`. */
export function requireRun(connection: Connection, tenantId: string, runId: number): void {
  const run = connection.get(
    'SELECT 1 FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
  if (run === undefined) throw noSuchRun(tenantId, runId);
}
