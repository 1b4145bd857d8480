import { RollkeeperError } from '../directory/error.ts';
import type { Claim } from '../store/store.ts';
import type { Judged } from './judge.ts';
import type { RunParts } from './parts.ts';
import type { RunReport, RunResult } from './report.ts';
import { emptyReport } from './report.ts';

/** A run that failed, with its report: `cause` is what went wrong. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed';
  readonly report: RunReport;

  constructor(report: RunReport, cause: unknown) {
    super(report.error?.message ?? 'The run failed.', { cause });
    this.report = report;
  }
}

export interface Ending {
  readonly dryRun: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly judged: Judged;
  /** People in scope who stay as they are. */
  readonly unchanged: number;
  readonly applied: boolean;
  readonly warnings: readonly string[];
}

/** Ends a run that came to its end, with its report. */
export async function end(parts: RunParts, claim: Claim, ending: Ending): Promise<RunResult> {
  const { dryRun, judged, warnings } = ending;
  const report = await reportOf(parts, claim, ending);
  await parts.store.finish(claim, {
    status: report.status,
    at: new Date(parts.now()).toISOString(),
    report: JSON.stringify(report),
    ...(judged.held.length > 0 ? { held: judged.held } : {}),
  });
  return { tenantId: claim.tenantId, dryRun, report, held: judged.held, warnings };
}

async function reportOf(
  { graph, now, store }: RunParts,
  claim: Claim,
  { applied, dryRun, judged, startedAt, unchanged }: Ending,
): Promise<RunReport> {
  const totals = applied
    ? await store.totals(claim.tenantId, new Date(now()).toISOString())
    : judged.totals;
  const { operations } = judged.summary;
  const { requests, throttled } = graph.tally();
  return {
    run: claim.runId,
    kind: 'full',
    status: dryRun || judged.held.length === 0 ? 'succeeded' : 'quarantined',
    users: {
      created: operations.create,
      updated: operations.update,
      deactivated: operations.deactivate,
      restored: operations.restore,
      softDeleted: operations.soft_delete,
      unchanged,
      inScope: totals.inScope,
    },
    supervisors: {
      set: judged.summary.supervisorsSet,
      cleared: judged.summary.supervisorsCleared,
      total: totals.supervisors,
    },
    held: judged.held.reduce((sum, { planned }) => sum + planned, 0),
    requests,
    throttled,
    durationMs: now() - startedAt,
  };
}

/** Ends a run that was cut short. `claim` is missing where it failed before it began. Never throws. */
export async function failed(
  parts: RunParts,
  claim: Claim | undefined,
  error: unknown,
  startedAt: number,
): Promise<RunFailed> {
  const cancelled = parts.signal.aborted;
  const reason: unknown = cancelled ? parts.signal.reason : error;
  const code = reason instanceof RollkeeperError ? reason.code : 'unexpected';
  const message = reason instanceof Error ? reason.message : String(reason);
  const { requests, throttled } = parts.graph.tally();
  const report: RunReport = {
    ...emptyReport(claim?.runId ?? 0, 'full'),
    status: cancelled ? 'cancelled' : 'failed',
    requests,
    throttled,
    durationMs: parts.now() - startedAt,
    error: { code, message },
  };
  const failure = new RunFailed(report, reason);
  if (claim === undefined) return failure;
  try {
    await parts.store.finish(claim, {
      status: cancelled ? 'cancelled' : 'failed',
      at: new Date(parts.now()).toISOString(),
      report: JSON.stringify(report),
      error: { code, message },
    });
  } catch (finishing) {
    // The run's own failure is what must be told; that its end could not be written goes with it.
    failure.cause = new AggregateError([reason, finishing], message, { cause: reason });
  }
  return failure;
}
