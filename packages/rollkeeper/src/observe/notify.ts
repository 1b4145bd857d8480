import { setTimeout as sleep } from 'node:timers/promises';

import type { Notify } from '../run/notices.ts';

export interface NotifyLimits {
  /** Posts at most, the first among them. Default 3. */
  readonly tries: number;
  /** Milliseconds before each further one, doubled each time. Default 500. */
  readonly pauseMs: number;
  /** Milliseconds that an answer may take. Default 5,000. */
  readonly timeoutMs: number;
}

const defaults: NotifyLimits = { tries: 3, pauseMs: 500, timeoutMs: 5_000 };

/**
 * Posts notices as JSON to an address. Any answer of 2xx is success; a redirect is none. Tried again after no answer, 408,
 * 429 and 5xx. What it says of a failure never shows the address, which is often a secret.
 */
export function notifier(
  url: string,
  send: typeof fetch = fetch,
  limits: Partial<NotifyLimits> = {},
): Notify {
  const { pauseMs, timeoutMs, tries } = { ...defaults, ...limits };
  return async (notice, signal) => {
    let failure: Failure | null = null;
    for (let tried = 0; tried < tries; tried += 1) {
      if (signal.aborted) return 'the run was stopped.';
      if (tried > 0) await sleep(pauseMs * 2 ** (tried - 1));
      failure = await post(url, JSON.stringify(notice), send, timeoutMs);
      if (failure === null) return null;
      if (!failure.mayPass) break;
    }
    return failure === null ? null : failure.text;
  };
}

interface Failure {
  readonly text: string;
  /** Worth another try. */
  readonly mayPass: boolean;
}

async function post(
  url: string,
  body: string,
  send: typeof fetch,
  timeoutMs: number,
): Promise<Failure | null> {
  try {
    const answer = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    if (answer.ok) return null;
    const mayPass = answer.status === 408 || answer.status === 429 || answer.status >= 500;
    return { text: `the address answered ${answer.status}.`, mayPass };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    const text = timedOut ? `no answer within ${timeoutMs / 1000} s.` : 'no answer.';
    return { text, mayPass: true };
  }
}
