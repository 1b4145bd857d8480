import { randomUUID } from 'node:crypto';
import { bodyText, isRecord, type Answer, type Wire } from './exchange.ts';

/** Which requests a fault is meant for; every condition given must hold. */
export interface FaultMatch {
  /** Default: any method. */
  method?: string;
  /** The path without `/v1.0`: equal, or a pattern. Requests for tokens are matched by `/{tenant}/oauth2/v2.0/token`. */
  path?: string | RegExp;
  /** The decoded query without its question mark: contained in it, or a pattern. */
  query?: string | RegExp;
  /** True: requests inside a batch; otherwise requests as they arrive. Default false. */
  inBatch?: boolean;
}

/** An answer that a fault may change before it leaves. */
export interface Rewritable {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Something that goes wrong, on demand. */
export interface Fault {
  /** Default: any Graph request, requests for tokens not among them. */
  match?: FaultMatch;
  /** The first matching request that is hit. Default 1. */
  nth?: number;
  /** How many are hit. Default 1; Infinity allowed. */
  times?: number;
  /** Answer with this status instead. */
  status?: number;
  headers?: Record<string, string>;
  body?: string | object;
  /** Wait so many milliseconds, then answer normally or with the above. */
  delayMs?: number;
  /** Destroy the connection before the answer. */
  reset?: boolean;
  /** Send so many bytes of the answer under its full length, then destroy the connection. */
  truncate?: number;
  /** Send so many bytes of the answer in chunks and end as if that were all. */
  truncateCleanly?: number;
  /** Never answer. */
  hang?: boolean;
  /** Change the normal answer. */
  rewrite?: (answer: Rewritable) => Rewritable;
}

/** A fault that was added. */
export interface FaultHandle {
  /** How many requests it hit. */
  readonly hits: number;
  remove(): void;
}

/** A request as faults see it. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly inBatch: boolean;
  readonly isLogin: boolean;
}

/** Gives the answer to a Retry-After that a fault leaves open. */
export type ThrottledHeaders = () => Record<string, string>;

function textMatches(wanted: string | RegExp | undefined, text: string, whole: boolean): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted === 'string') {
    return whole ? wanted.toLowerCase() === text.toLowerCase() : text.includes(wanted);
  }
  wanted.lastIndex = 0;
  return wanted.test(text);
}

function isMeantFor({ match = {} }: Fault, target: FaultTarget): boolean {
  if (target.isLogin && match.path === undefined) return false;
  return (
    (match.inBatch ?? false) === target.inBatch &&
    (match.method === undefined || match.method.toUpperCase() === target.method) &&
    textMatches(match.path, target.path, true) &&
    textMatches(match.query, target.query, false)
  );
}

class Added implements FaultHandle {
  readonly fault: Fault;
  hits = 0;
  #seen = 0;
  readonly #drop: (added: Added) => void;

  constructor(fault: Fault, drop: (added: Added) => void) {
    this.fault = fault;
    this.#drop = drop;
  }

  /** Counts a request that matches and says whether it is hit. */
  takes(target: FaultTarget): boolean {
    if (!isMeantFor(this.fault, target)) return false;
    this.#seen += 1;
    const first = this.fault.nth ?? 1;
    if (this.#seen < first || this.#seen >= first + (this.fault.times ?? 1)) return false;
    this.hits += 1;
    return true;
  }

  remove(): void {
    this.#drop(this);
  }
}

/** The faults in force, in the order they were added; every one that takes a request has its effect. */
export class Faults {
  #added: Added[] = [];

  /** Adds a fault; it starts counting with the next request. */
  add(fault: Fault): FaultHandle {
    const added = new Added(fault, (gone) => {
      this.#added = this.#added.filter((one) => one !== gone);
    });
    this.#added.push(added);
    return added;
  }

  clear(): void {
    this.#added = [];
  }

  /** The faults that hit this request, each counted. */
  taking(target: FaultTarget): readonly Fault[] {
    if (this.#added.length === 0) return [];
    return this.#added.filter((added) => added.takes(target)).map(({ fault }) => fault);
  }
}

function wireOf(fault: Fault): Wire {
  const wire: Wire = {};
  if (fault.reset !== undefined) wire.reset = fault.reset;
  if (fault.hang !== undefined) wire.hang = fault.hang;
  if (fault.truncate !== undefined) wire.truncate = fault.truncate;
  if (fault.truncateCleanly !== undefined) wire.truncateCleanly = fault.truncateCleanly;
  return wire;
}

function throttled(): unknown {
  const date = new Date().toISOString().slice(0, 19);
  const inner = { code: '429', date, message: 'Please retry after', status: '429' };
  return {
    error: {
      code: 'TooManyRequests',
      message: 'Please retry again later.',
      innerError: { ...inner, 'request-id': randomUUID() },
    },
  };
}

function stated(fault: Fault, throttledHeaders: ThrottledHeaders): Answer {
  const status = fault.status ?? 200;
  const given = Object.keys(fault.headers ?? {}).map((name) => name.toLowerCase());
  const own = status === 429 && !given.includes('retry-after') && fault.headers === undefined;
  const body =
    fault.body ?? (status === 429 ? throttled() : { error: { code: 'UnknownError', message: '' } });
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  return {
    status,
    headers: {
      ...(given.includes('content-type') ? {} : { 'Content-Type': type }),
      ...(own ? throttledHeaders() : {}),
      ...fault.headers,
    },
    body: status === 204 || status === 304 ? undefined : body,
  };
}

/** Whether a fault answers by itself, so that the request need not be looked at. */
export function answersItself(fault: Fault): boolean {
  return fault.status !== undefined || fault.body !== undefined;
}

/** Lets a fault have its effect on an answer; `answer` is asked for only when it is needed. */
export async function afflict(
  fault: Fault,
  answer: () => Promise<Answer>,
  throttledHeaders: ThrottledHeaders,
): Promise<Answer> {
  if (fault.delayMs !== undefined) await pause(fault.delayMs);
  const normal = answersItself(fault) ? stated(fault, throttledHeaders) : await answer();
  const { status, headers, body } = normal;
  const rewritten =
    fault.rewrite?.({ status, headers: { ...headers }, body: copied(body) }) ?? normal;
  return { ...rewritten, wire: { ...normal.wire, ...wireOf(fault) } };
}

function copied(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const copy: unknown = JSON.parse(bodyText(body));
  return copy;
}

/** Waits for some milliseconds without keeping the process alive. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
