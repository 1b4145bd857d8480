import type { RunRow, Store } from '../store/store.ts';
import type { HeldCounts, Pause, Remembered } from '../store/store.ts';
import { isPaused } from './judge.ts';

/** How a tenant stands, as `status --json` prints it. The names and their meaning are stable. */
export interface Status {
  readonly tenantId: string;
  /** What the last applied run was made with; null: none was applied. */
  readonly scope: Pick<
    Remembered,
    'scope' | 'groupId' | 'groupName' | 'membership' | 'disabledUsers'
  > | null;
  readonly inScope: number;
  /** The last run that was applied. */
  readonly lastSuccess: {
    readonly run: number;
    readonly at: string;
    readonly ageMs: number;
  } | null;
  /** Never succeeded, or longer ago than `ROLLKEEPER_STALE_AFTER`. */
  readonly stale: boolean;
  /** null: `off`. */
  readonly staleAfterMs: number | null;
  readonly lastRun:
    | (Pick<RunRow, 'kind' | 'dryRun' | 'status' | 'startedAt' | 'finishedAt' | 'error'> & {
        readonly run: number;
      })
    | null;
  /** Removals that wait for a decision, by kind, and the runs that they are of, newest first. */
  readonly held: HeldCounts;
  /** When a run begins by itself in this process; null: not known. */
  readonly nextRunAt: string | null;
  /** null: removals are not paused. */
  readonly paused: Pause | null;
}

export interface StatusOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly staleAfterMs: number | null;
  readonly nextRun: Date | null;
}

export async function statusOf(
  store: Store,
  tenantId: string,
  { nextRun, now, staleAfterMs }: StatusOptions,
): Promise<Status> {
  const [last] = await store.runs(tenantId, { after: null, limit: 1 });
  const { held, inScope } = await store.totals(tenantId, new Date(now).toISOString());
  const lastSuccess = successOf(await store.lastApplied(tenantId), now);
  const pause = await store.paused(tenantId);
  return {
    tenantId,
    scope: scopeOf(await store.remembered(tenantId)),
    inScope,
    lastSuccess,
    stale: staleAfterMs !== null && (lastSuccess === null || lastSuccess.ageMs > staleAfterMs),
    staleAfterMs,
    lastRun: last === undefined ? null : lastRunOf(last),
    held,
    nextRunAt: nextRun?.toISOString() ?? null,
    paused: isPaused(pause, now) ? pause : null,
  };
}

function successOf(run: RunRow | null, now: number): Status['lastSuccess'] {
  if (run === null) return null;
  const at = run.finishedAt ?? run.startedAt;
  return { run: run.runId, at, ageMs: Math.max(0, now - Date.parse(at)) };
}

function scopeOf(remembered: Remembered | null): Status['scope'] {
  if (remembered === null) return null;
  const { disabledUsers, groupId, groupName, membership, scope } = remembered;
  return { scope, groupId, groupName, membership, disabledUsers };
}

function lastRunOf({
  dryRun,
  error,
  finishedAt,
  kind,
  runId,
  startedAt,
  status,
}: RunRow): Status['lastRun'] {
  return { run: runId, kind, dryRun, status, startedAt, finishedAt, error };
}
