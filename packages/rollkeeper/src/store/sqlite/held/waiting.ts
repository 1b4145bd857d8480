import { RollkeeperError } from '../../../directory/error.ts';
import type { Connection } from '../connection.ts';
import { integer } from '../row.ts';

/** How many removals of a run wait for a decision. Throws `run.not_found`, or `run.holds_nothing` where none does. */
export function requireHeld(connection: Connection, tenantId: string, runId: number): number {
  const row = connection.get(
    `SELECT count(*) AS removals FROM rollkeeper_held
      WHERE tenant_id = $tenant AND run_id = $run AND state = 'held' AND NOT with_member`,
    { tenant: tenantId, run: runId },
  );
  const removals = integer(row?.['removals']);
  if (removals === 0) throw holdsNothing(connection, tenantId, runId);
  return removals;
}

/** Throws `run.not_found`. */
export function requireRun(connection: Connection, tenantId: string, runId: number): void {
  const run = connection.get(
    'SELECT 1 FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
  if (run !== undefined) return;
  throw new RollkeeperError('run.not_found', `There is no run ${runId}.`, {
    remedy: 'List the runs with: rollkeeper runs',
    facts: { runId, tenantId },
  });
}

function holdsNothing(connection: Connection, tenantId: string, runId: number): RollkeeperError {
  requireRun(connection, tenantId, runId);
  return new RollkeeperError('run.holds_nothing', `Nothing of run ${runId} waits for a decision.`, {
    remedy: 'See what is held, and by which run, with: rollkeeper status',
    facts: { runId, tenantId },
  });
}
