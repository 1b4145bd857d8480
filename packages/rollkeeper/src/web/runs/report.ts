import type { RunReport } from '../../run/report.ts';
import type { RunRow } from '../../store/store.ts';
import { runBadge } from '../parts/badge.ts';
import { html, name, nothing, number, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, facts } from '../parts/pieces.ts';
import { duration, time } from '../parts/time.ts';
import type { Site } from '../site.ts';
import { inFewWords, reportOf } from './words.ts';

/** What a run did, and what it cost. */
export function reportCards(site: Site, run: RunRow): Html {
  const report = reportOf(run);
  return html`<div class="cards">
    ${card('What it did', facts([...outline(site, run), ...(report === null ? [] : counts(report))]))}
    ${report === null ? nothing : card('What it cost', facts(cost(report)))}
  </div>`;
}

type Fact = readonly [string, string | number | Html];

function outline(site: Site, run: RunRow): readonly Fact[] {
  const { approves, cancelled, decision } = run;
  return [
    ['Kind', run.dryRun ? `${run.kind}, a dry run` : run.kind],
    ['Status', runBadge(run.status)],
    ['Started', time(run.startedAt)],
    ['Finished', time(run.finishedAt)],
    ...(approves === null
      ? []
      : [
          [
            'Performs what was held by',
            html`<a href="${site.path(`/runs/${approves}`)}">run ${approves}</a>`,
          ] as const,
        ]),
    ...(decision === null ? [] : [['What it held', decided(decision.what, decision)] as const]),
    ...(cancelled === null ? [] : [['Stopped', decided('cancelled', cancelled)] as const]),
  ];
}

const decided = (
  what: string,
  { by, at, reason }: { readonly by: string; readonly at: string; readonly reason: string | null },
): Html =>
  html`${what} by ${name(by)}, ${time(at)}${reason === null ? nothing : html`: ${name(reason)}`}`;

function counts({ users, supervisors, held }: RunReport): readonly Fact[] {
  return [
    ['People created', number(users.created)],
    ['People updated', number(users.updated)],
    ['Accounts disabled', number(users.deactivated)],
    ['People restored', number(users.restored)],
    ['People who left', number(users.softDeleted)],
    ['Unchanged', number(users.unchanged)],
    ['In scope', number(users.inScope)],
    [
      'Managers',
      `${number(supervisors.total)} (${number(supervisors.set)} set, ${number(supervisors.cleared)} cleared)`,
    ],
    ['Removals held', number(held)],
  ];
}

function cost({ durationMs, requests, throttled, strategy, work }: RunReport): readonly Fact[] {
  const byKind = Object.entries(work?.requests ?? {}).toSorted(([, one], [, other]) => other - one);
  return [
    ['Duration', duration(durationMs)],
    ...(work === undefined
      ? []
      : ([
          ['Reading', duration(work.readingMs)],
          ['Deciding', duration(work.decidingMs)],
          ['Applying', duration(work.applyingMs)],
          ['Waited for Graph', duration(work.waitedMs)],
        ] as const)),
    [
      'Requests',
      html`${number(requests)}${throttled > 0 ? `, ${number(throttled)} throttled` : ''}
        <ul class="requests">
          ${byKind.map(
            ([kind, count]) =>
              html`<li><span>${number(count)}</span> <code>${printable(kind)}</code></li>`,
          )}
        </ul>`,
    ],
    ...(strategy === undefined
      ? []
      : [['Read', html`${inFewWords(strategy)}: ${printable(strategy.because)}`] as const]),
  ];
}
