import { Hono } from 'hono';
import type { Context } from 'hono';

import { readAnswer } from '../../consent/answer.ts';
import { establish, isPassing } from '../../consent/establish.ts';
import { consentUrl } from '../../consent/request.ts';
import { RollkeeperError } from '../../directory/error.ts';
import { managing } from '../access.ts';
import { failure } from '../failure.ts';
import { page } from '../layout.ts';
import { leave } from '../leave.ts';
import { html, name } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, facts, notice } from '../parts/pieces.ts';
import type { Site, WebEnv } from '../site.ts';
import { issueTicket, redeemTicket } from '../ticket.ts';
import { consentPage, consentRedirectUri } from './consent-page.ts';

/** A state is good for so long: long enough to find an administrator. */
const stateMs = 60 * 60_000;
/** After consent Entra is asked again for so long, once in five seconds. */
const patienceMs = 5 * 60_000;
const againAfter = 5;

/** Get Consent: what is asked for and why, the way to Entra, and the way back. */
export function consentRoutes(site: Site): Hono<WebEnv> {
  const manage = managing(site);
  return new Hono<WebEnv>()
    .get('/consent', manage, async (context) => await consentPage(context, site))
    .post('/consent', manage, async (context) => await begin(context, site))
    .get('/consent/answer', manage, async (context) => await answered(context, site))
    .get('/consent/wait', manage, async (context) => await waited(context, site));
}

async function begin(context: Context<WebEnv>, site: Site): Promise<Response> {
  const { settings } = site.keeping;
  const redirectUri = consentRedirectUri(site);
  if (settings.applicationId === null || redirectUri === null) {
    return context.redirect(site.path('/consent'), 303);
  }
  const state = await issueTicket(context, site, { purpose: 'consent', payload: '', ms: stateMs });
  const { applicationId } = settings;
  return await leave(context, site, consentUrl(settings, { applicationId, redirectUri, state }));
}

async function answered(context: Context<WebEnv>, site: Site): Promise<Response> {
  const state = context.req.query('state') ?? '';
  if ((await redeemTicket(context, site, 'consent', state)) === null)
    return await notBegun(context, site);
  try {
    const tenantId = readAnswer(new URL(context.req.url).searchParams);
    return await tryOnce(context, site, { tenantId, until: site.now() + patienceMs });
  } catch (error) {
    return await refusedPage(context, site, error);
  }
}

/** What is being waited for. */
interface Waiting {
  readonly tenantId: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

async function waited(context: Context<WebEnv>, site: Site): Promise<Response> {
  const state = context.req.query('state') ?? '';
  const payload = await redeemTicket(context, site, 'consent', state);
  if (payload === null || payload === '') return await notBegun(context, site);
  const [tenantId = '', until = '0'] = payload.split(' ');
  try {
    return await tryOnce(context, site, { tenantId, until: Number(until) });
  } catch (error) {
    return await refusedPage(context, site, error);
  }
}

async function tryOnce(context: Context<WebEnv>, site: Site, waiting: Waiting): Promise<Response> {
  const { settings, store, tryTenant } = site.keeping;
  const parts = { settings, store, tryTenant, now: site.now };
  try {
    const trial = await establish(parts, waiting.tenantId, context.req.raw.signal);
    return await page(context, site, {
      title: 'Consent',
      section: 'overview',
      body: html`<div class="column">
        ${notice('good', 'The tenant is connected.', 'A token works, and Graph answers for the same tenant.')}
        ${card(
          'Tenant',
          facts([
            ['Name', name(trial.displayName ?? '–')],
            ['Tenant id', html`<code>${waiting.tenantId}</code>`],
            [
              'Permissions granted',
              trial.roles === null ? 'cannot be told' : trial.roles.join(', '),
            ],
          ]),
        )}
        <p><a href="${site.path('/')}">Go to the overview</a>, check, and synchronise.</p>
      </div>`,
    });
  } catch (error) {
    if (!isPassing(error) || site.now() >= waiting.until) throw error;
    return await waitingPage(context, site, waiting);
  }
}

async function waitingPage(
  context: Context<WebEnv>,
  site: Site,
  waiting: Waiting,
): Promise<Response> {
  const { tenantId, until } = waiting;
  const payload = `${tenantId} ${until}`;
  const state = await issueTicket(context, site, { purpose: 'consent', payload, ms: patienceMs });
  const next = `${site.path('/consent/wait')}?state=${state}`;
  context.header('Refresh', `${againAfter}; url=${next}`);
  return await page(context, site, {
    title: 'Consent',
    section: 'overview',
    body: html`<div class="column">
      ${notice(
        'busy',
        'Consent was given. Entra has not passed it on to all of its servers yet.',
        'This takes seconds as a rule, and minutes at times. The page asks again by itself.',
      )}
      <p><a href="${next}">Ask again now</a></p>
    </div>`,
  });
}

async function notBegun(context: Context<WebEnv>, site: Site): Promise<Response> {
  return await ended(
    context,
    site,
    notice(
      'bad',
      'This answer does not belong to a consent that was begun here.',
      'It was begun in another browser, more than an hour ago, or ended before; or somebody made it up. Nothing was changed.',
    ),
    403,
  );
}

async function refusedPage(
  context: Context<WebEnv>,
  site: Site,
  error: unknown,
): Promise<Response> {
  if (!(error instanceof RollkeeperError) || error.code === 'interrupted') throw error;
  return await ended(context, site, failure(error), 400);
}

async function ended(
  context: Context<WebEnv>,
  site: Site,
  told: Html,
  status: 400 | 403,
): Promise<Response> {
  return await page(context, site, {
    title: 'Consent',
    section: 'overview',
    status,
    body: html`<div class="column">
      ${told}
      <p><a href="${site.path('/consent')}">Back to the consent page</a></p>
    </div>`,
  });
}
