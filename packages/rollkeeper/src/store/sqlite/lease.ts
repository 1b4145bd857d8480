import { hostname } from 'node:os';

import { RollkeeperError } from '../../directory/error.ts';
import type { Claim } from '../store.ts';
import type { Connection } from './connection.ts';

/** Whom a lease belongs to: a process of a machine. Its start tells it from an earlier one of the same number. */
export interface Owner {
  readonly host: string;
  readonly process: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export const thisProcess = (startedAt: number): Owner => ({
  host: hostname(),
  process: process.pid,
  startedAt,
});

export const ownerText = (owner: Owner): string =>
  `${owner.host}:${owner.process}:${owner.startedAt}`;

export function parseOwner(text: string): Owner {
  const [startedAt, number, ...host] = text.split(':').toReversed();
  return {
    host: host.toReversed().join(':'),
    process: Number(number),
    startedAt: Number(startedAt),
  };
}

/** Whether a process of this machine is known to have ended. Of other machines nothing is known. */
export function isGone(owner: Owner, self: Owner): boolean {
  if (owner.host !== self.host) return false;
  if (owner.process === self.process) return owner.startedAt !== self.startedAt;
  try {
    process.kill(owner.process, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/**
 * Throws `run.lost_lease` unless the claim is the newest of its tenant and was not given back, and `run.cancelled` where
 * somebody asked the run to stop.
 */
export function requireLease(connection: Connection, claim: Claim): void {
  if (!ownsLease(connection, claim)) throw lostLease(claim);
  refuseCancelled(connection, claim);
}

export function refuseCancelled(connection: Connection, { tenantId, runId }: Claim): void {
  const row = connection.get(
    `SELECT cancelled_by FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND run_id = $run AND cancelled_at IS NOT NULL`,
    { tenant: tenantId, run: runId },
  );
  if (row === undefined) return;
  const by = String(row['cancelled_by']);
  throw new RollkeeperError('run.cancelled', `Run ${runId} was cancelled by ${by}.`, {
    remedy: 'No row was changed. Start another run when it suits you.',
    facts: { runId, tenantId, by },
  });
}

export function ownsLease(connection: Connection, { tenantId, runId, fence }: Claim): boolean {
  const row = connection.get(
    `SELECT 1 FROM rollkeeper_connections
      WHERE tenant_id = $tenant AND fence = $fence AND lease_run_id = $run`,
    { tenant: tenantId, fence, run: runId },
  );
  return row !== undefined;
}

export function lostLease({ runId, tenantId }: Claim): RollkeeperError {
  return new RollkeeperError(
    'run.lost_lease',
    `Run ${runId} no longer has the lease of tenant ${tenantId}: it ended, or another run has taken over.`,
    {
      remedy:
        'See `rollkeeper runs` for the run that took over. This one was stopped before it changed a row.',
      facts: { runId, tenantId },
    },
  );
}
