import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { TestContext } from 'node:test';

import { getRequestListener } from '@hono/node-server';

import type { Peer } from '../../src/web/site.ts';

/** Serves a handler over HTTP, at any port unless one is given, until the test ends; resolves to its origin, such as `http://127.0.0.1:4000`. */
export async function hosted(
  context: TestContext,
  handler: (request: Request, peer?: Peer) => Promise<Response>,
  port = 0,
): Promise<string> {
  const listener = getRequestListener(
    async (request, { incoming }) =>
      await handler(request, { address: incoming.socket.remoteAddress ?? '' }),
  );
  const server = createServer((request, response) => void listener(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  context.after(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${portOf(server)}`;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** A port that nothing listens on now, for settings that must name it beforehand. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}
