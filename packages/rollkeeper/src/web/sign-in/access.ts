import { Hono } from 'hono';
import type { Context } from 'hono';

import { RollkeeperError } from '../../directory/error.ts';
import type { Access } from '../access.ts';
import { failure } from '../failure.ts';
import { page } from '../layout.ts';
import { copyable } from '../parts/copy.ts';
import { html, nothing } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { notice } from '../parts/pieces.ts';
import type { Viewer } from '../principal.ts';
import type { Site, WebEnv } from '../site.ts';
import { Attempts } from './attempts.ts';
import { beginSignIn, endSignIn, signInRedirectUri } from './entra.ts';
import { oneTimeRoutes, tooMany } from './one-time.ts';
import type { SessionRow } from '../../store/store.ts';
import { closeSession, endSessionsOf, openSession, sessionOf } from './session.ts';
import { Standing } from './standing.ts';

export interface SignInOptions {
  /**
   * The secret of a one-time sign-in address, `<prefix>/sign-in/once?key=…`. Good for one session, within an hour, and
   * only where the handler is told that the request comes from this machine (`Peer`). Default: none.
   */
  readonly oneTimeKey?: string;
}

/** People sign in with us: administrators with Entra, or whoever has the one-time address. */
export function signInAccess(site: Site, options: SignInOptions): Access {
  const attempts = new Attempts(site);
  const standing = new Standing(site);
  const routes = [signInRoutes(site, attempts), signOutRoutes(site)];
  if (options.oneTimeKey !== undefined) {
    routes.push(oneTimeRoutes(site, attempts, options.oneTimeKey));
  }
  return {
    routes,
    viewer: async (context) => await viewerOf(context, site, standing),
    isAdmitted: async (context) => (await goodSession(context, site, standing)) !== null,
  };
}

/** The session of a request, where whoever has it may still come in; with a no all of theirs end. */
async function goodSession(
  context: Context<WebEnv>,
  site: Site,
  standing: Standing,
): Promise<SessionRow | null> {
  const session = await sessionOf(context, site);
  if (session === null || (await standing.holds(session))) return session;
  await endSessionsOf(site, session);
  return null;
}

async function viewerOf(
  context: Context<WebEnv>,
  site: Site,
  standing: Standing,
): Promise<Viewer | Response> {
  const session = await goodSession(context, site, standing);
  if (session === null) return context.redirect(site.path('/sign-in'), 303);
  return {
    may: 'manage',
    name: session.name,
    formToken: context.get('browser').formToken,
    signedIn: true,
  };
}

function signInRoutes(site: Site, attempts: Attempts): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .get('/sign-in', async (context) => await signInPage(context, site, nothing, 200))
    .post('/sign-in', async (context) => {
      if (!attempts.allow(context)) return await tooMany(context, site);
      return await told(context, site, async () => await beginSignIn(context, site));
    })
    .get('/sign-in/answer', async (context) => {
      if (!attempts.allow(context)) return await tooMany(context, site);
      return await told(context, site, async () => {
        await openSession(context, site, await endSignIn(context, site));
        return context.redirect(site.path('/'), 303);
      });
    });
}

/** What goes wrong on purpose is told on the sign-in page. */
async function told(
  context: Context<WebEnv>,
  site: Site,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RollkeeperError) || error.code.startsWith('database.')) throw error;
    return await signInPage(context, site, failure(error), 403);
  }
}

async function signInPage(
  context: Context<WebEnv>,
  site: Site,
  before: Html,
  status: 200 | 403,
): Promise<Response> {
  const { administrators } = site.keeping.settings;
  const body = administrators.length === 0 ? nobody() : offer(context, site);
  return await page(context, site, { title: 'Sign in', status, body: html`${before} ${body}` });
}

const nobody = (): Html =>
  notice(
    'quiet',
    'Nobody is listed who may sign in.',
    'Open the one-time address that rollkeeper serve printed on its terminal, or set ROLLKEEPER_ADMINISTRATORS.',
  );

function offer(context: Context<WebEnv>, site: Site): Html {
  const redirectUri = signInRedirectUri(site);
  return html`<section class="card">
    <p>The administrators of this application sign in with their account at Microsoft.</p>
    <form method="post" action="${site.path('/sign-in')}">
      <input type="hidden" name="token" value="${context.get('browser').formToken}" />
      <button type="submit">Sign in with Microsoft</button>
    </form>
    ${
      redirectUri === null
        ? nothing
        : html`<details class="quiet">
            <summary>Microsoft says AADSTS50011?</summary>
            <p>
              This redirect URI is not registered. It must stand in the app registration, platform
              Web:
            </p>
            ${copyable(redirectUri)}
          </details>`
    }
  </section>`;
}

function signOutRoutes(site: Site): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .post('/sign-out', async (context) => {
      await closeSession(context, site, false);
      return context.redirect(site.path('/sign-in'), 303);
    })
    .post('/sign-out-everywhere', async (context) => {
      await closeSession(context, site, true);
      return context.redirect(site.path('/sign-in'), 303);
    });
}
