import { Hono } from 'hono';
import type { Context } from 'hono';

import type { Access } from '../access.ts';
import { page } from '../layout.ts';
import { html, nothing } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { notice } from '../parts/pieces.ts';
import type { Viewer } from '../principal.ts';
import type { Site, WebEnv } from '../site.ts';
import { Attempts } from './attempts.ts';
import { oneTimeRoutes } from './one-time.ts';
import { closeSession, sessionOf } from './session.ts';

export interface SignInOptions {
  /** The secret of a one-time sign-in address, `<prefix>/sign-in/once?key=…`. Good for one session. Default: none. */
  readonly oneTimeKey?: string;
}

/** People sign in with us: administrators with Entra, or whoever has the one-time address. */
export function signInAccess(site: Site, options: SignInOptions): Access {
  const attempts = new Attempts(site);
  const routes = [signInRoutes(site), signOutRoutes(site)];
  if (options.oneTimeKey !== undefined)
    routes.push(oneTimeRoutes(site, attempts, options.oneTimeKey));
  return {
    routes,
    viewer: async (context) => await viewerOf(context, site),
  };
}

async function viewerOf(context: Context<WebEnv>, site: Site): Promise<Viewer | Response> {
  const session = await sessionOf(context, site);
  if (session === null) return context.redirect(site.path('/sign-in'), 303);
  return {
    may: 'manage',
    name: session.name,
    formToken: context.get('browser').formToken,
    signedIn: true,
  };
}

function signInRoutes(site: Site): Hono<WebEnv> {
  return new Hono<WebEnv>().get(
    '/sign-in',
    async (context) => await signInPage(context, site, nothing),
  );
}

export async function signInPage(
  context: Context<WebEnv>,
  site: Site,
  told: Html,
): Promise<Response> {
  const { administrators } = site.keeping.settings;
  const body =
    administrators.length === 0
      ? notice(
          'quiet',
          'Nobody is listed who may sign in.',
          'Open the one-time address that rollkeeper serve printed on its terminal, or set ROLLKEEPER_ADMINISTRATORS.',
        )
      : nothing;
  return await page(context, site, { title: 'Sign in', body: html`${told} ${body}` });
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
