import { GraphError } from './graph-error.ts';
import type { Behaviour } from './options.ts';
import { retryAfter } from './retry-after.ts';

/** What a request is metered by. */
export interface Metered {
  readonly units: number;
  /** The request header `x-ms-throttle-priority`. */
  readonly priority: string | undefined;
  readonly appId: string;
  readonly tenantId: string;
  /** Users in the tenant. */
  readonly users: number;
}

/** The quotas are for so many seconds. */
const windowSeconds = 10;
/** From this share of the quota on, answers say how much is used. */
const tellFrom = 0.8;
/** The largest share that is told; what is used beyond it is not counted. */
const most = 1.8;
/** The share of the quota that is free again after Retry-After. */
const room = 0.2;
/** Low priority is throttled first; Microsoft does not say how much sooner. */
const lowUpTo = 0.9;

/** Resource units in ten seconds for one application in one tenant, by the number of its users. */
export function quotaOf(users: number): number {
  if (users < 50) return 3_500;
  return users <= 500 ? 5_000 : 8_000;
}

/** A token bucket of resource units; requests that are refused count too. */
export class Quota {
  readonly #behaviour: Behaviour;
  readonly #now: () => number;
  #used = 0;
  #at: number;

  constructor(behaviour: Behaviour, now: () => number) {
    this.#behaviour = behaviour;
    this.#now = now;
    this.#at = now();
  }

  /** Charges a request and gives the headers of its answer; throws a 429 where the quota is used up. */
  charge(metered: Metered): Record<string, string> {
    const { quota } = this.#behaviour;
    if (quota === 'none') return {};
    const size = quota === 'by-tenant-size' ? quotaOf(metered.users) : quota;
    this.#leak(size);
    const upTo = metered.priority?.toLowerCase() === 'low' ? lowUpTo : 1;
    const share = Math.min(most, (this.#used + metered.units) / size);
    this.#used = share * size;
    const headers =
      share > tellFrom ? { 'x-ms-throttle-limit-percentage': share.toFixed(2) } : undefined;
    if (share <= upTo) return headers ?? {};
    throw this.#refusal(metered, (share - upTo + room) * windowSeconds, headers ?? {});
  }

  #leak(size: number): void {
    const now = this.#now();
    const gone = ((now - this.#at) / 1000) * (size / windowSeconds);
    this.#used = Math.max(0, this.#used - gone);
    this.#at = now;
  }

  #refusal(
    { appId, tenantId }: Metered,
    seconds: number,
    headers: Record<string, string>,
  ): GraphError {
    return new GraphError(
      429,
      'TooManyRequests',
      'Please retry again later.',
      {
        ...headers,
        ...retryAfter(this.#behaviour.retryAfter, this.#now(), Math.max(1, Math.ceil(seconds))),
        'x-ms-throttle-scope': `Tenant_Application/ReadWrite/${appId}/${tenantId}`,
        'x-ms-throttle-information': 'ResourceUnitLimitExceeded',
      },
      { code: '429', message: 'Please retry after', status: '429' },
    );
  }
}
