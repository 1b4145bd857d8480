import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';

import { RollkeeperError } from '../directory/error.ts';
import { admitted, hostAccess } from './access.ts';
import { known } from './browser.ts';
import { failed, isAdmitted, notFound, refused } from './failure.ts';
import { page } from './layout.ts';
import { operations } from './operations.ts';
import { notice } from './parts/pieces.ts';
import { routes } from './routes/index.ts';
import { sameOriginProof, secured } from './security.ts';
import { signInAccess } from './sign-in/access.ts';
import type { Peer, Site, WebEnv } from './site.ts';
import type { WebOptions } from './web.ts';

export type WebApplication = (request: Request, peer?: Peer) => Promise<Response>;

/** In bytes. The longest that a form sends is a text pasted into diagnostics. */
const largestBody = 256 * 1024;

/** The web application: what answers a request whose path begins with the site's prefix. */
export function webApplication(site: Site, options: WebOptions): WebApplication {
  const access =
    options.authorize === undefined
      ? signInAccess(site, options.signIn)
      : hostAccess(site, options.authorize);
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
  return async (request, peer = {}) => await application.fetch(request, peer);
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
