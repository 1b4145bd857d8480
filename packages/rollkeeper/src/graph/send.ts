import { newConnection } from './connection.ts';
import type { Fetch, GraphRequest, GraphResponse, Transport } from './transport.ts';
import { interrupted } from './wait.ts';

/** No answer in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';
}

/** A success that is not what was asked for: half a body, or another kind of document. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
  readonly response: GraphResponse;

  constructor(message: string, response: GraphResponse) {
    super(message);
    this.response = response;
  }
}

/**
 * The innermost transport: one HTTP exchange, read to its end within `requestTimeoutMs`. Redirects are not
 * followed, so that the token goes nowhere else.
 */
export function sending(fetch: Fetch, requestTimeoutMs: number): Transport {
  return (request, signal) =>
    inTime(requestTimeoutMs, signal, (stop) => exchange(fetch, request, stop));
}

/** Does work that is told to stop after so many milliseconds (`TimeoutError`), or when the signal is aborted. */
export async function inTime<Result>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (signal.aborted) throw interrupted(signal);
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    stop.abort(new TimeoutError(`no complete answer within ${ms} ms`));
  }, ms);
  try {
    return await work(stop.signal);
  } catch (error) {
    if (signal.aborted) throw interrupted(signal);
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

async function exchange(
  fetch: Fetch,
  request: GraphRequest,
  signal: AbortSignal,
): Promise<GraphResponse> {
  const { method, url, headers, body } = request;
  const dispatcher = request.onNewConnection === true ? newConnection(fetch) : undefined;
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers },
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { body }),
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });
    return await readAnswer(response, request.expect);
  } finally {
    await dispatcher?.destroy();
  }
}

/** Reads and parses an answer. Rejects where a success is not of the kind expected. */
export async function readAnswer(
  response: Response,
  expect: GraphRequest['expect'],
): Promise<GraphResponse> {
  const text = await response.text();
  const { status, headers } = response;
  const answer = { status, headers, text, json: parse(text) };
  if (!response.ok) return answer;
  if (expect === 'json' && answer.json === undefined) {
    throw new UnreadableAnswer(`the answer is not JSON: ${kindOf(headers, text)}`, answer);
  }
  if (expect === 'text' && /html/iu.test(headers.get('content-type') ?? '')) {
    throw new UnreadableAnswer('the answer is an HTML page', answer);
  }
  return answer;
}

/** undefined where the text is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/u, '')) as unknown;
  } catch {
    return undefined;
  }
}

function kindOf(headers: Headers, text: string): string {
  if (text === '') return 'its body is empty';
  if (/html/iu.test(headers.get('content-type') ?? '') || /^\s*</u.test(text))
    return 'an HTML page';
  return `${text.length} characters that cannot be parsed, perhaps cut short`;
}
