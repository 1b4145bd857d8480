import { isRecord, type Answer } from './exchange.ts';
import { badRequest } from './graph-error.ts';
import type { Behaviour } from './options.ts';

/** The most requests of a batch. */
const mostRequests = 20;

/** A request inside a batch, read. */
export interface Inner {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly dependsOn: readonly string[];
}

/** Answers one request of a batch. */
export type AnswerInner = (inner: Inner) => Promise<Answer>;

function headersOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [name.toLowerCase(), String(held)]),
  );
}

function innerOf(value: unknown): Inner {
  if (!isRecord(value)) throw badRequest('Invalid batch payload format.');
  const { id, method, url, headers, body, dependsOn } = value;
  if (typeof id !== 'string' || id === '') throw badRequest('A request of the batch has no id.');
  if (typeof method !== 'string' || typeof url !== 'string' || url === '') {
    throw badRequest(`Request '${id}' of the batch needs a method and a url.`);
  }
  if (/^[a-z]+:\/\//i.test(url))
    throw badRequest(`Request '${id}' of the batch needs a relative url.`);
  const received = headersOf(headers);
  if (body !== undefined && body !== null && received['content-type'] === undefined) {
    throw badRequest(`Request '${id}' of the batch has a body but no Content-Type.`);
  }
  return {
    id,
    method: method.toUpperCase(),
    url: url.startsWith('/') ? url : `/${url}`,
    headers: received,
    body: body === undefined || body === null ? '' : JSON.stringify(body),
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map(String) : [],
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('Unable to read JSON request payload.');
  }
}

/** Reads the envelope; 400 when it is not one. */
export function readBatch(text: string): readonly Inner[] {
  const envelope = parsed(text);
  const requests: unknown = isRecord(envelope) ? envelope['requests'] : undefined;
  if (!Array.isArray(requests)) throw badRequest('Invalid batch payload format.');
  if (requests.length === 0) throw badRequest('A batch needs at least one request.');
  if (requests.length > mostRequests) {
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${mostRequests}.`);
  }
  const inners = requests.map(innerOf);
  const ids = new Set(inners.map(({ id }) => id));
  if (ids.size < inners.length)
    throw badRequest('The ids of the requests of a batch must be unique.');
  const stray = inners.flatMap(({ dependsOn }) => dependsOn).find((id) => !ids.has(id));
  if (stray !== undefined)
    throw badRequest(`The batch depends on a request '${stray}' that it does not hold.`);
  return inners;
}

const failedDependency: Answer = {
  status: 424,
  headers: {},
  body: { error: { code: 'FailedDependency', message: 'A request this one depends on failed.' } },
};

async function answered(
  inners: readonly Inner[],
  answer: AnswerInner,
): Promise<Map<string, Answer>> {
  const done = new Map<string, Answer>();
  let open = [...inners];
  while (open.length > 0) {
    const ready = open.filter(({ dependsOn }) => dependsOn.every((id) => done.has(id)));
    if (ready.length === 0)
      throw badRequest('The requests of the batch depend on each other in a circle.');
    // oxlint-disable-next-line no-await-in-loop -- the next ones depend on these
    const answers = await Promise.all(
      ready.map(async (inner) =>
        inner.dependsOn.some((id) => (done.get(id)?.status ?? 500) >= 400)
          ? failedDependency
          : await answer(inner),
      ),
    );
    ready.forEach((inner, at) => done.set(inner.id, answers[at] ?? failedDependency));
    open = open.filter(({ id }) => !done.has(id));
  }
  return done;
}

function spelt(
  headers: Record<string, string>,
  headerCase: Behaviour['headerCase'],
): Record<string, string> {
  if (headerCase === 'canonical') return headers;
  const spell = (name: string) =>
    headerCase === 'lower' ? name.toLowerCase() : name.toUpperCase();
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [spell(name), value]));
}

function shuffled<T>(list: readonly T[]): T[] {
  // Odd places first, backwards, then the even ones too: another order, yet the same on every run.
  const odd = list.filter((_, at) => at % 2 === 1);
  return [...odd.toReversed(), ...list.filter((_, at) => at % 2 === 0).toReversed()];
}

/** Answers a batch: each request by itself, its dependants after it. */
export async function answerBatch(
  text: string,
  behaviour: Behaviour,
  answer: AnswerInner,
): Promise<Answer> {
  const inners = readBatch(text);
  const answers = await answered(inners, answer);
  const responses = inners
    .map(({ id }) => ({ id, ...(answers.get(id) ?? failedDependency) }))
    .map(({ id, status, headers, body }) => ({
      id,
      status,
      headers: spelt(headers, behaviour.headerCase),
      ...(body === undefined ? {} : { body }),
    }));
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: { responses: behaviour.shuffleBatch ? shuffled(responses) : responses },
  };
}
