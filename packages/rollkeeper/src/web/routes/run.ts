import { Hono } from 'hono';
import type { Context } from 'hono';

import { RollkeeperError } from '../../directory/error.ts';
import { address } from '../address.ts';
import { failure, refused } from '../failure.ts';
import { page } from '../layout.ts';
import { html, nothing, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, notice } from '../parts/pieces.ts';
import type { RunRow } from '../../store/store.ts';
import type { Choice } from '../runs/decide.ts';
import { confirmation, longestReason } from '../runs/decide.ts';
import { heldNotice, heldTable, readKey, sumOf, writeKey } from '../runs/held.ts';
import { kindsIn, planCard } from '../runs/plan.ts';
import { reportCards } from '../runs/report.ts';
import { reportOf } from '../runs/words.ts';
import type { Site, WebEnv } from '../site.ts';
import type { Rows } from '../tenant.ts';
import { rowsOf } from '../tenant.ts';
import { readNumber } from './runs.ts';

const pageSize = 50;

interface Found {
  readonly rows: Rows;
  readonly run: RunRow;
}

/** One run: what it did, what it holds, and deciding about that. */
export function runRoutes(site: Site): Hono<WebEnv> {
  const routes = new Hono<WebEnv>().get('/runs/:number', async (context) => {
    const found = await find(site, context.req.param('number'));
    if (found === null) return await context.notFound();
    const { run } = found;
    const under = site.keeping.conductor.current?.approval?.runId === run.runId;
    return await page(context, site, {
      title: `Run ${run.runId}`,
      section: 'runs',
      body: await about(site, context, found),
      ...(under ? { reloadAfter: 3 } : {}),
    });
  });
  for (const choice of ['allow', 'reject'] as const) {
    routes
      .get(`/runs/:number/${choice}`, async (context) => await ask(site, context, choice, false))
      .post(`/runs/:number/${choice}`, async (context) => await decide(site, context, choice));
  }
  return routes;
}

async function find(site: Site, text: string | undefined): Promise<Found | null> {
  const rows = await rowsOf(site);
  const runId = readNumber(text);
  if (rows === null || runId === null) return null;
  const run = await rows.store.run(rows.tenantId, runId);
  return run === null ? null : { rows, run };
}

async function about(site: Site, context: Context<WebEnv>, { rows, run }: Found): Promise<Html> {
  const { store, tenantId } = rows;
  const { runId } = run;
  const path = site.path(`/runs/${runId}`);
  const { plan, cursor = null, held } = context.req.query();
  const [waiting, counts, shown] = await Promise.all([
    store.waitingOf(tenantId, runId),
    store.plannedCounts(tenantId, runId),
    store.held(tenantId, runId, { after: readKey(held), limit: pageSize + 1 }),
  ]);
  const kinds = kindsIn(counts);
  const kind = kinds.find((one) => one === plan) ?? kinds[0];
  const last = shown.length > pageSize ? shown[pageSize - 1] : undefined;
  const next = last === undefined ? null : address(path, { held: writeKey(last) });
  return html`${approving(site, run)} ${failedNotice(run)} ${warnings(run)}
  ${heldNotice(site, context.get('viewer'), run, waiting)}
  ${
    shown.length === 0
      ? nothing
      : card(
          'Exactly these',
          heldTable(site, shown.slice(0, pageSize), {
            first: held === undefined ? null : path,
            next,
          }),
        )
  }
  ${reportCards(site, run)}
  ${planCard(
    site,
    path,
    counts,
    kind === undefined
      ? null
      : { kind, rows: await store.plannedOf(tenantId, runId, [kind], { cursor, limit: pageSize }) },
  )}`;
}

/** How the approval of this run's removals goes, while it does, and how it ended where that left no run of its own. */
function approving({ keeping }: Site, { runId }: RunRow): Html {
  const { current, last, lastApproval } = keeping.conductor;
  if (current?.approval?.runId === runId) {
    return notice(
      'busy',
      'The deletes that were allowed are being performed',
      'The tenant is read afresh first.',
    );
  }
  return lastApproval?.runId === runId && last?.error !== undefined
    ? failure(last.error instanceof Error ? (last.error.cause ?? last.error) : last.error)
    : nothing;
}

/** Why it failed, in full, and what to do about it. */
function failedNotice(run: RunRow): Html {
  const { error } = run;
  if (error === null) return nothing;
  const remedy = reportOf(run)?.error?.remedy;
  return notice(
    'bad',
    'This run failed.',
    html`<p>${printable(error.message)} <code>${printable(error.code)}</code></p>
      ${remedy === undefined ? nothing : html`<p>${printable(remedy)}</p>`}`,
  );
}

function warnings(run: RunRow): Html {
  const told = reportOf(run)?.warnings ?? [];
  return html`${told.map((text) => notice('warning', printable(text)))}`;
}

/** The page that names the number, before anything is done. */
async function ask(
  site: Site,
  context: Context<WebEnv>,
  choice: Choice,
  changed: boolean,
): Promise<Response> {
  const viewer = context.get('viewer');
  if (viewer.may !== 'manage') return await mayNot(context, site);
  const found = await find(site, context.req.param('number'));
  if (found === null) return await context.notFound();
  const { rows, run } = found;
  const waiting = await rows.store.waitingOf(rows.tenantId, run.runId);
  const title = choice === 'allow' ? 'Allow deletes' : 'Reject removals';
  return await page(context, site, {
    title: `${title} of run ${run.runId}`,
    section: 'runs',
    body:
      sumOf(waiting) === 0
        ? notice('quiet', 'Nothing of this run waits for a decision any more.')
        : confirmation(site, viewer, choice, { runId: run.runId, waiting, changed }),
    status: changed ? 409 : 200,
  });
}

async function decide(site: Site, context: Context<WebEnv>, choice: Choice): Promise<Response> {
  const viewer = context.get('viewer');
  if (viewer.may !== 'manage') return await mayNot(context, site);
  const found = await find(site, context.req.param('number'));
  if (found === null) return await context.notFound();
  const { rows, run } = found;
  const form = await context.req.parseBody();
  const waiting = await rows.store.waitingOf(rows.tenantId, run.runId);
  const sum = sumOf(waiting);
  if (sum === 0 || Number(form['count']) !== sum) return await ask(site, context, choice, sum > 0);
  const reason = typeof form['reason'] === 'string' ? form['reason'].trim() : '';
  await perform(site, rows, choice, {
    runId: run.runId,
    by: viewer.name ?? 'the web application',
    reason: reason === '' ? null : reason.slice(0, longestReason),
  });
  return context.redirect(site.path(`/runs/${run.runId}`), 303);
}

async function perform(
  { keeping, now }: Site,
  { store, tenantId }: Rows,
  choice: Choice,
  decision: { readonly runId: number; readonly by: string; readonly reason: string | null },
): Promise<void> {
  const { runId, by, reason } = decision;
  if (choice === 'reject') {
    await store.reject(tenantId, runId, { by, reason, at: new Date(now()).toISOString() });
  } else if (keeping.conductor.approve(decision) === null) {
    throw new RollkeeperError('run.active', 'A run is under way: nothing was allowed yet.', {
      remedy: 'Wait until it has ended, look at the number again, and allow the deletes then.',
    });
  }
}

const mayNot = async (context: Context<WebEnv>, site: Site): Promise<Response> =>
  await refused(context, site, 'You may see what is held. Whoever may manage decides about it.');
