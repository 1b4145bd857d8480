import { Hono } from 'hono';

import type { ReportedError } from '../../run/report.ts';
import type { RunRow } from '../../store/store.ts';
import type { Explained } from '../diagnostics/pasted.ts';
import { explainText, longest } from '../diagnostics/pasted.ts';
import { page } from '../layout.ts';
import { html, nothing, printable, shortly } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { tokenField } from '../parts/form.ts';
import { card, emptyState, facts, notice } from '../parts/pieces.ts';
import { time } from '../parts/time.ts';
import type { Viewer } from '../principal.ts';
import { reportOf } from '../runs/words.ts';
import type { Site, WebEnv } from '../site.ts';
import { rowsOf } from '../tenant.ts';

/** Errors that are shown. */
const last = 10;

/** What went wrong lately, explained; and an explanation for any error that is pasted. */
export function diagnosticsRoutes(site: Site): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .get('/diagnostics', async (context) => await show(context.get('viewer'), null, context))
    .post('/diagnostics', async (context) => {
      const { text } = await context.req.parseBody();
      const pasted = typeof text === 'string' ? text : '';
      return await show(context.get('viewer'), explainText(pasted), context);
    });

  async function show(
    viewer: Viewer,
    explained: readonly Explained[] | null,
    context: Parameters<typeof page>[0],
  ): Promise<Response> {
    const rows = await rowsOf(site);
    const failed = rows === null ? [] : await rows.store.failedRuns(rows.tenantId, last);
    return await page(context, site, {
      title: 'Diagnostics',
      section: 'diagnostics',
      body: html`<div class="cards">
        ${card('Explain an error', html`${explained === null ? nothing : answers(explained)} ${form(site, viewer)}`)}
        ${card(
          'The last errors',
          failed.length === 0
            ? emptyState('No run has failed', 'Whatever fails is explained here.')
            : html`${failed.map((run) => failure(site, run))}`,
        )}
      </div>`,
    });
  }
}

const form = (site: Site, viewer: Viewer): Html =>
  html`<form class="paste" method="post" action="${site.path('/diagnostics')}">
    ${tokenField(viewer)}
    <label>
      <span>The text of an error, as it stands in a log, a page or an answer</span>
      <textarea
        name="text"
        rows="6"
        maxlength="${longest}"
        spellcheck="false"
        required
        placeholder="format 500: The operation has timed out. ('generalException')"
      ></textarea>
    </label>
    <button type="submit">Explain</button>
    <p class="muted">It is not kept, and not sent to anyone. Take secrets out all the same.</p>
  </form>`;

function answers(explained: readonly Explained[]): Html {
  if (explained.length === 0) {
    return notice(
      'quiet',
      'This is not recognised',
      'Paste more of it: the line with the status, the code such as Authorization_RequestDenied, or the AADSTS number.',
    );
  }
  return html`<div class="answers" role="status">${explained.map(answer)}</div>`;
}

function answer(explained: Explained): Html {
  const { cause, code, from, passes, remedy, requestId, status } = explained;
  return html`<div class="answer">
    <p class="cause">${printable(cause)}.</p>
    ${facts([
      ['What to do', printable(remedy)],
      [
        'Trying again',
        passes === true
          ? 'Helps, after a while: it passes by itself. Runs try again by themselves.'
          : 'Does not help before the cause is mended.',
      ],
      ['It comes from', from],
      ['Code', code === null ? '–' : html`<code>${printable(code)}</code>`],
      ['Status', status ?? '–'],
      ...(requestId === null ? [] : [quote(requestId)]),
      ...lookUp(code),
    ])}
  </div>`;
}

const quote = (requestId: string): readonly [string, Html] => [
  'To quote to Microsoft',
  html`<code>${printable(requestId)}</code>`,
];

/** Microsoft's own page of a number. */
function lookUp(code: string | null): readonly (readonly [string, Html])[] {
  const number = /^AADSTS(\d+)$/u.exec(code ?? '')?.[1];
  if (number === undefined) return [];
  const href = `https://login.microsoftonline.com/error?code=${number}`;
  return [['Microsoft’s page', html`<a href="${href}" rel="noreferrer">error ${number}</a>`]];
}

/** Why a run failed: what is stored of it, and what its text comes to. */
function failure(site: Site, run: RunRow): Html {
  const error: ReportedError | null = reportOf(run)?.error ?? run.error;
  if (error === null) return nothing;
  const { where, remedy } = error;
  const [explained] = explainText(`${error.message} ${where?.graphCode ?? ''}`);
  return html`<article class="failure">
    <h3>
      <a href="${site.path(`/runs/${run.runId}`)}">Run ${run.runId}</a>
      <small class="muted">${time(run.finishedAt ?? run.startedAt)}</small>
    </h3>
    <p>${printable(shortly(error.message))}</p>
    ${facts([
      [
        'What to do',
        printable(remedy ?? explained?.remedy ?? 'Run again; if it fails again, run the check.'),
      ],
      ...(explained === undefined
        ? []
        : ([
            [
              'Trying again',
              explained.passes === true ? 'helps, after a while' : 'not before the cause is mended',
            ],
          ] as const)),
      [
        'Microsoft’s code',
        where?.graphCode === undefined ? '–' : html`<code>${printable(where.graphCode)}</code>`,
      ],
      ...(where?.requestId === undefined ? [] : [quote(where.requestId)]),
      ['Our code', html`<code>${printable(error.code)}</code>`],
    ])}
  </article>`;
}
