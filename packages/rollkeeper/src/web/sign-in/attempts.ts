import type { Context } from 'hono';

import type { Site, WebEnv } from '../site.ts';

/** So many attempts to sign in from one address in one minute; more are refused. */
const allowed = 20;
const windowMs = 60_000;
/** Addresses that are remembered; above that all that have run out are forgotten. */
const remembered = 10_000;

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
    const address = env.address ?? '';
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
