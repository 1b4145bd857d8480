import type { Owner } from '../owner.ts';
import { isGone, ownerText, parseOwner } from '../owner.ts';
import { activeRun } from '../refusal.ts';
import type { Claim, RunKind, Store } from '../store.ts';
import type { Database, Session, Transaction } from './connection.ts';
import { isLocked, isLost } from './failure.ts';
import { requireHeld } from './held/waiting.ts';
import { cameTrue, holdConnection, leaseOf, requireLease } from './lease.ts';
import { integer, textOrNull } from '../row.ts';
import { toldIfApplied } from '../rows.ts';
import { dropStaging } from './staging.ts';

type ClaimOptions = Parameters<Store['claim']>[1];

export async function claim(
  database: Database,
  owner: Owner,
  tenantId: string,
  options: ClaimOptions,
): Promise<Claim> {
  // Asked before the row is locked too, so that nobody waits for an apply only to be refused.
  await refuseWhileLeased(database, owner, tenantId);
  let claimed: Claim | undefined;
  try {
    return await database.transaction(async (transaction) => {
      claimed = undefined;
      claimed = await take(transaction, owner, tenantId, options);
      return claimed;
    });
  } catch (error) {
    if (isLocked(error)) await refuseWhileHeld(database, tenantId);
    const mine = claimed;
    if (mine === undefined || !isLost(error)) throw error;
    const ask = async (session: Session): Promise<boolean> =>
      (await leaseOf(session, mine)) !== null;
    if (await cameTrue(database, tenantId, ask)) return mine;
    throw error;
  }
}

async function take(
  transaction: Transaction,
  owner: Owner,
  tenantId: string,
  options: ClaimOptions,
): Promise<Claim> {
  await transaction.run(
    `INSERT INTO rollkeeper_connections (tenant_id, fence) VALUES ($tenant, 0)
     ON CONFLICT (tenant_id) DO NOTHING`,
    { tenant: tenantId },
  );
  await holdConnection(transaction, tenantId);
  await refuseWhileLeased(transaction, owner, tenantId);
  await failUnfinished(transaction, tenantId, options.at);
  const { approves } = options;
  if (approves !== undefined) await requireHeld(transaction, tenantId, approves.runId);
  await dropStaging(transaction, tenantId);
  await dropPlans(transaction, tenantId);
  const runId = await beginRun(transaction, tenantId, options);
  const fence = await takeLease(transaction, tenantId, runId, owner, options.leaseSeconds);
  return { tenantId, runId, fence };
}

/** Throws `run.active` while another run of the tenant lives. */
export async function refuseWhileLeased(
  session: Session,
  self: Owner,
  tenantId: string,
): Promise<void> {
  const lease = await leaseHeld(session, tenantId);
  if (lease === null || lease.seconds <= 0 || isGone(lease.owner, self)) return;
  throw activeRun({ ...lease, tenantId, seconds: Math.ceil(lease.seconds) }, lease.owner);
}

/**
 * Throws `run.active` where a run has the lease, expired or not: one that applies its plan keeps the tenant's row for as
 * long as that takes.
 */
async function refuseWhileHeld(session: Session, tenantId: string): Promise<void> {
  const lease = await leaseHeld(session, tenantId);
  if (lease === null) return;
  const seconds = Math.max(1, Math.ceil(lease.seconds));
  throw activeRun({ ...lease, tenantId, seconds }, lease.owner);
}

async function leaseHeld(
  session: Session,
  tenantId: string,
): Promise<{ readonly runId: number; readonly owner: Owner; readonly seconds: number } | null> {
  const lease = await session.get(
    `SELECT lease_run_id, lease_owner,
            extract(epoch FROM lease_expires_at - clock_timestamp()) AS seconds
       FROM rollkeeper_connections
      WHERE tenant_id = $tenant AND lease_run_id IS NOT NULL`,
    { tenant: tenantId },
  );
  if (lease === undefined) return null;
  const owner = parseOwner(textOrNull(lease['lease_owner']) ?? '');
  return { runId: integer(lease['lease_run_id']), owner, seconds: Number(lease['seconds']) };
}

/** A run that somebody left unfinished is never trusted. */
async function failUnfinished(session: Session, tenantId: string, at: string): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_runs
        SET status = 'failed', finished_at = $at, error_code = 'interrupted',
            error_message = 'The run was interrupted: its process ended, or was not heard of for too long.'
                         || ${toldIfApplied}
      WHERE tenant_id = $tenant AND finished_at IS NULL`,
    { tenant: tenantId, at },
  );
}

async function dropPlans(session: Session, tenantId: string): Promise<void> {
  await session.run(
    `DELETE FROM rollkeeper_operations o
      WHERE o.tenant_id = $tenant
        AND NOT EXISTS (SELECT 1 FROM rollkeeper_runs r
                         WHERE r.tenant_id = o.tenant_id AND r.run_id = o.run_id AND r.status = 'quarantined')`,
    { tenant: tenantId },
  );
}

async function beginRun(
  session: Session,
  tenantId: string,
  { kind, dryRun, at, approves }: ClaimOptions,
): Promise<number> {
  const row = await session.get(
    `INSERT INTO rollkeeper_runs
            (tenant_id, run_id, kind, dry_run, status, started_at, approves, asked_by, asked_reason)
     SELECT $tenant, n.run_id, $kind, $dryRun::boolean, 'reading', $at::timestamptz,
            $approves::bigint, $by, $reason
       FROM (SELECT nextval('{schema}.rollkeeper_run_numbers') AS run_id) n
  RETURNING run_id`,
    {
      tenant: tenantId,
      kind,
      dryRun,
      at,
      approves: approves?.runId ?? null,
      by: approves?.by ?? null,
      reason: approves?.reason ?? null,
    },
  );
  return integer(row?.['run_id']);
}

async function takeLease(
  session: Session,
  tenantId: string,
  runId: number,
  owner: Owner,
  leaseSeconds: number,
): Promise<number> {
  const row = await session.get(
    `UPDATE rollkeeper_connections
        SET fence = fence + 1, lease_run_id = $run, lease_owner = $owner, lease_seconds = $seconds,
            lease_expires_at = clock_timestamp() + make_interval(secs => $seconds)
      WHERE tenant_id = $tenant
  RETURNING fence`,
    { tenant: tenantId, run: runId, owner: ownerText(owner), seconds: leaseSeconds },
  );
  return integer(row?.['fence']);
}

/** Waits for nobody: whoever has the tenant's row, an apply of this run perhaps, keeps others out by that. */
export async function renew(database: Database, run: Claim, leaseSeconds: number): Promise<void> {
  const { tenantId, runId, fence } = run;
  const extended = `
    UPDATE rollkeeper_connections
       SET lease_seconds = $seconds, lease_expires_at = clock_timestamp() + make_interval(secs => $seconds)
     WHERE tenant_id = (SELECT tenant_id FROM rollkeeper_connections
                         WHERE tenant_id = $tenant AND fence = $fence AND lease_run_id = $run
                           FOR UPDATE SKIP LOCKED)`;
  const values = { tenant: tenantId, fence, run: runId, seconds: leaseSeconds };
  await database.repeatable(async (transaction) => await transaction.run(extended, values));
  await requireLease(database, run);
}

export async function become(database: Database, run: Claim, kind: RunKind): Promise<void> {
  await database.transaction(async (transaction) => {
    await holdConnection(transaction, run.tenantId);
    await requireLease(transaction, run);
    await transaction.run(
      'UPDATE rollkeeper_runs SET kind = $kind WHERE tenant_id = $tenant AND run_id = $run',
      { tenant: run.tenantId, run: run.runId, kind },
    );
  });
}

export async function enter(
  database: Database,
  run: Claim,
  status: 'deciding' | 'applying',
): Promise<void> {
  await database.transaction(async (transaction) => {
    await holdConnection(transaction, run.tenantId);
    await requireLease(transaction, run);
    await transaction.run(
      'UPDATE rollkeeper_runs SET status = $status WHERE tenant_id = $tenant AND run_id = $run',
      { tenant: run.tenantId, run: run.runId, status },
    );
  });
}
