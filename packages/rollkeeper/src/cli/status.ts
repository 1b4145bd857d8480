import type { Status } from '../run/status.ts';
import { withRollkeeper } from './environment.ts';
import { oneLine, print, table } from './terminal.ts';

export async function statusCommand(
  signal: AbortSignal,
  options: { readonly json: boolean },
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const status = await keeper.status(await keeper.tenantId({ signal }));
    print(options.json ? JSON.stringify(status) : screen(status));
    return exitCodeOfStatus(status);
  });
}

/** A success that is too old comes before what is held: nothing that happened since is known. */
function exitCodeOfStatus({ held, stale }: Status): 0 | 6 | 9 {
  if (stale) return 9;
  return held.runs.length > 0 ? 6 : 0;
}

function screen(status: Status): string {
  const { held, inScope, nextRunAt, tenantId } = status;
  return table(
    ['Rollkeeper', word(status)],
    [
      ['tenant', tenantId],
      ['scope', scope(status.scope)],
      ['people in scope', String(inScope)],
      ['last success', lastSuccess(status)],
      ['last run', lastRun(status.lastRun)],
      ['held', heldInWords(held)],
      ['removals', paused(status.paused)],
      ['next run', nextRunAt ?? 'not known here: it is begun by your schedule'],
    ].map((row) => row.map(oneLine)),
  );
}

function word({ held, stale }: Status): string {
  if (stale) return 'STALE';
  return held.runs.length > 0 ? 'removals are held' : 'in step';
}

function scope(known: Status['scope']): string {
  if (known === null) return 'nothing was applied yet';
  if (known.groupId === null) return 'every user';
  return `${known.groupName ?? ''} (${known.groupId}), ${known.membership} members`;
}

function lastSuccess({ lastSuccess: last, stale, staleAfterMs }: Status): string {
  if (last === null) return 'never';
  const tooOld = stale ? `: longer ago than ${inWords(staleAfterMs ?? 0)}` : '';
  return `run ${last.run}, ${last.at}, ${inWords(last.ageMs)} ago${tooOld}`;
}

function lastRun(run: Status['lastRun']): string {
  if (run === null) return 'none';
  const failed = run.error === null ? '' : `: ${run.error.message} (${run.error.code})`;
  return `run ${run.run}${run.dryRun ? ' (dry)' : ''}, ${run.status}, begun ${run.startedAt}${failed}`;
}

function heldInWords({ deactivations, leaving, memberships, runs }: Status['held']): string {
  if (runs.length === 0) return 'nothing';
  const kinds = `${leaving} people leaving, ${deactivations} deactivations, ${memberships} memberships`;
  return `${kinds}; by run ${runs.join(', ')}`;
}

function paused(pause: Status['paused']): string {
  if (pause === null) return 'go on';
  return `paused by ${pause.by} since ${pause.since}, until ${pause.until ?? 'somebody resumes'}`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** `2 d 3 h`: the two largest units; below a minute, seconds. */
function inWords(ms: number): string {
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.length > 0 ? parts.slice(0, 2).join(' ') : `${Math.floor(ms / 1000)} s`;
}
