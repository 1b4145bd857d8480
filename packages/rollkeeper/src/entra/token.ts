import type { Tokens } from '../graph/authorise.ts';
import type { OnRequest } from '../graph/trace.ts';
import type { Clock, Fetch, Limits } from '../graph/transport.ts';
import { defaultLimits } from '../graph/transport.ts';
import { interrupted, wait } from '../graph/wait.ts';
import { asking } from './request.ts';
import type { AskToken, FreshToken, TokenSettings } from './request.ts';

export interface TokenOptions extends Partial<Clock> {
  /** Default: Node's own. */
  readonly fetch?: Fetch;
  /** What is left out keeps its default. */
  readonly limits?: Partial<Limits>;
  /** Told of each request to the login host, never of what is in it. */
  readonly onRequest?: OnRequest;
}

/**
 * Tokens for Microsoft Graph, for the credential in the settings. One is kept until five minutes, or a tenth of its
 * life, before it expires, and concurrent callers share one request. Failures: `token.refused`, `token.unreachable`,
 * `settings.invalid` (a credential file), `interrupted`; none holds the secret, the assertion or a token.
 */
export function tokenSource(settings: TokenSettings, options: TokenOptions = {}): Tokens {
  const { now = Date.now, random = Math.random, fetch = globalThis.fetch } = options;
  const clock = { now, random, wait: options.wait ?? wait };
  const limits = { ...defaultLimits, ...options.limits };
  const { onRequest } = options;
  const hook = onRequest === undefined ? {} : { onRequest };
  return new TokenCache(asking(settings, { fetch, limits, clock, ...hook }), now);
}

interface Asked {
  readonly answer: Promise<FreshToken>;
  readonly stop: AbortController;
  waiting: number;
}

class TokenCache implements Tokens {
  readonly #ask: AskToken;
  readonly #now: () => number;
  #kept: { readonly token: string; readonly renewAt: number } | null = null;
  #asked: Asked | null = null;

  constructor(ask: AskToken, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  async token(signal: AbortSignal): Promise<string> {
    if (signal.aborted) throw interrupted(signal);
    if (this.#kept !== null && this.#now() < this.#kept.renewAt) return this.#kept.token;
    const { token } = await this.#join(this.#asked ?? this.#begin(), signal);
    return token;
  }

  async renew(signal: AbortSignal, refused?: string): Promise<string> {
    if (refused === undefined || this.#kept?.token === refused) this.#kept = null;
    return this.token(signal);
  }

  #begin(): Asked {
    const stop = new AbortController();
    this.#asked = { answer: this.#keep(stop), stop, waiting: 0 };
    return this.#asked;
  }

  async #keep(stop: AbortController): Promise<FreshToken> {
    const askedAt = this.#now();
    try {
      const fresh = await this.#ask(stop.signal);
      const margin = Math.min(300_000, (fresh.expiresAt - askedAt) / 10);
      this.#kept = { token: fresh.token, renewAt: fresh.expiresAt - margin };
      return fresh;
    } finally {
      this.#forget(stop);
    }
  }

  #forget(stop: AbortController): void {
    if (this.#asked?.stop === stop) this.#asked = null;
  }

  /** Waits for the shared answer; when the last who waits has been told to stop, so is the request. */
  async #join(asked: Asked, signal: AbortSignal): Promise<FreshToken> {
    asked.waiting += 1;
    const stopped = Promise.withResolvers<never>();
    const leave = (): void => {
      asked.waiting -= 1;
      if (asked.waiting === 0) {
        this.#forget(asked.stop);
        asked.stop.abort(signal.reason);
      }
      stopped.reject(interrupted(signal));
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([asked.answer, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}
