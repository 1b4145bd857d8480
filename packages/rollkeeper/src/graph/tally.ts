import type { Tally } from './graph.ts';
import { requestKind } from './request-kind.ts';

/** Counts what `Tally` shows; the wrappers write to it. */
export class Tallying {
  requests = 0;
  throttled = 0;
  waitedMs = 0;
  readonly #byKind = new Map<string, number>();
  readonly #batched = new Map<string, number>();

  /** One HTTP request is sent. */
  send(url: string): void {
    this.requests += 1;
    count(this.#byKind, url);
  }

  /** One request inside a batch is sent. */
  batch(url: string): void {
    count(this.#batched, url);
  }

  snapshot(): Tally {
    return {
      requests: this.requests,
      throttled: this.throttled,
      waitedMs: this.waitedMs,
      byKind: Object.fromEntries(this.#byKind),
      batched: Object.fromEntries(this.#batched),
    };
  }
}

function count(counts: Map<string, number>, url: string): void {
  const kind = requestKind(url);
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}
