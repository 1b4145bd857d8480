import type { Context } from 'hono';

import type { Site, WebEnv } from '../site.ts';

/** So many attempts to sign in from one address in one minute; more are refused. */
const allowed = 20;
const windowMs = 60_000;
/** Networks that are remembered; above that all that have run out are forgotten. */
const remembered = 10_000;

/** An address as it is counted: of IPv6 the first half, since one customer has the whole other half. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.replace(/%.*$/u, '').split('::');
  const left = head.split(':').filter((part) => part !== '');
  const right = (tail ?? '').split(':').filter((part) => part !== '');
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}

/** Counts attempts to sign in by the address that they come from. */
export class Attempts {
  readonly #site: Site;
  readonly #made = new Map<string, { count: number; readonly until: number }>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** Whether one more is allowed; it is counted. */
  allow({ env }: Context<WebEnv>): boolean {
    const now = this.#site.now();
    if (this.#made.size >= remembered) this.#forget(now);
    const from = networkOf(env.address ?? '');
    // When too many are remembered, those who are new count as one.
    const address = this.#made.has(from) || this.#made.size < remembered ? from : '';
    const known = this.#made.get(address);
    const made =
      known === undefined || known.until <= now ? { count: 0, until: now + windowMs } : known;
    made.count += 1;
    this.#made.set(address, made);
    return made.count <= allowed;
  }

  #forget(now: number): void {
    for (const [address, { until }] of this.#made) if (until <= now) this.#made.delete(address);
  }
}
