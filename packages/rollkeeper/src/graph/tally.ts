import type { Tally } from './graph.ts';

/** Counts what `Tally` shows; the wrappers write to it. */
export class Tallying {
  requests = 0;
  throttled = 0;
  waitedMs = 0;

  snapshot(): Tally {
    return { requests: this.requests, throttled: this.throttled, waitedMs: this.waitedMs };
  }
}
