import { RollkeeperError } from '../directory/error.ts';
import type { Rollkeeper } from '../open.ts';
import type { RunReport, RunResult } from '../run/report.ts';
import { emptyReport } from '../run/report.ts';
import { RunFailed } from '../run/ending.ts';
import { environment, logLevelOf, withRollkeeper } from './environment.ts';
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
  const quiet = options.json && !process.stderr.isTTY;
  const view = quiet || logLevelOf(environment()) !== null ? silent : progressView();
  try {
    return await withRollkeeper(signal, async (keeper) => {
      const result = await runOnce(keeper, options, view, signal);
      view.stop();
      if (options.json) print(JSON.stringify(result.report));
      else await tell(keeper, result);
      return exitCodeOfRun(result);
    });
  } catch (error) {
    view.stop();
    if (!options.json) throw error;
    print(JSON.stringify(reportOf(error)));
    note(describeError(error));
    return exitCodeOf(error);
  }
}

/** 6 while anything is held; a dry run holds nothing. */
export const exitCodeOfRun = ({ dryRun, report }: RunResult): 0 | 6 =>
  !dryRun && report.held > 0 ? 6 : 0;

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
  for (const kind of held) print(inWords(kind, dryRun));
  if (dryRun) {
    print('A dry run: nothing was changed.');
    if (held.length > 0) print('The removals above would be held.');
    else if (report.held > 0) {
      print(`No further removals would be held; ${report.held} of earlier runs are held already.`);
    }
  } else if (held.length > 0) {
    print(
      `Everything else of run ${report.run} was applied. Look at what is held with: rollkeeper runs show ${report.run}\n` +
        `Then let it go on with: rollkeeper runs approve ${report.run}; or keep it with: rollkeeper runs reject ${report.run}`,
    );
  } else if (report.held > 0) {
    print(
      `${report.held} removals of earlier runs are still held. Which, and by which run: rollkeeper status`,
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
