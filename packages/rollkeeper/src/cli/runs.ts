import { RollkeeperError } from '../directory/error.ts';
import type { Decider, RunRow } from '../store/store.ts';
import { withRollkeeper } from './environment.ts';
import { waitingInWords } from './held.ts';
import { inWords, planTable, summaryTable, workTable } from './plan.ts';
import { oneLine, print, table } from './terminal.ts';
import type { RunReport } from '../run/report.ts';
import { readReport } from '../run/report.ts';

export async function runsCommand(
  signal: AbortSignal,
  options: { readonly limit: number; readonly json: boolean },
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const runs = await keeper.runs(await keeper.tenantId({ signal }), { limit: options.limit });
    if (options.json) print(JSON.stringify(runs.map(plain)));
    else if (runs.length === 0) print('No run yet. Start one with: rollkeeper sync');
    else print(table(['run', 'kind', 'status', 'started', 'seconds', 'result'], runs.map(runRow)));
    return 0;
  });
}

export async function showRunCommand(
  signal: AbortSignal,
  options: { readonly json: boolean },
  number: number,
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const tenantId = await keeper.tenantId({ signal });
    const run = await keeper.run(tenantId, number);
    if (run === null) {
      throw new RollkeeperError('run.not_found', `There is no run ${number}.`, {
        remedy: 'List the runs with: rollkeeper runs',
      });
    }
    if (options.json) {
      const plan = await Array.fromAsync(keeper.planned(tenantId, number));
      const waiting = await Array.fromAsync(keeper.held(tenantId, { runId: number }));
      print(JSON.stringify({ ...plain(run), plan, waiting }));
      return 0;
    }
    const report = reportOf(run);
    print(report === null ? `run ${number}: ${run.status}` : summaryTable(report));
    print(
      `${run.dryRun ? 'A dry run, started' : 'Started'} ${run.startedAt}, ended ${run.finishedAt ?? '–'}.`,
    );
    if (report?.work !== undefined) print(workTable(report.work));
    if (run.error !== null) print(`Failed: ${run.error.message} (${run.error.code})`);
    for (const line of decisions(run)) print(line);
    for (const kind of run.held ?? []) print(inWords(kind, run.dryRun));
    print((await planTable(keeper, tenantId, number)) ?? nothingPlanned(run));
    if (run.status === 'quarantined') print(await waitingInWords(keeper, tenantId, number));
    return 0;
  });
}

/** A plan that was applied is what the changes say; that of a dry run goes when the next run begins. */
const nothingPlanned = ({ dryRun, runId }: RunRow): string =>
  dryRun
    ? 'Its plan is empty, or was let go by a later run.'
    : `Nothing of its plan is left. What it changed: the rows of microsoft_graph_changes with run_id ${runId}.`;

const because = ({ by, at, reason }: Decider): string =>
  `by ${by}, ${at}${reason === null ? '' : `: ${reason}`}`;

function decisions({ approves, cancelled, decision }: RunRow): readonly string[] {
  return [
    ...(approves === null ? [] : [`Performs what run ${approves} has held.`]),
    ...(cancelled === null ? [] : [`Cancelled ${because(cancelled)}`]),
    ...(decision === null ? [] : [`What it holds was ${decision.what} ${because(decision)}`]),
  ].map(oneLine);
}

function runRow(run: RunRow): string[] {
  const report = reportOf(run);
  const result = run.error?.message ?? (report === null ? '' : inOneLine(report));
  return [
    String(run.runId),
    run.dryRun ? `${run.kind} (dry)` : run.kind,
    run.status,
    run.startedAt,
    report === null ? '' : (report.durationMs / 1000).toFixed(1),
    oneLine(result),
  ];
}

function inOneLine({ users, held }: RunReport): string {
  const { created, updated, softDeleted, restored, deactivated, inScope } = users;
  return [
    `+${created} ~${updated} −${softDeleted}`,
    ...(restored > 0 ? [`${restored} back`] : []),
    ...(deactivated > 0 ? [`${deactivated} disabled`] : []),
    ...(held > 0 ? [`${held} held`] : []),
    `${inScope} in scope`,
  ].join(', ');
}

const reportOf = ({ report }: RunRow): RunReport | null =>
  report === null ? null : readReport(report);

const plain = (run: RunRow): object => ({ ...run, report: reportOf(run) });
