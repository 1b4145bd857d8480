import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import type { Ends } from './postgres-server.ts';

/**
 * Where the connection breaks: `before` COMMIT has reached the server; `after` the server has answered it, and nobody heard;
 * `unseen`, as soon as it was sent on, whatever the server is still doing.
 */
export type Moment = 'before' | 'after' | 'unseen';

/** A way to a PostgreSQL that breaks one connection, once, as a transaction of it ends. Everything else it passes on. */
export interface Proxy {
  /** The URL of a database of the server, through the proxy and without TLS. */
  through(url: string): string;
  /** Breaks the connection that sends the COMMIT of this number, counted from now on. */
  cutAt(number: number, moment: Moment): void;
  /** Whether that has happened. */
  readonly cut: boolean;
}

/** The message of pg that ends a transaction. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const commit = Buffer.from('Q\0\0\0\x0BCOMMIT\0', 'latin1');

export async function proxyTo(server: string, context: Ends): Promise<Proxy> {
  const { hostname, port } = new URL(server);
  const sockets = new Set<Socket>();
  const state = { left: 0, moment: 'before' as Moment, cut: false };
  const listening = createServer((ours) => {
    const theirs = connect(Number(port), hostname);
    for (const socket of [ours, theirs]) {
      sockets.add(socket);
      socket.setNoDelay();
      // Either side may be gone already: that is what it is for.
      socket.on('error', () => {});
    }
    ours.on('close', () => theirs.end());
    theirs.on('close', () => ours.destroy());
    let deaf = false;
    theirs.on('data', (answer) => {
      if (deaf) ours.destroy();
      else ours.write(answer);
    });
    ours.on('data', (message: Buffer) => {
      if (!message.equals(commit) || state.cut || --state.left !== 0) {
        theirs.write(message);
        return;
      }
      state.cut = true;
      if (state.moment !== 'before') theirs.write(message);
      if (state.moment === 'after') deaf = true;
      else ours.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    listening.listen(0, '127.0.0.1', resolve);
  });
  context.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      listening.close(resolve);
    });
  });
  // A server that listens on a port has an address of this kind.
  const { port: here } = listening.address() as AddressInfo;
  return {
    through: (url) => {
      const named = new URL(url);
      named.port = String(here);
      named.searchParams.set('sslmode', 'disable');
      return named.href;
    },
    cutAt: (number, moment) => Object.assign(state, { left: number, moment, cut: false }),
    get cut() {
      return state.cut;
    },
  };
}
