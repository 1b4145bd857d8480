import { RollkeeperError } from '../directory/error.ts';
import type { Rollkeeper } from '../open.ts';
import type { RunReport, RunResult } from '../run/report.ts';
import { emptyReport } from '../run/report.ts';
import { RunFailed } from '../run/ending.ts';
import { environment, logLevelOf, withRollkeeper } from './environment.ts';
import { exitCodeOf } from './exit-code.ts';
import { asJson, tell } from './tell.ts';
import type { ProgressView } from './terminal.ts';
import { describeError, note, print, progressView, rootOf, silent } from './terminal.ts';

export interface SyncOptions {
  readonly dryRun: boolean;
  /** Reads everything, even where reading what changed would do. */
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
      if (options.json) print(await asJson(keeper, result));
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
  { dryRun, full }: SyncOptions,
  view: ProgressView,
  signal: AbortSignal,
): Promise<RunResult> {
  const options = { full, signal, onProgress: view.show };
  return dryRun ? await keeper.plan(options) : await keeper.sync(options);
}

/** The report of a command that failed, even before a run began. */
function reportOf(error: unknown): RunReport {
  if (error instanceof RunFailed) return error.report;
  const root = rootOf(error);
  const code = root instanceof RollkeeperError ? root.code : 'unexpected';
  const message = root instanceof Error ? root.message : String(root);
  return { ...emptyReport(0, 'full'), status: 'failed', error: { code, message } };
}
