import type { Owner } from '../owner.ts';
import { isGone, ownerText, parseOwner } from '../owner.ts';
import { activeRun, lostLease } from '../refusal.ts';
import type { Claim, RunKind, Store } from '../store.ts';
import type { Connection } from './connection.ts';
import { requireHeld } from './held/waiting.ts';
import { refuseCancelled, requireLease } from './lease.ts';
import { integer, textOrNull } from '../row.ts';
import { toldIfApplied } from '../rows.ts';
import { dropStaging } from './staging.ts';

type ClaimOptions = Parameters<Store['claim']>[1];

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
                         || ${toldIfApplied}
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
