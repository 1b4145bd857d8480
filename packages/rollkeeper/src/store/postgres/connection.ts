import { Client, Pool } from 'pg';
import type { ClientConfig, PoolClient, QueryResult } from 'pg';

import { RollkeeperError } from '../../directory/error.ts';
import { copyRows } from './copy.ts';
import type { CopiedValue } from './copy.ts';
import { explain, isLost, isRepeatable } from './failure.ts';
import type { Location } from './location.ts';
import type { Statement } from './sql.ts';
import { compile, qualify } from './sql.ts';
import { types } from './types.ts';

export type Values = Readonly<Record<string, string | number | boolean | null>>;
export type Row = Readonly<Record<string, unknown>>;
export type Cells = readonly unknown[];

/**
 * Statements: inside a transaction on its connection; outside of one each on any connection of the pool, where `get`, `all`
 * and `cells` are for statements that only read (they may be asked twice), and `run` is a transaction of its own.
 */
export interface Session {
  /** Names in `values` that the statement does not use are ignored. Returns how many rows it changed. */
  run(sql: string, values?: Values): Promise<number>;
  get(sql: string, values?: Values): Promise<Row | undefined>;
  all(sql: string, values?: Values): Promise<readonly Row[]>;
  /** Rows as arrays, for pages of thousands. */
  cells(sql: string, values: Values): Promise<readonly Cells[]>;
}

/** A session in which a transaction is open. */
export interface Transaction extends Session {
  /** Runs statements that give no rows and take no values. */
  execute(sql: string): Promise<void>;
  /** Appends rows by COPY. */
  copy(table: string, columns: string, rows: Iterable<readonly CopiedValue[]>): Promise<void>;
}

/** How often a transaction that met another is tried. */
const tries = 4;

/**
 * A limit that the role has for single statements is not meant for what moves a whole directory. Nobody waits for ever for
 * what an application has locked, or for a process that stands still in a transaction; the limits that the role has for those
 * count before ours.
 */
const begin = `
  BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL statement_timeout = 0;
  SELECT set_config(name, value, true)
    FROM (VALUES ('lock_timeout', '30s'), ('idle_in_transaction_session_timeout', '60s')) ours (name, value)
   WHERE current_setting(name) = '0'`;

/** The one place that knows `pg`: a pool of connections of our own, in which every name is qualified with the schema. */
export class Database implements Session {
  readonly location: Location;
  readonly schema: string;
  readonly #pool: Pool;
  readonly #statements = new Map<string, Statement>();
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(location: Location, schema: string) {
    this.location = location;
    this.schema = schema;
    this.#pool = new Pool({
      ...location.client,
      max: location.connections,
      types,
      Client: clientThatWaits(location.connectTimeoutMs),
      allowExitOnIdle: true,
    });
    // An idle connection that breaks leaves the pool; the next call takes another. Whoever uses one is told by the call.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  async run(sql: string, values: Values = {}): Promise<number> {
    return await this.transaction(async (transaction) => await transaction.run(sql, values));
  }

  async get(sql: string, values: Values = {}): Promise<Row | undefined> {
    return await this.#read(async (session) => await session.get(sql, values));
  }

  async all(sql: string, values: Values = {}): Promise<readonly Row[]> {
    return await this.#read(async (session) => await session.all(sql, values));
  }

  async cells(sql: string, values: Values): Promise<readonly Cells[]> {
    return await this.#read(async (session) => await session.cells(sql, values));
  }

  /**
   * Frees what is dead in these tables, and lets the planner know what is in them. Outside of any transaction, as the server
   * wants it. A role that does not own them is warned by the server and no more: autovacuum then does it in its time.
   */
  async vacuum(tables: readonly string[]): Promise<void> {
    await this.#read(async (session) => {
      for (const table of tables) await session.run(`VACUUM (ANALYZE) ${table}`);
    });
  }

  /**
   * All of `work`, or nothing of it. Where the server undid it because of somebody else's work (a deadlock, a serialization
   * failure), it is done again: `work` must change nothing but the database.
   */
  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return await this.#tried(work, (error) => isRepeatable(error.cause));
  }

  /**
   * The same for `work` that may be done twice: it is done again where the connection was lost too, even as it ended, when
   * nobody knows whether it was done.
   */
  async repeatable<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return await this.#tried(work, (error) => isRepeatable(error.cause) || isLost(error));
  }

  async #tried<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    mayGoAgain: (error: Error) => boolean,
  ): Promise<Result> {
    for (let left = tries - 1; ; left -= 1) {
      try {
        return await this.#borrow(async () => await this.#transact(work));
      } catch (error) {
        if (left === 0 || !(error instanceof Error) || !mayGoAgain(error)) throw error;
      }
    }
  }

  /** Waits for what is under way, then closes. May be called twice. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#pool.end();
  }

  async #transact<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const client = await this.#alive(async (candidate) => {
      await candidate.query(begin);
      return candidate;
    });
    try {
      const result = await work(this.#on(client));
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      await undo(client, error);
      throw error;
    }
  }

  /** Nothing is written: what met a dead connection is asked again on another. */
  async #read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return await this.#borrow(
      async () =>
        await this.#alive(async (client) => {
          const result = await work(this.#on(client));
          client.release();
          return result;
        }),
    );
  }

  /**
   * Does `first` on a connection of the pool. Connections that died while they were idle, as all do when the server restarts,
   * are told of only when they are used: then it is done on the next one.
   */
  async #alive<Result>(first: (client: PoolClient) => Promise<Result>): Promise<Result> {
    for (let left = this.location.connections; ; left -= 1) {
      const client = await this.#pool.connect();
      try {
        return await first(client);
      } catch (error) {
        client.release(isLost(error));
        if (left === 0 || !isLost(error)) throw error;
      }
    }
  }

  /** Counts as under way until it is done, and fails in our words. */
  async #borrow<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) throw closed(this.location.text);
    const call = work();
    this.#underWay.add(call);
    try {
      return await call;
    } catch (error) {
      throw explain(error, this.location.text);
    } finally {
      this.#underWay.delete(call);
    }
  }

  #on(client: PoolClient): Transaction {
    const query = async (sql: string, values: Values): Promise<QueryResult<Row>> =>
      await client.query<Row>(this.#bound(sql, values));
    return {
      run: async (sql, values = {}) => (await query(sql, values)).rowCount ?? 0,
      get: async (sql, values = {}) => (await query(sql, values)).rows[0],
      all: async (sql, values = {}) => (await query(sql, values)).rows,
      cells: async (sql, values) => {
        const result = await client.query<unknown[]>({
          ...this.#bound(sql, values),
          rowMode: 'array',
        });
        return result.rows;
      },
      execute: async (sql) => {
        await client.query(qualify(sql, this.schema));
      },
      copy: async (table, columns, rows) => {
        const sql = qualify(`COPY ${table} (${columns}) FROM STDIN`, this.schema);
        await copyRows(client, sql, rows);
      },
    };
  }

  #bound(sql: string, values: Values): { readonly text: string; readonly values: unknown[] } {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = compile(sql, this.schema);
      this.#statements.set(sql, statement);
    }
    const bound = statement.names.map((name) => withoutNul(values[name] ?? null));
    return { text: statement.text, values: bound };
  }
}

/** Ends a transaction that failed. A broken connection is closed: the server undoes what it began. */
async function undo(client: PoolClient, error: unknown): Promise<void> {
  if (isLost(error)) {
    client.release(true);
    return;
  }
  try {
    await client.query('ROLLBACK');
    client.release();
  } catch (broken) {
    client.release(broken instanceof Error ? broken : true);
  }
}

/** PostgreSQL's text cannot hold U+0000: see docs/decisions/. */
const withoutNul = (value: Values[string]): Values[string] =>
  typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value;

/** Bounds the time of connecting, but not that of waiting for a connection that is in use. */
function clientThatWaits(milliseconds: number): typeof Client {
  return class extends Client {
    constructor(config: ClientConfig) {
      // The pool hides the password from whoever lists the properties of its options.
      const { password } = config;
      super({
        ...config,
        ...(password === undefined ? {} : { password }),
        connectionTimeoutMillis: milliseconds,
      });
    }
  };
}

function closed(location: string): RollkeeperError {
  return new RollkeeperError('database.failed', `${location} was closed.`, {
    remedy: 'Open it again before calling.',
  });
}
