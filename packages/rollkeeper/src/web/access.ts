import type { Context, Hono, MiddlewareHandler } from 'hono';

import { refused } from './failure.ts';
import type { Authorize } from './principal.ts';
import { readVerdict } from './principal.ts';
import type { Viewer } from './principal.ts';
import type { Site, WebEnv } from './site.ts';

/** Who may see the pages: the host says so, or people sign in with us. */
export interface Access {
  /** Pages for those who are not let in yet. */
  readonly routes: readonly Hono<WebEnv>[];
  /** Whoever sent a request; a `Response`: that instead. */
  viewer(context: Context<WebEnv>): Promise<Viewer | Response>;
  /** Whether whoever sent a request would be let in now: for answers that take long. */
  isAdmitted(context: Context<WebEnv>): Promise<boolean>;
}

/** Asks the host about every request. */
export function hostAccess(site: Site, authorize: Authorize): Access {
  return {
    routes: [],
    viewer: async (context) => {
      const verdict = await authorize(context.req.raw, context.env.host);
      if (verdict instanceof Response) return verdict;
      const allowed = readVerdict(verdict);
      if (allowed === null) return await refused(context, site, 'You may not see this page.');
      return { ...allowed, formToken: context.get('browser').formToken, signedIn: false };
    },
    isAdmitted: async (context) => {
      const verdict = await authorize(context.req.raw, context.env.host);
      return !(verdict instanceof Response) && readVerdict(verdict) !== null;
    },
  };
}

/** Lets those through whom the access knows. */
export function admitted(access: Access): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    const viewer = await access.viewer(context);
    if (viewer instanceof Response) return viewer;
    context.set('viewer', viewer);
    context.set('isStillAdmitted', async () => await access.isAdmitted(context));
    return await next();
  };
}

/** Lets those through who may decide. */
export function managing(site: Site): MiddlewareHandler<WebEnv> {
  return async (context, next) =>
    context.get('viewer').may === 'manage'
      ? await next()
      : await refused(context, site, 'You may view these pages, but not decide anything on them.');
}
