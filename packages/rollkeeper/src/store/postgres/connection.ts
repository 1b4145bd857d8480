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

/** Statements, on a connection of the pool for each or, inside a transaction, on that of the transaction. */
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
    return await this.#borrow(async (client) => await this.#on(client).run(sql, values));
  }

  async get(sql: string, values: Values = {}): Promise<Row | undefined> {
    return await this.#borrow(async (client) => await this.#on(client).get(sql, values));
  }

  async all(sql: string, values: Values = {}): Promise<readonly Row[]> {
    return await this.#borrow(async (client) => await this.#on(client).all(sql, values));
  }

  async cells(sql: string, values: Values): Promise<readonly Cells[]> {
    return await this.#borrow(async (client) => await this.#on(client).cells(sql, values));
  }

  /**
   * All of `work`, or nothing of it. Where the server undid it because of somebody else's work (a deadlock, a serialization
   * failure), it is done again: `work` must change nothing but the database.
   */
  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    for (let left = tries - 1; ; left -= 1) {
      try {
        return await this.#borrow(async (client) => await this.#transact(client, work));
      } catch (error) {
        if (left === 0 || !(error instanceof Error) || !isRepeatable(error.cause)) throw error;
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

  async #transact<Result>(
    client: PoolClient,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    // A limit that the role has for single statements is not meant for what moves a whole directory.
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0');
    try {
      const result = await work(this.#on(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // On a broken connection there is nothing to roll back: the server does it.
      if (!isLost(error)) await client.query('ROLLBACK');
      throw error;
    }
  }

  async #borrow<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) throw closed(this.location.text);
    const call = this.#call(work);
    this.#underWay.add(call);
    try {
      return await call;
    } catch (error) {
      throw explain(error, this.location.text);
    } finally {
      this.#underWay.delete(call);
    }
  }

  async #call<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(isLost(error));
      throw error;
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
