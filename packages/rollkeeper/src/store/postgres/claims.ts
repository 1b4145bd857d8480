import type { Owner } from '../owner.ts';
import { isGone, ownerText, parseOwner } from '../owner.ts';
import { activeRun, lostLease } from '../refusal.ts';
import type { Claim, RunKind, Store } from '../store.ts';
import type { Database, Session } from './connection.ts';
import { requireHeld } from './held/waiting.ts';
import { holdConnection, leaseOf, requireLease } from './lease.ts';
import { namePlan } from './name-plan.ts';
import { flag, integer, textOrNull } from '../row.ts';
import { dropStaging } from './staging.ts';

type ClaimOptions = Parameters<Store['claim']>[1];
type End = Parameters<Store['finish']>[1];

export async function claim(
  database: Database,
  owner: Owner,
  tenantId: string,
  options: ClaimOptions,
): Promise<Claim> {
  // Asked before the row is locked too, so that nobody waits for an apply only to be refused.
  await refuseWhileLeased(database, owner, tenantId);
  return await database.transaction(async (transaction) => {
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
  });
}

/** Throws `run.active` while another run of the tenant lives. */
export async function refuseWhileLeased(
  session: Session,
  self: Owner,
  tenantId: string,
): Promise<void> {
  const lease = await session.get(
    `SELECT lease_run_id, lease_owner,
            ceil(extract(epoch FROM lease_expires_at - clock_timestamp())) AS seconds
       FROM rollkeeper_connections
      WHERE tenant_id = $tenant AND lease_run_id IS NOT NULL AND lease_expires_at > clock_timestamp()`,
    { tenant: tenantId },
  );
  if (lease === undefined) return;
  const owner = parseOwner(textOrNull(lease['lease_owner']) ?? '');
  if (isGone(owner, self)) return;
  const [runId, seconds] = [integer(lease['lease_run_id']), integer(lease['seconds'])];
  throw activeRun({ tenantId, runId, seconds }, owner);
}

/** A run that somebody left unfinished is never trusted. */
async function failUnfinished(session: Session, tenantId: string, at: string): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_runs
        SET status = 'failed', finished_at = $at, error_code = 'interrupted',
            error_message = 'The run was interrupted: its process ended, or was not heard of for too long.'
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

export async function renew(database: Database, run: Claim, leaseSeconds: number): Promise<void> {
  const { tenantId, runId, fence } = run;
  const renewed = await database.run(
    `UPDATE rollkeeper_connections
        SET lease_seconds = $seconds, lease_expires_at = clock_timestamp() + make_interval(secs => $seconds)
      WHERE tenant_id = $tenant AND fence = $fence AND lease_run_id = $run`,
    { tenant: tenantId, fence, run: runId, seconds: leaseSeconds },
  );
  if (renewed === 0) throw lostLease(run);
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

export async function finish(database: Database, run: Claim, end: End): Promise<void> {
  await database.transaction(async (transaction) => {
    await holdConnection(transaction, run.tenantId);
    const owns = (await leaseOf(transaction, run)) !== null;
    if (!owns && end.status !== 'failed' && end.status !== 'cancelled') throw lostLease(run);
    if (owns) {
      if (await mustStayVisible(transaction, run, end)) await keepPlan(transaction, run, end);
      else await dropPlan(transaction, run);
      await dropStaging(transaction, run.tenantId);
      await giveBack(transaction, run);
    }
    await writeEnd(transaction, run, end);
  });
}

/** Of a plan that was applied what is held; the change feed tells the rest. */
async function keepPlan(session: Session, run: Claim, end: End): Promise<void> {
  if (end.status === 'quarantined') {
    await session.run(
      `DELETE FROM rollkeeper_operations
        WHERE tenant_id = $tenant AND run_id = $run AND (kind <> 'held' OR held = 'with_member')`,
      { tenant: run.tenantId, run: run.runId },
    );
  }
  await namePlan(session, run);
}

/** A plan, or the part of it, that was not applied and that people are to look at. */
async function mustStayVisible(
  session: Session,
  { tenantId, runId }: Claim,
  end: End,
): Promise<boolean> {
  if (end.status === 'quarantined') return true;
  const row = await session.get(
    'SELECT dry_run FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
  return end.status === 'succeeded' && flag(row?.['dry_run']);
}

async function dropPlan(session: Session, { tenantId, runId }: Claim): Promise<void> {
  await session.run(
    'DELETE FROM rollkeeper_operations WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
}

async function giveBack(session: Session, { tenantId }: Claim): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_connections SET lease_run_id = NULL, lease_owner = NULL, lease_expires_at = NULL
      WHERE tenant_id = $tenant`,
    { tenant: tenantId },
  );
}

async function writeEnd(session: Session, { tenantId, runId }: Claim, end: End): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_runs
        SET status = $status, finished_at = $at, report = $report, held = $held,
            error_code = $code, error_message = $message
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
