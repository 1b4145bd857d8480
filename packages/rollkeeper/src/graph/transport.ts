/** One request, as the stack of wrappers in `open.ts` passes it down. */
export interface GraphRequest {
  readonly method: 'GET' | 'POST';
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What a success must be: a JSON text, or plain text. */
  readonly expect: 'json' | 'text';
  /** From 1; `retry` counts. */
  readonly attempt: number;
  /** Milliseconds since 1970; no try begins later. `retry` sets it. */
  readonly deadline?: number;
  /** Not over a connection that was used before: `retry` asks for that after a 503. */
  readonly onNewConnection?: boolean;
}

/** An answer, read to its end. */
export interface GraphResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed text where it is JSON, else undefined. */
  readonly json: unknown;
}

/**
 * Sends a request and resolves to whatever was answered, success or not. Rejects where there was no answer, or
 * a success that cannot be read.
 */
export type Transport = (request: GraphRequest, signal: AbortSignal) => Promise<GraphResponse>;

/** `fetch`, as far as it is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Limits {
  /** Times that one request is sent at most, the first included. Default 8. */
  readonly tries: number;
  /**
   * No further try begins, and no wait that would go on, later than this many milliseconds after the first.
   * Default 10 minutes.
   */
  readonly totalMs: number;
  /** One try, from connecting to the end of the body, in milliseconds. Default 100,000. */
  readonly requestTimeoutMs: number;
  /** The first wait where the answer names none, in milliseconds; it doubles up to 60 times this. Default 500. */
  readonly backoffMs: number;
  /** Requests under way at once. Default 16. */
  readonly concurrency: number;
}

export const defaultLimits: Limits = {
  tries: 8,
  totalMs: 600_000,
  requestTimeoutMs: 100_000,
  backoffMs: 500,
  concurrency: 16,
};

/** Whom Graph throttles first: `Low` before the rest. https://learn.microsoft.com/graph/throttling-limits */
export type Priority = 'Low' | 'Normal' | 'High';

/** Time and chance, so that tests need neither. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Resolves after so many milliseconds; rejects with `interrupted` as soon as the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}
