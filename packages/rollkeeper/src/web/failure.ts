import type { Context } from 'hono';

import { RollkeeperError } from '../directory/error.ts';
import { page } from './layout.ts';
import { facts, notice } from './parts/pieces.ts';
import { html, nothing, printable } from './parts/html.ts';
import type { Html } from './parts/html.ts';
import type { Viewer } from './principal.ts';
import type { Site, WebEnv } from './site.ts';

/** What failed, where, and what to do next. For what is none of our errors it says no more than that. */
export function failure(error: unknown): Html {
  if (!(error instanceof RollkeeperError)) {
    return notice(
      'bad',
      'This page could not be made.',
      'The application that serves it has been told why. Load the page again; if that does not help, report it.',
    );
  }
  const { where } = error;
  return html`${notice('bad', printable(error.message), printable(error.remedy))}
  ${
    where === undefined
      ? nothing
      : facts([
          ['Request', `${where.method} ${where.path}`],
          ['Status', where.status ?? 'no answer'],
          ['Microsoft’s code', where.graphCode ?? '–'],
          ['Request id, to quote to Microsoft', where.requestId ?? '–'],
        ])
  }`;
}

/** Answers a request that failed. */
export async function failed(
  context: Context<WebEnv>,
  site: Site,
  error: unknown,
): Promise<Response> {
  const known = error instanceof RollkeeperError;
  return await page(context, site, {
    title: 'Something failed',
    body: html`<div class="column">
      ${known && !isAdmitted(context) ? withheld(error) : failure(error)}
    </div>`,
    status: known && error.code.startsWith('database.') ? 503 : 500,
  });
}

/** Whether the one who asks was let in. */
export const isAdmitted = (context: Context<WebEnv>): boolean => {
  const viewer: Viewer | undefined = context.get('viewer');
  return viewer !== undefined;
};

/** For whoever was not let in: a code, but no file, host or answer of another side. */
const withheld = ({ code }: RollkeeperError): Html =>
  notice(
    'bad',
    'This page could not be made.',
    html`The code is <code>${code}</code>. <code>rollkeeper check</code> says why, where this is
      served.`,
  );

/** Answers a request for what is not there. */
export async function notFound(context: Context<WebEnv>, site: Site): Promise<Response> {
  return await page(context, site, {
    title: 'Not found',
    body: html`<p>There is no such page. <a href="${site.path('/')}">Go to the overview.</a></p>`,
    status: 404,
  });
}

/** Answers whoever may not do what they asked for. */
export async function refused(
  context: Context<WebEnv>,
  site: Site,
  why: string,
): Promise<Response> {
  return await page(context, site, {
    title: 'Not allowed',
    body: html`<div class="column">${notice('bad', why)}</div>`,
    status: 403,
  });
}
