import { RollkeeperError } from '../directory/error.ts';
import type { Rollkeeper } from '../open.ts';
import type { RunReport, RunResult } from '../run/report.ts';
import { emptyReport } from '../run/report.ts';
import { RunFailed } from '../run/ending.ts';
import { withRollkeeper } from './environment.ts';
import { exitCodeOf } from './exit-code.ts';
import { inWords, planTable, summaryTable } from './plan.ts';
import type { ProgressView } from './terminal.ts';
import { describeError, note, print, progressView, rootOf, silent } from './terminal.ts';

export interface SyncOptions {
  readonly dryRun: boolean;
  /** Every read is a full one until reading what changed exists. */
  readonly full: boolean;
  readonly json: boolean;
}

export async function syncCommand(signal: AbortSignal, options: SyncOptions): Promise<number> {
  const view = options.json && !process.stderr.isTTY ? silent : progressView();
  try {
    return await withRollkeeper(signal, async (keeper) => {
      const result = await runOnce(keeper, options, view, signal);
      view.stop();
      if (options.json) print(JSON.stringify(result.report));
      else await tell(keeper, result);
      return result.report.status === 'quarantined' ? 6 : 0;
    });
  } catch (error) {
    view.stop();
    if (!options.json) throw error;
    print(JSON.stringify(reportOf(error)));
    note(describeError(error));
    return exitCodeOf(error);
  }
}

async function runOnce(
  keeper: Rollkeeper,
  { dryRun }: SyncOptions,
  view: ProgressView,
  signal: AbortSignal,
): Promise<RunResult> {
  const options = { signal, onProgress: view.show };
  return dryRun ? await keeper.plan(options) : await keeper.sync(options);
}

/** Says how a run ended: what it did, what it would have done, what is held and why. */
export async function tell(keeper: Rollkeeper, result: RunResult): Promise<void> {
  const { report, held, dryRun } = result;
  print(summaryTable(report));
  for (const kind of held) print(inWords(kind));
  if (report.status === 'quarantined') {
    print(
      `Nothing of run ${report.run} was applied. If these removals are right, run once more with\n` +
        'ROLLKEEPER_DELETION_THRESHOLD=off, or with a higher threshold.',
    );
  } else if (dryRun) {
    print(
      held.length > 0
        ? 'A dry run: nothing was changed. The removals above would be held.'
        : 'A dry run: nothing was changed.',
    );
  }
  if (dryRun || held.length > 0) print(await planTable(keeper, result.tenantId, report.run));
}

/** The report of a command that failed, even before a run began. */
function reportOf(error: unknown): RunReport {
  if (error instanceof RunFailed) return error.report;
  const root = rootOf(error);
  const code = root instanceof RollkeeperError ? root.code : 'unexpected';
  const message = root instanceof Error ? root.message : String(root);
  return { ...emptyReport(0, 'full'), status: 'failed', error: { code, message } };
}
