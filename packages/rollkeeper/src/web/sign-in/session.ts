import type { Context } from 'hono';

import type { SessionRow } from '../../store/store.ts';
import { hashOf, newSecret, readCookie, writeCookie } from '../browser.ts';
import type { Site, WebEnv } from '../site.ts';

/** A session ends after so long without a request, and after so long in any case. */
const idleMs = 60 * 60_000;
const absoluteMs = 12 * 60 * 60_000;

/** Somebody who has just signed in. */
export interface SignedIn {
  /** The object id in Entra, or `one-time`. */
  readonly subject: string;
  readonly name: string | null;
}

/** The session of a request; null: none, or one that has ended. */
export async function sessionOf(context: Context<WebEnv>, site: Site): Promise<SessionRow | null> {
  const secret = readCookie(context, site, 'session');
  if (secret === null) return null;
  const now = site.now();
  const seen = { at: iso(now), idleSince: iso(now - idleMs) };
  const session = await (await site.keeping.store()).session(idOf(site, secret), seen);
  // Once administrators are listed, the address on the terminal has done its work.
  const isOver = session?.subject === 'one-time' && site.keeping.settings.administrators.length > 0;
  return isOver ? null : session;
}

/** Opens a session under a new secret, whatever cookie came along. */
export async function openSession(
  context: Context<WebEnv>,
  site: Site,
  { subject, name }: SignedIn,
): Promise<void> {
  const secret = newSecret();
  const now = site.now();
  const store = await site.keeping.store();
  await store.openSession({
    idHash: idOf(site, secret),
    subject,
    name,
    openedAt: iso(now),
    expiresAt: iso(now + absoluteMs),
  });
  writeCookie(context, site, 'session', secret);
}

/** Ends the session of a request; with `everywhere` those of the same person in other browsers too. */
export async function closeSession(
  context: Context<WebEnv>,
  site: Site,
  everywhere: boolean,
): Promise<void> {
  const session = await sessionOf(context, site);
  const secret = readCookie(context, site, 'session');
  writeCookie(context, site, 'session', null);
  if (session === null || secret === null) return;
  const store = await site.keeping.store();
  if (everywhere) await store.closeSessions(session.subject);
  else await store.closeSession(idOf(site, secret));
}

/** Ends every session of a person. */
export async function endSessionsOf(site: Site, { subject }: SessionRow): Promise<void> {
  const store = await site.keeping.store();
  await store.closeSessions(subject);
}

/**
 * What the database keeps of a session's secret: its hash together with who may sign in. So a session ends where
 * somebody is taken off the list, and where the tenant or the application is another one.
 */
function idOf({ keeping }: Site, secret: string): string {
  const { administrators, applicationId, tenant } = keeping.settings;
  const listed = administrators.map((one) => JSON.stringify(one)).toSorted();
  return hashOf(JSON.stringify([secret, applicationId, tenant, ...listed]));
}

const iso = (ms: number): string => new Date(ms).toISOString();
