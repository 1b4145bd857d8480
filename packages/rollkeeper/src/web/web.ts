import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';

import { RollkeeperError } from '../directory/error.ts';
import { admitted, hostAccess } from './access.ts';
import type { Access } from './access.ts';
import { Assets } from './assets.ts';
import { known } from './browser.ts';
import { failed, isAdmitted, notFound, refused } from './failure.ts';
import { page } from './layout.ts';
import { operations } from './operations.ts';
import { notice } from './parts/pieces.ts';
import type { Authorize } from './principal.ts';
import { routes } from './routes/index.ts';
import { sameOriginProof, secured } from './security.ts';
import { signInAccess } from './sign-in/access.ts';
import type { SignInOptions } from './sign-in/access.ts';
import type { Keeping, Peer, Site, WebEnv } from './site.ts';

interface Mounting {
  /** Where the handler is mounted. Default `/microsoft/graph`. */
  readonly prefix?: string;
  /**
   * Told of every failure that a page does not show: those that are no `RollkeeperError`, and, before somebody is let in,
   * those that are. Default: the former are thrown to the host.
   */
  readonly onError?: (error: unknown) => void;
}

/** How the pages are mounted, and exactly one way to say who may see them. */
export type WebOptions = Mounting &
  (
    | {
        /** The host says who may see the pages: asked for every request but those for style sheets and modules. */
        readonly authorize: Authorize;
        readonly signIn?: never;
      }
    | {
        /** The administrators of the settings sign in with Entra. */
        readonly signIn: SignInOptions;
        readonly authorize?: never;
      }
  );

/** Answers a request whose path begins with the prefix. */
export interface WebHandler {
  (request: Request, peer?: Peer): Promise<Response>;
  /** Where the pages stand, such as `/microsoft/graph`: begins with a slash, ends without one. */
  readonly prefix: string;
  /**
   * HTML for the host's own settings page: how things stand, with links to the pages. Made for whoever sent the request;
   * empty where they may see nothing.
   */
  readonly settingsFragment: (request: Request, peer?: Peer) => Promise<string>;
}

/** In bytes. The longest that a form sends is a text pasted into diagnostics. */
const largestBody = 256 * 1024;

export const defaultPrefix = '/microsoft/graph';

/** The web application as one handler. Throws `usage` where nothing says who may see it. */
export function webHandler(keeping: Keeping, options: WebOptions): WebHandler {
  const site = siteOf(keeping, options?.prefix ?? defaultPrefix);
  const access = accessOf(site, options);
  // Not below the prefix: what is asked for beside it is answered as well.
  const application = new Hono<WebEnv>({ strict: false }).use(secured()).basePath(site.prefix);
  application.route('/', operations(site));
  application.get('/assets/:hash/:name', async (context) => {
    const { hash, name } = context.req.param();
    return site.assets.answer(context.req.raw, hash, name) ?? (await notFound(context, site));
  });
  application.use(known(site));
  application.use(
    bodyLimit({ maxSize: largestBody, onError: (context) => tooLarge(context, site) }),
  );
  application.use(sameOriginProof(site, async (context) => await notOurs(context, site)));
  for (const route of access.routes) application.route('/', route);
  application.use(admitted(access));
  for (const route of routes(site)) application.route('/', route);
  application.notFound(async (context) => await notFound(context, site));
  application.onError(async (error, context) => {
    const isShown = error instanceof RollkeeperError && isAdmitted(context);
    if (!isShown) {
      if (options.onError !== undefined) options.onError(error);
      else if (!(error instanceof RollkeeperError)) throw error;
    }
    return await failed(context, site, error);
  });
  const handle = async (request: Request, peer: Peer = {}): Promise<Response> =>
    await application.fetch(request, peer);
  return Object.assign(handle, {
    prefix: site.prefix,
    settingsFragment: async ({ url, headers }: Request, peer?: Peer): Promise<string> => {
      const asked = new Request(new URL(site.path('/settings-fragment'), url), { headers });
      const response = await handle(asked, peer);
      return response.status === 200 ? await response.text() : '';
    },
  });
}

function accessOf(site: Site, options: WebOptions | undefined): Access {
  if (typeof options?.authorize === 'function') return hostAccess(site, options.authorize);
  if (typeof options?.signIn === 'object') return signInAccess(site, options.signIn);
  throw new RollkeeperError('usage', 'web() was called without authorize.', {
    remedy:
      'Pass authorize: (request) => "view", "manage" or null; or signIn: {}. Nothing is shown to anyone without either.',
  });
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

/** Before anybody has said who they are: nobody fills our memory. */
const tooLarge = async (context: Context<WebEnv>, site: Site): Promise<Response> =>
  await page(context, site, {
    title: 'Too much',
    body: notice('bad', 'What was sent is longer than any form of this application.'),
    status: 413,
  });

const notOurs = async (context: Context<WebEnv>, site: Site): Promise<Response> =>
  await refused(
    context,
    site,
    'This request did not come from a page of this application. Open the page again and repeat what you did.',
  );
