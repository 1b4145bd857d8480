import type { Owner } from '../owner.ts';
import { isGone, ownerText, parseOwner } from '../owner.ts';
import { activeRun, lostLease } from '../refusal.ts';
import type { Claim, RunKind, Store } from '../store.ts';
import type { Connection } from './connection.ts';
import { requireHeld } from './held/waiting.ts';
import { ownsLease, refuseCancelled, requireLease } from './lease.ts';
import { namePlan } from './name-plan.ts';
import { flag, integer, textOrNull } from '../row.ts';
import { dropStaging } from './staging.ts';

type ClaimOptions = Parameters<Store['claim']>[1];
type End = Parameters<Store['finish']>[1];

export function claim(
  connection: Connection,
  owner: Owner,
  tenantId: string,
  options: ClaimOptions,
): Claim {
  return connection.transaction(() => {
    refuseWhileLeased(connection, owner, tenantId);
    failUnfinished(connection, tenantId, options.at);
    const { approves } = options;
    if (approves !== undefined) requireHeld(connection, tenantId, approves.runId);
    dropStaging(connection, tenantId);
    dropPlans(connection, tenantId);
    const last = connection.get('SELECT coalesce(max(run_id), 0) AS run_id FROM rollkeeper_runs');
    const runId = integer(last?.['run_id']) + 1;
    const fence = takeLease(connection, tenantId, runId, owner, options.leaseSeconds);
    connection.run(
      `INSERT INTO rollkeeper_runs
              (tenant_id, run_id, kind, dry_run, status, started_at, approves, asked_by, asked_reason)
       VALUES ($tenant, $run, $kind, $dryRun, 'reading', $at, $approves, $by, $reason)`,
      {
        tenant: tenantId,
        run: runId,
        kind: options.kind,
        dryRun: options.dryRun ? 1 : 0,
        at: options.at,
        approves: approves?.runId ?? null,
        by: approves?.by ?? null,
        reason: approves?.reason ?? null,
      },
    );
    return { tenantId, runId, fence };
  });
}

/** Throws `run.active` while another run of the tenant lives. */
export function refuseWhileLeased(connection: Connection, self: Owner, tenantId: string): void {
  const lease = connection.get(
    `SELECT lease_run_id, lease_owner, lease_expires_at - unixepoch('subsec') AS seconds
       FROM rollkeeper_connections
      WHERE tenant_id = $tenant AND lease_run_id IS NOT NULL AND lease_expires_at > unixepoch('subsec')`,
    { tenant: tenantId },
  );
  if (lease === undefined) return;
  const owner = parseOwner(textOrNull(lease['lease_owner']) ?? '');
  if (isGone(owner, self)) return;
  const runId = integer(lease['lease_run_id']);
  throw activeRun({ tenantId, runId, seconds: Math.ceil(integer(lease['seconds'])) }, owner);
}

/** A run that somebody left unfinished is never trusted. */
function failUnfinished(connection: Connection, tenantId: string, at: string): void {
  connection.run(
    `UPDATE rollkeeper_runs
        SET status = 'failed', finished_at = $at, error_code = 'interrupted',
            error_message = 'The run was interrupted: its process ended, or was not heard of for too long.'
      WHERE tenant_id = $tenant AND finished_at IS NULL`,
    { tenant: tenantId, at },
  );
}

function dropPlans(connection: Connection, tenantId: string): void {
  connection.run(
    `DELETE FROM rollkeeper_operations
      WHERE tenant_id = $tenant
        AND run_id NOT IN (SELECT run_id FROM rollkeeper_runs
                            WHERE tenant_id = $tenant AND status = 'quarantined')`,
    { tenant: tenantId },
  );
}

function takeLease(
  connection: Connection,
  tenantId: string,
  runId: number,
  owner: Owner,
  leaseSeconds: number,
): number {
  const row = connection.get(
    `INSERT INTO rollkeeper_connections (tenant_id, fence, lease_run_id, lease_owner, lease_expires_at)
     VALUES ($tenant, 1, $run, $owner, unixepoch('subsec') + $seconds)
     ON CONFLICT (tenant_id) DO UPDATE
        SET fence = fence + 1, lease_run_id = excluded.lease_run_id, lease_owner = excluded.lease_owner,
            lease_expires_at = excluded.lease_expires_at
     RETURNING fence`,
    { tenant: tenantId, run: runId, owner: ownerText(owner), seconds: leaseSeconds },
  );
  return integer(row?.['fence']);
}

export function renew(
  connection: Connection,
  { tenantId, runId, fence }: Claim,
  leaseSeconds: number,
): void {
  const renewed = connection.run(
    `UPDATE rollkeeper_connections SET lease_expires_at = unixepoch('subsec') + $seconds
      WHERE tenant_id = $tenant AND fence = $fence AND lease_run_id = $run`,
    { tenant: tenantId, fence, run: runId, seconds: leaseSeconds },
  );
  if (renewed === 0) throw lostLease({ tenantId, runId, fence });
  refuseCancelled(connection, { tenantId, runId, fence });
}

export function enter(connection: Connection, run: Claim, status: 'deciding' | 'applying'): void {
  connection.transaction(() => {
    requireLease(connection, run);
    connection.run(
      'UPDATE rollkeeper_runs SET status = $status WHERE tenant_id = $tenant AND run_id = $run',
      { tenant: run.tenantId, run: run.runId, status },
    );
  });
}

export function become(connection: Connection, run: Claim, kind: RunKind): void {
  connection.transaction(() => {
    requireLease(connection, run);
    connection.run(
      'UPDATE rollkeeper_runs SET kind = $kind WHERE tenant_id = $tenant AND run_id = $run',
      { tenant: run.tenantId, run: run.runId, kind },
    );
  });
}

export function finish(connection: Connection, run: Claim, end: End): void {
  connection.transaction(() => {
    const owns = ownsLease(connection, run);
    if (!owns && end.status !== 'failed' && end.status !== 'cancelled') throw lostLease(run);
    if (owns) {
      if (mustStayVisible(connection, run, end)) keepPlan(connection, run, end);
      else dropPlan(connection, run);
      dropStaging(connection, run.tenantId);
      giveBack(connection, run);
    }
    writeEnd(connection, run, end);
  });
}

/** Of a plan that was applied what is held; the change feed tells the rest. */
function keepPlan(connection: Connection, run: Claim, end: End): void {
  if (end.status === 'quarantined') {
    connection.run(
      `DELETE FROM rollkeeper_operations
        WHERE tenant_id = $tenant AND run_id = $run AND (kind <> 'held' OR held = 'with_member')`,
      { tenant: run.tenantId, run: run.runId },
    );
  }
  namePlan(connection, run);
}

/** A plan, or the part of it, that was not applied and that people are to look at. */
function mustStayVisible(connection: Connection, { tenantId, runId }: Claim, end: End): boolean {
  if (end.status === 'quarantined') return true;
  const row = connection.get(
    'SELECT dry_run FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
  return end.status === 'succeeded' && flag(row?.['dry_run']);
}

function dropPlan(connection: Connection, { tenantId, runId }: Claim): void {
  connection.run('DELETE FROM rollkeeper_operations WHERE tenant_id = $tenant AND run_id = $run', {
    tenant: tenantId,
    run: runId,
  });
}

function giveBack(connection: Connection, { tenantId }: Claim): void {
  connection.run(
    `UPDATE rollkeeper_connections SET lease_run_id = NULL, lease_owner = NULL, lease_expires_at = NULL
      WHERE tenant_id = $tenant`,
    { tenant: tenantId },
  );
}

function writeEnd(connection: Connection, { tenantId, runId }: Claim, end: End): void {
  connection.run(
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
