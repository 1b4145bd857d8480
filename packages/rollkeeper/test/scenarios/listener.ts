import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { TestContext } from 'node:test';

import type { Notice } from '../../src/run/notices.ts';

export interface Listener {
  readonly url: string;
  readonly notices: Notice[];
  answers(status: number): void;
  /** Resolves when so many notices have come. */
  came(count: number): Promise<void>;
}

/** An address that takes notices, and answers what it is told to. */
export async function listener(t: TestContext): Promise<Listener> {
  const notices: Notice[] = [];
  let status = 204;
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      if (status < 300) notices.push(JSON.parse(body) as Notice);
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook/secret-part`,
    notices,
    came: async (count) => {
      while (notices.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    answers: (next) => {
      status = next;
    },
  };
}
