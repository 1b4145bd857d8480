import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';

import { freePort } from './postgres-server.ts';
import type { Ends } from './postgres-server.ts';

/**
 * A pooler in transaction mode before a PostgreSQL that lets its superuser in without a password. Every transaction, and every
 * statement outside of one, goes to the next of three sessions: what is kept in a session is not there the next time. Startup
 * parameters beyond the few that PgBouncer keeps are refused, as it does. Returns the URL of the database through it.
 * https://www.pgbouncer.org/features.html, https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export async function poolerTo(url: string, context: Ends): Promise<string> {
  const sessions = await Promise.all([1, 2, 3].map(async () => await begin(new URL(url))));
  const free = [...sessions];
  const waiting: ((session: Session) => void)[] = [];
  const take = async (): Promise<Session> => {
    const next = free.shift();
    if (next !== undefined) return next;
    return await new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (session: Session): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(session);
    else next(session);
  };
  const clients = new Set<Socket>();
  const listening = createServer((socket) => {
    clients.add(socket);
    socket.setNoDelay();
    socket.on('error', () => {});
    serve(socket, take, giveBack);
  });
  await new Promise<void>((resolve) => {
    listening.listen(0, '127.0.0.1', resolve);
  });
  context.after(async () => {
    for (const socket of clients) socket.destroy();
    for (const { socket } of sessions) socket.destroy();
    await new Promise((resolve) => {
      listening.close(resolve);
    });
  });
  // A server that listens on a port has an address of this kind.
  return through(url, (listening.address() as AddressInfo).port);
}

/** The same by the PgBouncer of this machine; null: it has none. */
export async function pgBouncerTo(
  url: string,
  context: Ends,
  mode: 'transaction' | 'statement',
): Promise<string | null> {
  try {
    execFileSync('pgbouncer', ['--version'], { stdio: 'pipe' });
  } catch {
    return null;
  }
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-pgbouncer-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  const { hostname, port: theirs, username } = new URL(url);
  const settings = [
    '[databases]',
    `* = host=${hostname} port=${theirs} user=${username}`,
    '[pgbouncer]',
    `listen_addr = 127.0.0.1`,
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    'default_pool_size = 3',
    'server_round_robin = 1',
    // It does not run as root.
    userInfo().uid === 0 ? 'user = nobody' : '',
  ];
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(file, settings.join('\n'), { mode: 0o644 });
  const bouncer = spawn('pgbouncer', ['-q', file], { stdio: 'ignore' });
  context.after(async () => {
    bouncer.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const pooled = through(url, port);
  for (;;) {
    const client = new Client({ connectionString: pooled });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return pooled;
    } catch (error) {
      if (bouncer.exitCode !== null) throw error;
    }
  }
}

function through(url: string, port: number): string {
  const named = new URL(url);
  named.port = String(port);
  named.searchParams.set('sslmode', 'disable');
  return named.href;
}

/** A session with the server; its answers go to whoever has it. */
interface Session {
  readonly socket: Socket;
  heard: (message: Buffer) => void;
}

async function begin({ hostname, pathname, port, username }: URL): Promise<Session> {
  const socket = connect(Number(port), hostname).setNoDelay();
  socket.on('error', () => {});
  const session: Session = { socket, heard: () => {} };
  readMessages(socket, (message) => session.heard(message));
  const words = ['user', username, 'database', pathname.slice(1), ''].join('\0');
  socket.write(startup(Buffer.from(`${words}\0`)));
  await new Promise<void>((resolve, reject) => {
    session.heard = (message) => {
      if (kindOf(message) === 'Z') resolve();
      if (kindOf(message) === 'E') reject(new Error(message.toString('latin1')));
    };
  });
  return session;
}

function serve(
  client: Socket,
  take: () => Promise<Session>,
  giveBack: (session: Session) => void,
): void {
  let session: Promise<Session> | undefined;
  readMessages(
    client,
    (message) => {
      if (kindOf(message) === 'X') return;
      session ??= take().then((taken) => {
        taken.heard = (answer) => {
          // The server is idle again: the transaction is over, and the session is the next one's.
          if (kindOf(answer) === 'Z' && answer.at(-1) === 0x49) {
            session = undefined;
            giveBack(taken);
          }
          client.write(answer);
        };
        return taken;
      });
      void session.then(({ socket }) => socket.write(message));
    },
    (words) => {
      const names = words
        .toString('latin1')
        .split('\0')
        .filter((_, at) => at % 2 === 0);
      const refused = names.find((name) => !kept.includes(name));
      client.write(
        refused === undefined ? welcome : refusal(`unsupported startup parameter: ${refused}`),
      );
      if (refused !== undefined) client.end();
    },
  );
}

/** Calls back with every whole message; with `first`, what comes before has no kind. */
function readMessages(
  socket: Socket,
  each: (message: Buffer) => void,
  first?: (words: Buffer) => void,
): void {
  let rest = Buffer.alloc(0);
  let begun = first === undefined;
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const head = begun ? 1 : 0;
      if (rest.length < head + 4) return;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return;
      const message = rest.subarray(0, end);
      rest = rest.subarray(end);
      if (begun) each(message);
      else first?.(message.subarray(8));
      begun = true;
    }
  });
}

const kindOf = (message: Buffer): string => message.toString('latin1', 0, 1);

function startup(words: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + words.length);
  head.writeInt32BE(0x0003_0000, 4);
  return Buffer.concat([head, words]);
}

function messageOf(kind: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeInt32BE(4 + content.length, 1);
  return Buffer.concat([head, content]);
}

const kept = ['user', 'database', 'application_name', 'client_encoding', ''];

const welcome = Buffer.concat([messageOf('R', Buffer.alloc(4)), messageOf('Z', Buffer.from('I'))]);

const refusal = (text: string): Buffer =>
  messageOf('E', Buffer.from(`SFATAL\0VFATAL\0C08P01\0M${text}\0\0`));
