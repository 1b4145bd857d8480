import { Hono } from 'hono';

import type { RunReport } from '../../run/report.ts';
import type { RunRow } from '../../store/store.ts';
import { address } from '../address.ts';
import { page } from '../layout.ts';
import { runBadge } from '../parts/badge.ts';
import { html, nothing, number, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { emptyState, pager } from '../parts/pieces.ts';
import { table } from '../parts/table.ts';
import { duration, time } from '../parts/time.ts';
import { charted, runCharts } from '../runs/charts.ts';
import { reportOf } from '../runs/words.ts';
import type { Site, WebEnv } from '../site.ts';
import { rowsOf } from '../tenant.ts';

const pageSize = 25;

/** What ran, newest first. */
export function runsRoutes(site: Site): Hono<WebEnv> {
  return new Hono<WebEnv>().get('/runs', async (context) => {
    const rows = await rowsOf(site);
    const after = readNumber(context.req.query('after'));
    const runs =
      rows === null
        ? []
        : await rows.store.runs(rows.tenantId, { after, limit: Math.max(charted, pageSize + 1) });
    return await page(context, site, {
      title: 'Runs',
      section: 'runs',
      body:
        runs.length === 0
          ? emptyState(
              'No runs',
              html`A run reads the tenant and brings the rows up to date.
                <a href="${site.path('/')}">Start one on the overview.</a>`,
            )
          : html`${after === null ? runCharts(runs) : nothing} ${list(site, runs, after)}`,
    });
  });
}

/** A whole number above 0 in an address; null: none. */
export function readNumber(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,14}$/u.test(text) ? Number(text) : null;
}

function list(site: Site, runs: readonly RunRow[], after: number | null): Html {
  const shown = runs.slice(0, pageSize);
  const last = shown.at(-1);
  const further = runs.length > pageSize && last !== undefined;
  const path = site.path('/runs');
  return html`${runsTable(site, 'Runs, newest first', shown)}
  ${pager({
    label: 'Pages of runs',
    first: after === null ? null : path,
    previous: null,
    next: further ? address(path, { after: String(last.runId) }) : null,
    position: `${number(shown.length)} shown`,
  })}`;
}

/** A number of each run's report; nothing where it has none. */
const counts =
  (of: (report: RunReport) => number) =>
  (run: RunRow): string => {
    const report = reportOf(run);
    return report === null ? '' : number(of(report));
  };

/** Runs with what they did. */
export function runsTable(site: Site, caption: string, runs: readonly RunRow[]): Html {
  return table<RunRow>({
    caption,
    columns: [
      {
        head: 'Run',
        cell: ({ runId }) => html`<a href="${site.path(`/runs/${runId}`)}">${runId}</a>`,
        kind: 'number',
      },
      { head: 'Status', cell: (run) => status(run) },
      { head: 'Started', cell: ({ startedAt }) => time(startedAt) },
      { head: 'Kind', cell: ({ kind, dryRun }) => (dryRun ? `${kind}, dry` : kind), extra: true },
      { head: 'Created', cell: counts(({ users }) => users.created), kind: 'number', extra: true },
      { head: 'Updated', cell: counts(({ users }) => users.updated), kind: 'number', extra: true },
      { head: 'Left', cell: counts(({ users }) => users.softDeleted), kind: 'number', extra: true },
      { head: 'Held', cell: counts(({ held }) => held), kind: 'number', extra: true },
      { head: 'In scope', cell: counts(({ users }) => users.inScope), kind: 'number', extra: true },
      { head: 'Requests', cell: counts(({ requests }) => requests), kind: 'number', extra: true },
      { head: 'Duration', cell: (run) => took(run), kind: 'number', extra: true },
    ],
    rows: runs,
  });
}

function status({ status: word, error }: RunRow): Html {
  return error === null
    ? runBadge(word)
    : html`${runBadge(word)} <small class="muted">${printable(error.code)}</small>`;
}

function took(run: RunRow): string {
  const report = reportOf(run);
  return report === null ? '' : duration(report.durationMs);
}
