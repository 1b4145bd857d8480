import type { Context, MiddlewareHandler } from 'hono';

import { sameText } from './principal.ts';
import type { Site, WebEnv } from './site.ts';

/**
 * Puts the headers on every answer that keep a page to itself: no script or style but our files, no frame around it, no
 * guessing of types, no address given away, nothing kept by caches.
 */
export function secured(): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set('Content-Security-Policy', policy);
    headers.set('X-Content-Type-Options', 'nosniff');
    headers.set('X-Frame-Options', 'DENY');
    headers.set('Referrer-Policy', 'same-origin');
    headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    headers.set('Cross-Origin-Resource-Policy', 'same-origin');
    headers.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
    // Only our own files say that they may be kept.
    const isOurFile = headers.has('ETag');
    if (!isOurFile) headers.set('Cache-Control', kept(headers.get('Cache-Control')));
  };
}

/** Nowhere; and what comes in pieces is not gathered to be pressed together. */
const kept = (said: string | null): string =>
  said?.includes('no-transform') === true ? 'no-store, no-transform' : 'no-store';

/** `data:` is for the images in Pico's style sheet. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Methods that change nothing. */
const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether the browser says that a page of ours sent this request. `Sec-Fetch-Site` cannot be forged by a page; where a
 * browser does not send it, `Origin` must name us. Neither: no.
 */
export function isSameOrigin(request: Request, ownOrigin: string): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = request.headers.get('origin');
  return origin !== null && origin === ownOrigin;
}

/** Where we are reached: from the settings; only without them from the request. */
export function originOf(site: Site, request: Request): string {
  return new URL(site.keeping.settings.url ?? request.url).origin;
}

/**
 * Lets a request through that changes something only with proof that a page of ours sent it: by the browser's own
 * word, and by the form's token, which stands in the form field `token` or the header `x-rollkeeper-token`.
 */
export function sameOriginProof(
  site: Site,
  refuse: (context: Context<WebEnv>) => Response | Promise<Response>,
): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    const { req } = context;
    if (safe.has(req.method)) return await next();
    if (!isSameOrigin(req.raw, originOf(site, req.raw))) return await refuse(context);
    const token = req.header('x-rollkeeper-token') ?? (await tokenInForm(context));
    if (token === null || !sameText(token, context.get('browser').formToken)) {
      return await refuse(context);
    }
    return await next();
  };
}

async function tokenInForm({ req }: Context<WebEnv>): Promise<string | null> {
  const type = req.header('content-type') ?? '';
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)/iu.test(type)) return null;
  // Hono keeps the body that it has read: a route can ask for it again.
  const { token } = await req.parseBody();
  return typeof token === 'string' ? token : null;
}
