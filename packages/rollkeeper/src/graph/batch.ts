import { graphError, isObject } from './answer.ts';
import { isStaleToken } from './authorise.ts';
import type { Tokens } from './authorise.ts';
import { badAnswer, refusal } from './explain.ts';
import type { Answered } from './explain.ts';
import type { BatchAnswer, GetOptions, JsonObject } from './graph.ts';
import { absolute } from './link.ts';
import { retryAfterMs } from './retry-after.ts';
import { priorityHeader } from './pace.ts';
import type { Pace } from './pace.ts';
import type { GivenUp } from './retry.ts';
import { isTransientAnswer, pauseMs } from './retry.ts';
import type { Tallying } from './tally.ts';
import type { Clock, Limits, Priority } from './transport.ts';
import { interrupted } from './wait.ts';

/** The most requests that Graph takes in one batch. */
export const batchSize = 20;

/** Posts one envelope; the answer is a success and an object. */
export type Post = (body: JsonObject, signal: AbortSignal) => Promise<Envelope>;
export interface Envelope {
  readonly body: JsonObject;
  readonly response: Answered;
}

export interface BatchOptions {
  readonly root: string;
  readonly post: Post;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly tally: Tallying;
  readonly pace: Pace;
  /** Each request of a batch is throttled by itself, so each says it. */
  readonly priority: Priority;
}

interface Asking {
  readonly position: number;
  /** Absolute. */
  readonly url: string;
}

/** Answers in the order of the paths. The first failure of a whole round trip stops the others. */
export async function runBatch(
  options: BatchOptions,
  paths: readonly string[],
  { headers, signal }: GetOptions,
): Promise<readonly BatchAnswer[]> {
  const asking = paths.map((path, position) => ({ position, url: absolute(options.root, path) }));
  const answers: BatchAnswer[] = [];
  const parts: (readonly Asking[])[] = [];
  for (let from = 0; from < asking.length; from += batchSize) {
    parts.push(asking.slice(from, from + batchSize));
  }
  await sideBySide(parts, options.limits.concurrency, signal, async (part, stop) => {
    for (const [position, answer] of await settle(options, part, headers ?? {}, stop)) {
      answers[position] = answer;
    }
  });
  return answers;
}

/** Works on the parts, `width` at once; after a failure begins no more, stops those under way, and throws it. */
async function sideBySide<Part>(
  parts: readonly Part[],
  width: number,
  signal: AbortSignal,
  work: (part: Part, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (signal.aborted) throw interrupted(signal);
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const failures: unknown[] = [];
  const left = parts.values();
  const lane = async (): Promise<void> => {
    for (const part of left) {
      if (stop.signal.aborted) return;
      try {
        await work(part, stop.signal);
      } catch (error) {
        failures.push(error);
        stop.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, parts.length) }, lane));
  signal.removeEventListener('abort', onAbort);
  if (signal.aborted) throw interrupted(signal);
  if (failures.length > 0) throw failures[0];
}

/** One envelope, and further ones for those of its requests that may succeed later. */
async function settle(
  options: BatchOptions,
  part: readonly Asking[],
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, BatchAnswer>> {
  const { limits, clock, pace, tally, tokens } = options;
  const settled = new Map<number, BatchAnswer>();
  const deadline = clock.now() + limits.totalMs;
  let pending = part;
  let renewed = false;
  for (let attempt = 1; pending.length > 0; attempt += 1) {
    const token = await tokens.token(signal);
    for (const { url } of pending) tally.batch(url);
    const answered = await roundTrip(options, pending, headers, signal);
    pace.heed(
      answered.map(({ answer }) => answer),
      attempt,
    );
    tally.throttled += answered.filter(({ answer }) => answer.status === 429).length;
    const stale = renewed
      ? []
      : answered.filter(({ answer }) => isStaleToken(answer.status, answer.json));
    const later = answered.filter(({ answer }) => isTransientAnswer(answer));
    const wait = Math.max(0, ...later.map(({ answer }) => waitFor(answer, attempt, options)));
    const isLast = attempt >= limits.tries || clock.now() + wait > deadline;
    const again = isLast ? stale : [...stale, ...later];
    for (const { asking, answer } of answered) {
      if (again.some((one) => one.asking === asking)) continue;
      settled.set(asking.position, judged(asking, answer, givenUpOn(answer, attempt, options)));
    }
    pending = again.map(({ asking }) => asking);
    if (stale.length > 0) {
      renewed = true;
      await tokens.renew(signal, token);
    }
    if (pending.length > 0 && wait > 0 && !isLast) {
      tally.waitedMs += wait;
      await clock.wait(wait, signal);
    }
  }
  return settled;
}

function waitFor({ headers }: Answered, attempt: number, { limits, clock }: BatchOptions): number {
  const asked = retryAfterMs(headers.get('retry-after'), headers.get('date'), clock.now());
  return pauseMs(asked, attempt, limits, clock.random);
}

function givenUpOn(answer: Answered, attempts: number, { clock }: BatchOptions): GivenUp {
  const asked = retryAfterMs(
    answer.headers.get('retry-after'),
    answer.headers.get('date'),
    clock.now(),
  );
  return { attempts, retryAt: asked === null ? null : new Date(clock.now() + asked).toISOString() };
}

interface Answer {
  readonly asking: Asking;
  readonly answer: Answered;
}

async function roundTrip(
  { root, post, priority }: BatchOptions,
  pending: readonly Asking[],
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const requests = pending.map(({ url }, index) => ({
    id: String(index + 1),
    method: 'GET',
    url: url.slice(root.length),
    headers: { [priorityHeader]: priority, ...headers },
  }));
  const { body, response } = await post({ requests }, signal);
  const bad = (what: string) =>
    badAnswer({ method: 'POST', url: `${root}/$batch` }, { ...response, json: body }, what);
  const responses = body['responses'];
  if (!Array.isArray(responses)) throw bad('it has no list called responses');
  const byId = new Map<string, Answered>();
  for (const one of responses as readonly unknown[]) {
    const answer = readInner(one, response.headers.get('date'));
    const id = isObject(one) ? String(one['id']) : '';
    if (answer === null || byId.has(id))
      throw bad('it holds a response that is malformed or given twice');
    byId.set(id, answer);
  }
  return pending.map((asking, index) => {
    const answer = byId.get(String(index + 1));
    if (answer === null || answer === undefined) {
      throw bad(`${pending.length - byId.size} of ${pending.length} responses are missing`);
    }
    return { asking, answer };
  });
}

/** null: not a response. Header names come in any letter case. */
function readInner(inner: unknown, date: string | null): Answered | null {
  if (!isObject(inner) || typeof inner['status'] !== 'number') return null;
  const headers = new Headers(date === null ? {} : { date });
  const given = isObject(inner['headers']) ? Object.entries(inner['headers']) : [];
  for (const [name, value] of given) {
    if (/^[\w-]+$/u.test(name) && /^[\u0020-\u007e]*$/u.test(String(value)))
      headers.set(name, String(value));
  }
  const json = inner['body'];
  return { status: inner['status'], headers, text: typeof json === 'string' ? json : '', json };
}

function judged(asking: Asking, answer: Answered, givenUp: GivenUp): BatchAnswer {
  const asked = { method: 'GET', url: asking.url } as const;
  const { status, json } = answer;
  if (status < 200 || status > 299) {
    return {
      ok: false,
      error: refusal(asked, answer, isTransientAnswer(answer) ? givenUp : undefined),
    };
  }
  if (!isObject(json)) return { ok: false, error: badAnswer(asked, answer, 'it is not an object') };
  if ('error' in json) {
    const what = `it holds an error (${graphError(json).code ?? 'without a code'})`;
    return { ok: false, error: badAnswer(asked, answer, what) };
  }
  return { ok: true, body: json };
}
