import { graphError, isObject } from './answer.ts';
import { authorised } from './authorise.ts';
import type { Tokens } from './authorise.ts';
import { runBatch } from './batch.ts';
import type { Envelope } from './batch.ts';
import { badAnswer, explainFailure, refusal } from './explain.ts';
import type { Asked } from './explain.ts';
import type { GetOptions, Graph, JsonObject } from './graph.ts';
import { limited } from './limit.ts';
import { absolute } from './link.ts';
import { Pace, priorityHeader } from './pace.ts';
import { readFollowing, readPages, readRound } from './pages.ts';
import { retried } from './retry.ts';
import { sending } from './send.ts';
import { Tallying } from './tally.ts';
import { traced } from './trace.ts';
import type { OnRequest } from './trace.ts';
import type {
  Clock,
  Fetch,
  GraphRequest,
  GraphResponse,
  Limits,
  Priority,
  Transport,
} from './transport.ts';
import { defaultLimits } from './transport.ts';
import { wait } from './wait.ts';

export interface GraphOptions extends Partial<Clock> {
  /** Without a trailing slash and without `/v1.0`, as in `Settings`. */
  readonly graphUrl: string;
  readonly tokens: Tokens;
  /** Default: Node's own. */
  readonly fetch?: Fetch;
  /** What is left out keeps its default. */
  readonly limits?: Partial<Limits>;
  readonly onRequest?: OnRequest;
  /** Default `Normal`. `Low` for what nobody waits for. */
  readonly priority?: Priority;
}

/** Opens Microsoft Graph. Nothing is sent until something is asked. */
export function openGraph(options: GraphOptions): Graph {
  const { tokens, fetch = globalThis.fetch, onRequest, priority = 'Normal' } = options;
  const { now = Date.now, random = Math.random } = options;
  const clock: Clock = { now, random, wait: options.wait ?? wait };
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const root = `${options.graphUrl}/v1.0`;
  const tally = new Tallying();
  const pace = new Pace(limits, clock);

  // The way of a request, from the outside in.
  const retry = (next: Transport) =>
    retried(next, { limits, clock, tally, explain: explainFailure });
  const limit = (next: Transport) => limited(next, pace);
  const authorise = (next: Transport) => authorised(next, root, tokens);
  const trace = (next: Transport) => traced(next, tally, now, onRequest);
  const transport = retry(limit(authorise(trace(sending(fetch, limits.requestTimeoutMs)))));

  const always = { [priorityHeader]: priority };

  const send = async (request: GraphRequest, signal: AbortSignal): Promise<GraphResponse> => {
    const response = await transport(request, signal);
    if (response.status >= 200 && response.status <= 299) return response;
    throw refusal(request, response);
  };
  const getObject = async (url: string, { headers, signal }: GetOptions): Promise<JsonObject> => {
    const request = getting(url, 'json', { ...always, ...headers });
    const response = await send(request, signal);
    return objectIn(request, response);
  };
  const post = async (body: JsonObject, signal: AbortSignal): Promise<Envelope> => {
    const request = posting(`${root}/$batch`, body, always);
    const response = await send(request, signal);
    return { body: objectIn(request, response), response };
  };
  const reader = {
    root,
    get: getObject,
    bad: (url: string, what: string) =>
      badAnswer({ method: 'GET', url }, { ...emptyPage, headers: new Headers() }, what),
  };

  return {
    root,
    width: limits.concurrency,
    get: async (path, asked) => getObject(absolute(root, path), asked),
    getText: async (path, { headers, signal }) => {
      const response = await send(
        getting(absolute(root, path), 'text', { ...always, ...headers }),
        signal,
      );
      return response.text;
    },
    pages: (path, asked) => readPages(reader, absolute(root, path), asked),
    following: (first, asked) => readFollowing(reader, root, first, asked),
    delta: (link, asked) => readRound(reader, absolute(root, link), asked),
    batch: async (paths, asked) =>
      runBatch({ root, post, tokens, limits, clock, tally, pace, priority }, paths, asked),
    tally: () => tally.snapshot(),
  };
}

const emptyPage = { status: 200, text: '', json: undefined } as const;

function getting(
  url: string,
  expect: GraphRequest['expect'],
  headers: NonNullable<GetOptions['headers']>,
): GraphRequest {
  const accept = expect === 'json' ? 'application/json' : 'text/plain';
  return { method: 'GET', url, expect, attempt: 1, headers: { accept, ...headers } };
}

function posting(url: string, body: JsonObject, always: GraphRequest['headers']): GraphRequest {
  const headers = { accept: 'application/json', 'content-type': 'application/json', ...always };
  return { method: 'POST', url, expect: 'json', attempt: 1, headers, body: JSON.stringify(body) };
}

/** The body of a success: an object that holds no error. */
function objectIn(asked: Asked, response: GraphResponse): JsonObject {
  const { json } = response;
  if (!isObject(json)) throw badAnswer(asked, response, 'it is not an object');
  if (!('error' in json)) return json;
  const what = `it holds an error (${graphError(json).code ?? 'without a code'})`;
  throw badAnswer(asked, response, what);
}
