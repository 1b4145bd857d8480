import { cancelledRun, lostLease } from '../refusal.ts';
import type { Claim } from '../store.ts';
import type { Connection } from './connection.ts';

/**
 * Throws `run.lost_lease` unless the claim is the newest of its tenant and was not given back, and `run.cancelled` where
 * somebody asked the run to stop.
 */
export function requireLease(connection: Connection, claim: Claim): void {
  if (!ownsLease(connection, claim)) throw lostLease(claim);
  refuseCancelled(connection, claim);
}

export function refuseCancelled(connection: Connection, claim: Claim): void {
  const row = connection.get(
    `SELECT cancelled_by FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND run_id = $run AND cancelled_at IS NOT NULL`,
    { tenant: claim.tenantId, run: claim.runId },
  );
  if (row !== undefined) throw cancelledRun(claim, String(row['cancelled_by']));
}

export function ownsLease(connection: Connection, { tenantId, runId, fence }: Claim): boolean {
  const row = connection.get(
    `SELECT 1 FROM rollkeeper_connections
      WHERE tenant_id = $tenant AND fence = $fence AND lease_run_id = $run`,
    { tenant: tenantId, fence, run: runId },
  );
  return row !== undefined;
}
