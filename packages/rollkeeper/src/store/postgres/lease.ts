import { cancelledRun, lostLease } from '../refusal.ts';
import type { Claim } from '../store.ts';
import type { Session } from './connection.ts';

/**
 * Throws `run.lost_lease` unless the claim is the newest of its tenant and was not given back, and `run.cancelled` where
 * somebody asked the run to stop.
 */
export async function requireLease(session: Session, claim: Claim): Promise<void> {
  if (!(await ownsLease(session, claim))) throw lostLease(claim);
  await refuseCancelled(session, claim);
}

export async function refuseCancelled(session: Session, claim: Claim): Promise<void> {
  const row = await session.get(
    `SELECT cancelled_by FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND run_id = $run AND cancelled_at IS NOT NULL`,
    { tenant: claim.tenantId, run: claim.runId },
  );
  if (row !== undefined) throw cancelledRun(claim, String(row['cancelled_by']));
}

export async function ownsLease(
  session: Session,
  { tenantId, runId, fence }: Claim,
): Promise<boolean> {
  const row = await session.get(
    `SELECT 1 FROM rollkeeper_connections
      WHERE tenant_id = $tenant AND fence = $fence AND lease_run_id = $run`,
    { tenant: tenantId, fence, run: runId },
  );
  return row !== undefined;
}

/** Keeps the tenant's row to the end of the transaction: nobody claims, renews or gives back meanwhile. */
export async function holdConnection(session: Session, tenantId: string): Promise<void> {
  await session.get('SELECT 1 FROM rollkeeper_connections WHERE tenant_id = $tenant FOR UPDATE', {
    tenant: tenantId,
  });
}

/** What took long must not cost the run its lease: from now on it lasts as long as when it was last renewed. */
export async function renewHeld(session: Session, tenantId: string): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_connections
        SET lease_expires_at = clock_timestamp() + make_interval(secs => lease_seconds)
      WHERE tenant_id = $tenant AND lease_run_id IS NOT NULL`,
    { tenant: tenantId },
  );
}
