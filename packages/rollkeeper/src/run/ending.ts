import { RollkeeperError } from '../directory/error.ts';
import type { Strategy } from '../read/reading.ts';
import type { Claim, HeldCounts, RunKind } from '../store/store.ts';
import type { ReadReason } from './choose.ts';
import type { Judged } from './judge.ts';
import { tellNotices } from './notices.ts';
import type { RunParts } from './parts.ts';
import type { ReportedError, RunReport, RunResult } from './report.ts';
import { emptyReport } from './report.ts';
import type { Stopwatch } from './work.ts';

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
  readonly kind: RunKind;
  readonly dryRun: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly stopwatch: Stopwatch;
  readonly judged: Judged;
  /** People in scope who stay as they are. */
  readonly unchanged: number;
  /** How people were read; null: those that changed alone. */
  readonly strategy: Strategy | null;
  readonly reason: ReadReason | null;
  /** undefined: the run proved nothing. */
  readonly drift: number | undefined;
  readonly warnings: readonly string[];
}

/** Ends a run that came to its end, with its report. Somebody is told what they should know, once. */
export async function end(parts: RunParts, claim: Claim, ending: Ending): Promise<RunResult> {
  const { dryRun, judged } = ending;
  const done = await reportOf(parts, claim, ending);
  const told = dryRun ? [] : await tellNotices(parts, claim, null);
  for (const message of told) parts.progress({ phase: 'warning', message });
  const warnings = [...ending.warnings, ...told];
  const report = warnings.length > 0 ? { ...done, warnings } : done;
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
  ending: Ending,
): Promise<RunReport> {
  const { drift, dryRun, judged, kind, reason, startedAt, stopwatch, strategy, unchanged } = ending;
  const totals = dryRun
    ? judged.totals
    : await store.totals(claim.tenantId, new Date(now()).toISOString());
  const wouldBeHeld = judged.held.reduce((sum, { planned }) => sum + planned, 0);
  const { operations } = judged.summary;
  const { requests, throttled } = graph.tally();
  return {
    run: claim.runId,
    kind,
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
    held: sumOf(totals.held) + (dryRun ? wouldBeHeld : 0),
    requests,
    throttled,
    durationMs: now() - startedAt,
    work: stopwatch.work(graph.tally()),
    ...(strategy === null ? {} : { strategy }),
    ...(reason === null ? {} : { reason }),
    ...(drift === undefined ? {} : { drift }),
  };
}

export const sumOf = ({ deactivations, leaving, memberships }: HeldCounts): number =>
  leaving + deactivations + memberships;

/** Ends a run that was cut short. `claim` is missing where it failed before it began. Never throws. */
export async function failed(
  parts: RunParts,
  claim: Claim | undefined,
  error: unknown,
  {
    dryRun,
    kind,
    startedAt,
    stopwatch,
  }: Pick<Ending, 'dryRun' | 'kind' | 'startedAt' | 'stopwatch'>,
): Promise<RunFailed> {
  const reason: unknown = parts.signal.aborted ? parts.signal.reason : error;
  const code = reason instanceof RollkeeperError ? reason.code : 'unexpected';
  const cancelled = parts.signal.aborted || code === 'run.cancelled';
  const message = reason instanceof Error ? reason.message : String(reason);
  const { requests, throttled } = parts.graph.tally();
  const bare: RunReport = {
    ...emptyReport(claim?.runId ?? 0, kind),
    status: cancelled ? 'cancelled' : 'failed',
    requests,
    throttled,
    durationMs: parts.now() - startedAt,
    ...(claim === undefined ? {} : { work: stopwatch.work(parts.graph.tally()) }),
    error: { code, message, ...detailsOf(reason) },
  };
  if (claim === undefined) return new RunFailed(bare, reason);
  const report = cancelled || dryRun ? bare : await withNotices(parts, claim, bare);
  const failure = new RunFailed(report, reason);
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

/** What to do about it, and which request it was, for whoever reads the report. */
function detailsOf(reason: unknown): Pick<ReportedError, 'remedy' | 'where'> {
  if (!(reason instanceof RollkeeperError)) return {};
  const { remedy, where } = reason;
  return where === undefined ? { remedy } : { remedy, where };
}

/** The report of a run that failed, with what could not be told. */
async function withNotices(parts: RunParts, claim: Claim, report: RunReport): Promise<RunReport> {
  const warnings = await tellNotices(parts, claim, report.error ?? null);
  return warnings.length > 0 ? { ...report, warnings } : report;
}
