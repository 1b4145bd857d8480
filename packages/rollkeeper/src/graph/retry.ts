import { RollkeeperError } from '../directory/error.ts';
import { graphError } from './answer.ts';
import { retryAfterMs } from './retry-after.ts';
import { UnreadableAnswer } from './send.ts';
import type { Tallying } from './tally.ts';
import type { Clock, GraphRequest, GraphResponse, Limits, Transport } from './transport.ts';

/** What went wrong at the last try: an answer, or none. */
export type Failure = { readonly response: GraphResponse } | { readonly error: unknown };

/** How it was given up. */
export interface GivenUp {
  readonly attempts: number;
  /** ISO 8601: when the other side says to come back; null where it does not say. */
  readonly retryAt: string | null;
}

export interface RetryOptions {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly tally: Tallying;
  /** Which answers may be better a little later; default `isTransientAnswer`. */
  readonly isTransient?: (response: GraphResponse) => boolean;
  /** Makes the error that is thrown when tries or time are used up. */
  readonly explain: (request: GraphRequest, failure: Failure, givenUp: GivenUp) => RollkeeperError;
}

/**
 * Sends again what may succeed later: 429, 500, 502, 503, 504, 509, failed dependencies, concurrency violations,
 * connections that fail or break, and successes that cannot be read. `Retry-After` is obeyed in full; where it
 * exceeds the time left, it fails at once and says when to come back. After a 503 it asks for a new connection.
 * https://learn.microsoft.com/graph/throttling https://learn.microsoft.com/graph/best-practices-concept
 */
export function retried(next: Transport, options: RetryOptions): Transport {
  const { limits, clock, tally, explain, isTransient = isTransientAnswer } = options;
  return async (request, signal) => {
    const deadline = clock.now() + limits.totalMs;
    let onNewConnection = false;
    for (let attempt = 1; ; attempt += 1) {
      const sent = { ...request, attempt, deadline, onNewConnection };
      const failure = await tryOnce(next, sent, signal);
      if ('response' in failure && !isTransient(failure.response)) return failure.response;
      if ('error' in failure && failure.error instanceof RollkeeperError) throw failure.error;
      const asked = askedWait(failure, clock.now());
      const pause = pauseMs(asked, attempt, limits, clock.random);
      const isFinal = 'error' in failure && !isTransientError(failure.error);
      if (isFinal || attempt >= limits.tries || clock.now() + pause > deadline) {
        const retryAt = asked === null ? null : new Date(clock.now() + asked).toISOString();
        throw explain(request, failure, { attempts: attempt, retryAt });
      }
      onNewConnection = 'response' in failure && failure.response.status === 503;
      tally.waitedMs += pause;
      await clock.wait(pause, signal);
    }
  };
}

async function tryOnce(
  next: Transport,
  request: GraphRequest,
  signal: AbortSignal,
): Promise<Failure> {
  try {
    return { response: await next(request, signal) };
  } catch (error) {
    return { error };
  }
}

function askedWait(failure: Failure, now: number): number | null {
  if ('error' in failure) return null;
  const { headers } = failure.response;
  return retryAfterMs(headers.get('retry-after'), headers.get('date'), now);
}

/**
 * Milliseconds to wait before the try after `attempt`: what was asked for, else a doubling time of which chance
 * takes up to half.
 */
export function pauseMs(
  asked: number | null,
  attempt: number,
  limits: Limits,
  random: () => number,
): number {
  if (asked !== null && asked > 0) return asked;
  const doubled = limits.backoffMs * Math.min(60, 2 ** (attempt - 1));
  return Math.round(doubled * (1 - random() / 2));
}

const transientStatus: ReadonlySet<number> = new Set([424, 429, 500, 502, 503, 504, 509]);

/** Whether the same request may succeed a little later. */
export function isTransientAnswer({
  status,
  json,
}: Pick<GraphResponse, 'status' | 'json'>): boolean {
  if (transientStatus.has(status)) return true;
  if (status !== 409) return false;
  return graphError(json).codes.some((code) => /^directory_concurrencyviolation$/iu.test(code));
}

const transientCodes =
  /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|EPIPE|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENETDOWN|UND_ERR_(?:SOCKET|ABORTED|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|RES_CONTENT_LENGTH_MISMATCH)|HPE_\w+|Z_BUF_ERROR|Z_DATA_ERROR)$/u;

/** Whether a connection failed for a moment; the telling code may sit deep in `cause`, or among several errors. */
export function isTransientError(error: unknown): boolean {
  return causes(error).some(
    (one) =>
      one instanceof UnreadableAnswer ||
      (typeof codeOf(one) === 'string' && transientCodes.test(String(codeOf(one)))) ||
      (one instanceof Error && /^terminated$|socket hang up/iu.test(one.message)),
  );
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** The error, its causes, and the errors gathered in it; a bounded number. */
export function causes(error: unknown): readonly unknown[] {
  const found: unknown[] = [error];
  for (let index = 0; index < found.length && found.length < 32; index += 1) {
    const one = found[index];
    if (!(one instanceof Error)) continue;
    if (one.cause !== undefined) found.push(one.cause);
    if (one instanceof AggregateError) found.push(...(one.errors as readonly unknown[]));
  }
  return found;
}
