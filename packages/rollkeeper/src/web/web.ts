import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { randomBytes } from 'node:crypto';

import { RollkeeperError } from '../directory/error.ts';
import { Assets } from './assets.ts';
import { failed, notFound, refused } from './failure.ts';
import type { Authorize } from './principal.ts';
import { formTokenOf, readVerdict } from './principal.ts';
import { routes } from './routes/index.ts';
import { sameOriginProof, secured } from './security.ts';
import type { Keeping, Site, WebEnv } from './site.ts';

export interface WebOptions {
  /** Who may see the pages: asked for every request but those for style sheets and modules. Required. */
  readonly authorize: Authorize;
  /** Where the handler is mounted. Default `/microsoft/graph`. */
  readonly prefix?: string;
  /** Told of every failure that is no `RollkeeperError`, which a page does not show. Default: it is thrown to the host. */
  readonly onError?: (error: unknown) => void;
}

/** Answers a request whose path begins with the prefix. */
export type WebHandler = (request: Request) => Promise<Response>;

export const defaultPrefix = '/microsoft/graph';

/** The web application as one handler. Throws `usage` where nothing says who may see it. */
export function webHandler(keeping: Keeping, options: WebOptions): WebHandler {
  if (typeof options?.authorize !== 'function') {
    throw new RollkeeperError('usage', 'web() was called without authorize.', {
      remedy:
        'Pass authorize: (request) => "view", "manage" or null. Nothing is shown to anyone without it.',
    });
  }
  const site = siteOf(keeping, options.prefix ?? defaultPrefix);
  const application = new Hono<WebEnv>({ strict: false }).basePath(site.prefix);
  application.use(secured(site));
  application.get('/assets/:hash/:name', async (context) => {
    const { hash, name } = context.req.param();
    return site.assets.answer(context.req.raw, hash, name) ?? (await notFound(context, site));
  });
  application.use(authorized(site, options.authorize));
  application.use(sameOriginProof(site, async (context) => await notOurs(context, site)));
  for (const route of routes(site)) application.route('/', route);
  application.notFound(async (context) => await notFound(context, site));
  application.onError(async (error, context) => {
    if (!(error instanceof RollkeeperError)) {
      if (options.onError === undefined) throw error;
      options.onError(error);
    }
    return await failed(context, site, error);
  });
  return async (request) => await application.fetch(request);
}

function siteOf(keeping: Keeping, given: string): Site {
  const prefix = given.replace(/\/+$/u, '');
  if (prefix !== '' && !/^(?:\/[\w.~-]+)+$/u.test(prefix)) {
    throw new RollkeeperError('usage', `“${given}” is no prefix for the pages.`, {
      remedy: 'Give a path such as /microsoft/graph.',
    });
  }
  return {
    keeping,
    prefix,
    path: (below) => `${prefix}${below}`,
    assets: new Assets(),
    now: Date.now,
  };
}

/** Asks the host about every request, and gives its viewer a token for forms. */
function authorized(site: Site, authorize: Authorize): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    const verdict = await authorize(context.req.raw);
    if (verdict instanceof Response) return verdict;
    const allowed = readVerdict(verdict);
    if (allowed === null) return await refused(context, site, 'You may not see this page.');
    context.set('viewer', {
      ...allowed,
      formToken: formTokenOf(formSecret(context, site)),
      signedIn: false,
    });
    return await next();
  };
}

/** The cookie that forms are bound to; made where it is not there. */
function formSecret(context: Context<WebEnv>, site: Site): string {
  const secure = new URL(site.keeping.settings.url ?? context.req.url).protocol === 'https:';
  const name = secure ? '__Host-rollkeeper-form' : 'rollkeeper-form';
  const kept = getCookie(context, name);
  if (kept !== undefined && /^[\w-]{43}$/u.test(kept)) return kept;
  const made = randomBytes(32).toString('base64url');
  setCookie(context, name, made, { path: '/', httpOnly: true, sameSite: 'Strict', secure });
  return made;
}

const notOurs = async (context: Context<WebEnv>, site: Site): Promise<Response> =>
  await refused(
    context,
    site,
    'This request did not come from a page of this application. Open the page again and repeat what you did.',
  );
