import type { Rollkeeper } from '../open.ts';
import type { RunReport, RunResult } from '../run/report.ts';
import { inWords, planTable, summaryTable } from './plan.ts';
import { print } from './terminal.ts';

/** Says how a run ended: what it did or would do, what is held and why, and what to do about it. */
export async function tell(keeper: Rollkeeper, result: RunResult): Promise<void> {
  const { report, held, dryRun, tenantId } = result;
  print(summaryTable(report));
  for (const kind of held) print(inWords(kind, dryRun));
  if (dryRun) print(wouldDo(result));
  else if (held.length > 0) print(whatNext(report.run));
  else if (report.held > 0) {
    print(
      `${report.held} removals of earlier runs are still held. By which run: rollkeeper status`,
    );
  }
  if (dryRun || held.length > 0) {
    print((await planTable(keeper, tenantId, report.run)) ?? 'The plan is empty.');
  }
}

/** A report as `--json` prints it; a dry run's with what would be held, and every operation of its plan. */
export async function asJson(keeper: Rollkeeper, result: RunResult): Promise<string> {
  const { report, held, dryRun, tenantId } = result;
  if (!dryRun) return JSON.stringify(report);
  const plan = await Array.fromAsync(keeper.planned(tenantId, report.run));
  return JSON.stringify({ ...report, dryRun, wouldHold: held, plan });
}

const whatNext = (run: number): string =>
  `Everything else of run ${run} was applied. Look at what is held with: rollkeeper runs show ${run}\n` +
  `Then let it go on with: rollkeeper runs approve ${run}; or keep it with: rollkeeper runs reject ${run}`;

/** A dry run in one sentence, and another on what would be held. */
function wouldDo({ held, report }: RunResult): string {
  const { created, deactivated, restored, softDeleted, updated } = report.users;
  const done =
    `It would create ${created} people, update ${updated}, restore ${restored}, deactivate ${deactivated} ` +
    `and soft-delete ${softDeleted}.`;
  return `A dry run: nothing was changed. ${done} ${wouldHold(held, report)}`;
}

function wouldHold(held: RunResult['held'], { held: all }: RunReport): string {
  const more = held.reduce((sum, { planned }) => sum + planned, 0);
  const before = all - more > 0 ? ` ${all - more} of earlier runs are held already.` : '';
  return more > 0
    ? `${more} removals would be held, as said above.${before}`
    : `No ${before === '' ? '' : 'further '}removals would be held.${before}`;
}
