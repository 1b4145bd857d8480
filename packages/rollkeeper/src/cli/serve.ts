import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { BlockList } from 'node:net';

import { getRequestListener, RequestError } from '@hono/node-server';

import { RollkeeperError } from '../directory/error.ts';
import { open } from '../open.ts';
import type { Rollkeeper } from '../open.ts';
import type { Source } from '../settings/variable.ts';
import { environment, logLevelOf } from './environment.ts';
import { openLog } from './log.ts';
import { senderOf } from './proxies.ts';
import { describeError, note } from './terminal.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly prefix: string;
  /** Proxies whose word on who asks is taken. Default: none. */
  readonly trustedProxy?: BlockList;
  /** Instead of `ROLLKEEPER_SCHEDULE`. */
  readonly every?: string;
}

type Handler = (request: Request, address: string | undefined) => Promise<Response>;

/** Serves the pages and begins runs by themselves, until it is told to stop. */
export async function serveCommand(signal: AbortSignal, options: ServeOptions): Promise<number> {
  const source = environment();
  mindStrangers(source, options.host);
  const server = await listening(options);
  const url = source['ROLLKEEPER_URL']?.trim() || `http://localhost:${portOf(server)}`;
  try {
    const keeper = await opened(signal, withOptions(source, options, url));
    try {
      answer(server, standalone(keeper, options, keeper.settings.url ?? url), options.trustedProxy);
      begin(keeper);
      if (!signal.aborted) await once(signal, 'abort');
      note(
        'Stopping: no further request is taken, and a run that is under way ends without a change.',
      );
      await drained(server);
    } finally {
      await keeper.close();
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return 0;
}

/** What the command was told beats the environment, so that the pages show it too. */
const withOptions = (source: Source, { every }: ServeOptions, url: string): Source => ({
  ...source,
  ROLLKEEPER_URL: url,
  ...(every === undefined ? {} : { ROLLKEEPER_SCHEDULE: every }),
});

/** Beyond this machine nobody gets in but by an address that is known and a sign-in that is configured. */
function mindStrangers(source: Source, host: string): void {
  if (isLoopback(host)) return;
  const missing = ['ROLLKEEPER_URL', 'ROLLKEEPER_ADMINISTRATORS'].filter(
    (name) => (source[name]?.trim() ?? '') === '',
  );
  if (missing.length === 0) return;
  throw new RollkeeperError(
    'usage',
    `${host} can be reached from elsewhere, and ${missing.join(' and ')} is not set.`,
    {
      remedy:
        'Set ROLLKEEPER_URL to the https address of the pages and ROLLKEEPER_ADMINISTRATORS to those who may sign in; or leave --host out to serve this machine alone.',
    },
  );
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|::1)$/u.test(host);

async function listening({ host, port }: ServeOptions): Promise<Server> {
  const server = createServer();
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new RollkeeperError('usage', `Nothing can be served at ${host}, port ${port}.`, {
      remedy: 'Give another --port, or end what listens there; check --host.',
      cause: error,
    });
  }
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function opened(signal: AbortSignal, source: Source): Promise<Rollkeeper> {
  const level = logLevelOf(source);
  return await open(source, { signal, ...(level === null ? {} : { logger: openLog(level) }) });
}

/** The pages under their prefix; at the root a way to them, and what probes and collectors look for there. */
function standalone(keeper: Rollkeeper, { prefix }: ServeOptions, url: string): Handler {
  const oneTimeKey =
    keeper.settings.administrators.length > 0 ? null : randomBytes(24).toString('base64url');
  const web = keeper.web({
    prefix,
    signIn: oneTimeKey === null ? {} : { oneTimeKey },
    onError: (error) => note(describeError(error)),
  });
  note(`Serving ${url}${prefix}/`);
  if (oneTimeKey !== null) {
    note(
      `Nobody is listed in ROLLKEEPER_ADMINISTRATORS. Sign in once at:\n${url}${prefix}/sign-in/once?key=${oneTimeKey}`,
    );
  }
  return async (request, address) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/' && prefix !== '') {
      return new Response(null, { status: 302, headers: { Location: `${prefix}/` } });
    }
    const asked = /^\/(?:healthz|readyz|metrics)$/u.test(pathname)
      ? new Request(new URL(`${prefix}${pathname}`, request.url), request)
      : request;
    return await web(asked, address === undefined ? {} : { address });
  };
}

function answer(server: Server, handler: Handler, trusted = new BlockList()): void {
  const listener = getRequestListener(
    async (request, { incoming }) =>
      await handler(
        request,
        senderOf(
          incoming.socket.remoteAddress,
          request.headers.get('x-forwarded-for') ?? undefined,
          trusted,
        ),
      ),
    { errorHandler: refuse },
  );
  server.on('request', (request, response) => void listener(request, response));
}

/** Without an answer the other end would wait for ever. Whoever sends what is no request is told no more than that. */
function refuse(error: unknown): Response {
  const headers = { 'Content-Security-Policy': "default-src 'none'", 'Cache-Control': 'no-store' };
  if (error instanceof RequestError) return new Response(null, { status: 400, headers });
  note(describeError(error));
  return new Response(null, { status: 500, headers });
}

function begin(keeper: Rollkeeper): void {
  if (keeper.settings.schedule === null) {
    note('No run begins by itself: the schedule is off.');
    return;
  }
  keeper.start({ onError: (error) => note(describeError(error)) });
}

/** Requests under way are answered; whoever only keeps a connection open is let go, also once it was answered. */
async function drained(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), 5_000);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
