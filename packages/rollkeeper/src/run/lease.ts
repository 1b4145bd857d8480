import type { Claim, Store } from '../store/store.ts';

/** How long a run that is no longer heard of keeps others out, on another machine. */
export const leaseSeconds = 60;

/** How often a run says that it is there, and hears whether it was cancelled, even while it waits for Graph. */
const renewEveryMs = 5_000;

/**
 * Keeps a claim's lease alive until stopped. What goes wrong aborts the signal: who has lost the lease must stop.
 */
export function keepLease(
  store: Store,
  claim: Claim,
): { readonly signal: AbortSignal; stop(): void } {
  const lost = new AbortController();
  const timer = setInterval(() => {
    store.renew(claim, leaseSeconds).catch((error: unknown) => lost.abort(error));
  }, renewEveryMs);
  timer.unref();
  return { signal: lost.signal, stop: () => clearInterval(timer) };
}
