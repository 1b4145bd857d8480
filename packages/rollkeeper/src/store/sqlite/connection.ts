import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

export type Values = Readonly<Record<string, SQLInputValue>>;
export type Row = Readonly<Record<string, SQLOutputValue>>;
export type Cells = readonly SQLOutputValue[];

/** How long to wait for another process's write, in milliseconds. */
const patience = 5_000;

/** The one place that knows `node:sqlite`: a connection with its prepared statements. Synchronous. */
export class Connection {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #cells = new Map<string, StatementSync>();

  /** `cache`: how much of the file is kept at hand, in megabytes. */
  constructor(path: string, cache: number) {
    this.path = path;
    if (path !== ':memory:') createPrivately(path);
    this.#database = new DatabaseSync(path, { timeout: patience });
    try {
      this.#setUp(cache);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Runs statements that give no rows and take no values. */
  execute(sql: string): void {
    this.#database.exec(sql);
  }

  /** Names in `values` that the statement does not use are ignored. Returns how many rows it changed. */
  run(sql: string, values: Values = {}): number {
    return Number(this.#prepared(sql).run(values).changes);
  }

  get(sql: string, values: Values = {}): Row | undefined {
    return this.#prepared(sql).get(values);
  }

  all(sql: string, values: Values = {}): readonly Row[] {
    return this.#prepared(sql).all(values);
  }

  /** Rows as arrays, for pages of thousands. */
  cells(sql: string, values: Values): readonly Cells[] {
    let statement = this.#cells.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql, { returnArrays: true });
      statement.setAllowUnknownNamedParameters(true);
      this.#cells.set(sql, statement);
    }
    // The types do not know that `returnArrays` makes rows arrays.
    return statement.all(values) as unknown as readonly Cells[];
  }

  /** The statement itself, for values by position in a loop. */
  prepare(sql: string): StatementSync {
    return this.#prepared(sql);
  }

  /** All of `work`, or nothing of it. Others may read meanwhile, and wait to write. */
  transaction<Result>(work: () => Result): Result {
    return this.#all('BEGIN IMMEDIATE', work);
  }

  /** The same for work that reads, and writes to this connection's own tables alone: nobody waits for it. */
  aside<Result>(work: () => Result): Result {
    return this.#all('BEGIN', work);
  }

  #all<Result>(begin: string, work: () => Result): Result {
    this.#database.exec(begin);
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Writes now, or not at all where another process or thread writes. */
  unlessLocked(write: () => void): void {
    this.#database.exec('PRAGMA busy_timeout = 0');
    try {
      write();
    } catch (error) {
      if (!isBusy(error)) throw error;
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${patience}`);
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #setUp(cache: number): void {
    this.#keepJournalAhead();
    this.#database.exec(`
      PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -${cache * 1000};
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA journal_size_limit = 67108864;
    `);
  }

  /**
   * Write-ahead logging. SQLite does not wait for others while it changes the mode, so that two processes which
   * create a file together would trip over each other: wait here.
   */
  #keepJournalAhead(): void {
    const until = Date.now() + patience;
    for (;;) {
      try {
        this.#database.exec('PRAGMA journal_mode = WAL');
        return;
      } catch (error) {
        if (!isBusy(error) || Date.now() > until) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      }
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setAllowUnknownNamedParameters(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Whether another connection was writing for longer than we waited. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === 5;

/**
 * A new file is its owner's alone; SQLite gives its -wal and -shm the same permissions. A file that exists is not
 * touched: to close it here would drop the locks that another connection of this process has on it.
 */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
