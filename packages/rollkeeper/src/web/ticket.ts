import type { Context } from 'hono';

import type { Ticket } from '../store/store.ts';
import { hashOf, newSecret } from './browser.ts';
import type { Site, WebEnv } from './site.ts';

/** Begins something that this browser alone may end, once, within `ms`. Returns the secret that must come back. */
export async function issueTicket(
  context: Context<WebEnv>,
  site: Site,
  ticket: Pick<Ticket, 'purpose' | 'payload'> & { readonly ms: number },
): Promise<string> {
  const state = newSecret();
  const now = site.now();
  const { purpose, payload, ms } = ticket;
  const idHash = hashOf(state);
  const holderHash = context.get('browser').hash;
  const expiresAt = new Date(now + ms).toISOString();
  const store = await site.keeping.store();
  await store.issueTicket(
    { idHash, purpose, holderHash, payload, expiresAt },
    new Date(now).toISOString(),
  );
  return state;
}

/** What was begun; null: not begun here, by another browser, too long ago, or ended before. */
export async function redeemTicket(
  context: Context<WebEnv>,
  site: Site,
  purpose: Ticket['purpose'],
  state: string,
): Promise<string | null> {
  const ticket = { idHash: hashOf(state), purpose, holderHash: context.get('browser').hash };
  const store = await site.keeping.store();
  return await store.redeemTicket(ticket, new Date(site.now()).toISOString());
}
