import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

import { RollkeeperError } from '../directory/error.ts';

/** A request as a framework on Node has it. */
export interface Asked {
  readonly raw: IncomingMessage;
  /** Path and query as they were sent, whatever the framework took off for its own routing. */
  readonly target: string;
  /** `http` or `https`, as the framework makes it out behind a proxy. */
  readonly protocol: string;
  /** Name and port. */
  readonly host: string;
  /** What the framework made of the body; undefined: nothing. */
  readonly body: unknown;
}

/** What the pages answer. Everything else is left to the host. */
export const methods: readonly string[] = ['GET', 'HEAD', 'POST'];

/** Whether a path with its query stands under the prefix. */
export function isUnder(prefix: string, target: string): boolean {
  const [path = ''] = target.split('?', 1);
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** The request in the words of fetch. Throws `usage` where its body is read and gone. */
export function fetchRequest(asked: Asked, signal: AbortSignal): Request {
  const method = asked.raw.method ?? 'GET';
  const headers = headersOf(asked.raw);
  if (method === 'GET' || method === 'HEAD') {
    return new Request(urlOf(asked), { method, headers, signal });
  }
  const { body, type } = bodyOf(asked);
  if (type !== null) {
    headers.set('Content-Type', type);
    for (const name of ['content-length', 'content-encoding']) headers.delete(name);
  }
  return new Request(urlOf(asked), { method, headers, signal, body, duplex: 'half' });
}

/** Who asks and from where, without what they sent. */
export const withoutBody = (asked: Asked): Request =>
  new Request(urlOf(asked), { headers: headersOf(asked.raw) });

/** Aborted when the other end goes away before it was answered. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** A host that cannot be one is none: what we are called stands in the settings. */
function urlOf({ protocol, host, target }: Asked): string {
  const url = `${protocol}://${host}${target}`;
  return URL.canParse(url) ? url : `${protocol}://localhost${target}`;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    // HTTP/2 has method and path among the headers.
    if (!name.startsWith(':')) headers.append(name, value);
  }
  return headers;
}

interface Body {
  readonly body: string | Uint8Array<ArrayBuffer> | ReadableStream;
  /** Another than the one that was sent; null: as it was sent. */
  readonly type: string | null;
}

/** The body as it comes, or, where the host has read it already, made again from what the host made of it. */
function bodyOf({ raw, body }: Asked): Body {
  if (!raw.readableDidRead) return { body: Readable.toWeb(raw), type: null };
  if (typeof body === 'string') return { body, type: null };
  if (body instanceof Uint8Array) return { body: new Uint8Array(body), type: null };
  if (typeof body !== 'object' || body === null) {
    throw new RollkeeperError('usage', 'The host has read the body of a request and not kept it.', {
      remedy: 'Mount the pages before whatever reads bodies, or let that set body.',
    });
  }
  const json = /^application\/(?:[\w.-]+\+)?json\b/iu.exec(raw.headers['content-type'] ?? '');
  if (json !== null) return { body: JSON.stringify(body), type: 'application/json' };
  const form = new URLSearchParams([...fields(body)]);
  return { body: form.toString(), type: 'application/x-www-form-urlencoded' };
}

/** The fields of a form that was read into an object; `a[b]` and `a[]` may have become objects and arrays in it. */
function* fields(read: object, under = ''): Generator<[string, string]> {
  for (const [key, value] of Object.entries(read)) {
    const name = under === '' ? key : Array.isArray(read) ? under : `${under}[${key}]`;
    if (typeof value === 'object' && value !== null) yield* fields(value, name);
    else yield [name, String(value)];
  }
}
