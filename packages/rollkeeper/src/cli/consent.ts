import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import type { Consent } from '../consent/begin.ts';
import { RollkeeperError } from '../directory/error.ts';
import { withRollkeeper } from './environment.ts';
import { note, oneLine, print } from './terminal.ts';

const path = '/consent/answer';

/** Has an administrator consent: prints the way to Entra, and listens on this machine for the answer. */
export async function consentCommand(
  signal: AbortSignal,
  options: { readonly port: number },
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const server = await listening(options.port);
    try {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : options.port;
      const redirectUri = `http://localhost:${port}${path}`;
      const consent = keeper.consent({ redirectUri });
      note(
        `This redirect URI must stand in the app registration (Authentication, platform Web):\n  ${redirectUri}`,
      );
      note('Have an administrator of the tenant open, on this machine:');
      print(consent.url);
      const { displayName, organizationId } = await answer(server, consent, signal);
      print(`Connected: ${oneLine(displayName ?? '')} (${organizationId}).`);
      note('MSGRAPH_TENANT_ID may stay unset: this tenant is used. Next: rollkeeper check');
      return 0;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}

async function listening(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new RollkeeperError('usage', `Port ${port} of this machine cannot be listened on.`, {
      remedy: 'Give another --port, and register its redirect URI.',
      cause: error,
    });
  }
  return server;
}

/** The first answer with our state decides; the browser is told how. */
async function answer(
  server: Server,
  consent: Consent,
  signal: AbortSignal,
): ReturnType<Consent['complete']> {
  for (;;) {
    const [request, response] = await next(server, signal);
    const [asked, query] = (request.url ?? '/').split('?', 2);
    const given = new URLSearchParams(query);
    if (asked !== path) {
      respond(response, 404, 'There is nothing here.');
      continue;
    }
    // Any page in a browser on this machine can send one.
    if (!consent.belongs(given)) {
      respond(response, 403, 'This answer does not belong to the consent that was begun here.');
      continue;
    }
    note('The answer has come; asking for a token.');
    try {
      const trial = await consent.complete(given, { signal, onDelay: tellDelay });
      respond(response, 200, 'The tenant is connected. You may close this window.');
      return trial;
    } catch (error) {
      const told =
        error instanceof RollkeeperError ? `${error.message} ${error.remedy}` : 'It failed.';
      respond(response, 400, told);
      throw error;
    }
  }
}

const tellDelay = (): void => note('Entra has not passed the consent on yet; asking again.');

type Exchange = readonly [request: IncomingMessage, response: ServerResponse];

async function next(server: Server, signal: AbortSignal): Promise<Exchange> {
  const { promise, resolve, reject } = Promise.withResolvers<Exchange>();
  const stop = (): void => reject(asError(signal.reason));
  signal.addEventListener('abort', stop, { once: true });
  server.once('request', (request, response) => resolve([request, response]));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));

function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(`${text}\n`);
}
