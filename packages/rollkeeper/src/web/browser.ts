import { createHash, createHmac, randomBytes } from 'node:crypto';

import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

import type { Site, WebEnv } from './site.ts';

/**
 * The browser that sends a request, by a secret that it keeps in a cookie. Forms and everything that must come back to
 * the same browser are bound to it.
 */
export class Browser {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** What its forms send along: whoever cannot read the cookie cannot make it. */
  get formToken(): string {
    return this.derive('form');
  }

  /** What stands in the database for it. */
  get hash(): string {
    return hashOf(this.derive('holder'));
  }

  /** A secret of this browser's for one use, which can be made again when it comes back. */
  derive(use: string): string {
    return createHmac('sha256', this.#secret).update(use).digest('base64url');
  }
}

/** Gives every request its browser; the cookie is made where it is not there. */
export function known(site: Site): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    context.set('browser', new Browser(secretOf(context, site)));
    return await next();
  };
}

function secretOf(context: Context<WebEnv>, site: Site): string {
  const kept = readCookie(context, site, 'browser');
  if (kept !== null) return kept;
  const made = newSecret();
  writeCookie(context, site, 'browser', made);
  return made;
}

/** 256 bits of chance, in base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What the database keeps instead of a secret. */
export const hashOf = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url');

export type CookieName = 'browser' | 'session';

/** The value of a cookie of ours; null where it is not there or cannot be one that we made. */
export function readCookie(context: Context<WebEnv>, site: Site, name: CookieName): string | null {
  const value = getCookie(context, cookieName(context, site, name));
  return value !== undefined && /^[\w-]{43}$/u.test(value) ? value : null;
}

/** null takes the cookie away. */
export function writeCookie(
  context: Context<WebEnv>,
  site: Site,
  name: CookieName,
  value: string | null,
): void {
  setCookie(context, cookieName(context, site, name), value ?? '', {
    path: '/',
    httpOnly: true,
    // Not strict: whoever comes back from Entra comes from another site.
    sameSite: 'Lax',
    secure: isSecure(context, site),
    ...(value === null ? { maxAge: 0 } : {}),
  });
}

/** A cookie with this prefix is taken only from us, over HTTPS, and for no other host. */
const cookieName = (context: Context<WebEnv>, site: Site, name: CookieName): string =>
  `${isSecure(context, site) ? '__Host-' : ''}rollkeeper-${name}`;

const isSecure = ({ req }: Context<WebEnv>, site: Site): boolean =>
  new URL(site.keeping.settings.url ?? req.url).protocol === 'https:';
