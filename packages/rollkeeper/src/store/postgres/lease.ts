import { cancelledRun, lostLease } from '../refusal.ts';
import { textOrNull } from '../row.ts';
import type { Claim } from '../store.ts';
import type { Database, Session } from './connection.ts';

/**
 * Throws `run.lost_lease` unless the claim is the newest of its tenant and was not given back, and `run.cancelled` where
 * somebody asked the run to stop.
 */
export async function requireLease(session: Session, claim: Claim): Promise<void> {
  const lease = await leaseOf(session, claim);
  if (lease === null) throw lostLease(claim);
  if (lease.cancelledBy !== null) throw cancelledRun(claim, lease.cancelledBy);
}

/** The lease, if it is still this claim's; one question, since a read asks for every page. */
export async function leaseOf(
  session: Session,
  { tenantId, runId, fence }: Claim,
): Promise<{ readonly cancelledBy: string | null } | null> {
  const row = await session.get(
    `SELECT CASE WHEN r.cancelled_at IS NOT NULL THEN coalesce(r.cancelled_by, '') END AS cancelled_by
       FROM rollkeeper_connections c
       LEFT JOIN rollkeeper_runs r ON r.tenant_id = c.tenant_id AND r.run_id = c.lease_run_id
      WHERE c.tenant_id = $tenant AND c.fence = $fence AND c.lease_run_id = $run`,
    { tenant: tenantId, fence, run: runId },
  );
  return row === undefined ? null : { cancelledBy: textOrNull(row['cancelled_by']) };
}

/** Keeps the tenant's row to the end of the transaction: nobody claims, renews or gives back meanwhile. */
export async function holdConnection(session: Session, tenantId: string): Promise<void> {
  await session.get('SELECT 1 FROM rollkeeper_connections WHERE tenant_id = $tenant FOR UPDATE', {
    tenant: tenantId,
  });
}

/**
 * Asks what became of a transaction whose connection was lost as it ended: the server may still be at it, with the tenant's row
 * in its hand. False too where nothing can be learnt.
 */
export async function cameTrue(
  database: Database,
  tenantId: string,
  ask: (session: Session) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await database.transaction(async (transaction) => {
      await holdConnection(transaction, tenantId);
      return await ask(transaction);
    });
  } catch {
    return false;
  }
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
