import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { TestContext } from 'node:test';

import { getRequestListener } from '@hono/node-server';

import type { WebHandler } from '../../src/web/web.ts';

/** Serves a handler over HTTP until the test ends; resolves to its origin, such as `http://127.0.0.1:4000`. */
export async function hosted(context: TestContext, handler: WebHandler): Promise<string> {
  const listener = getRequestListener(
    async (request, { incoming }) =>
      await handler(request, { address: incoming.socket.remoteAddress ?? '' }),
  );
  const server = createServer((request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
