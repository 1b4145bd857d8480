import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';

import { RollkeeperError } from '../../directory/error.ts';
import { toError } from './messages.ts';
import type { Request, Response, WorkerStart } from './messages.ts';
import type { Method, SynchronousStore } from './synchronous.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread seen from outside: calls in, answers out, in order. */
export class Thread {
  readonly opened: Promise<unknown>;
  readonly #path: string;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Promise<void>;
  #closing: Promise<void> | undefined;
  #last = 0;
  #gone = false;

  /**
   * `migrate`: bring the file's schema up to date; false: throw `database.outdated` where it is not. `cache`: how much of the
   * file is kept at hand, in megabytes.
   */
  constructor(
    path: string,
    { migrate = true, cache = 16 }: Partial<Pick<WorkerStart, 'cache' | 'migrate'>> = {},
  ) {
    this.#path = path;
    const processStartedAt = Math.floor(performance.timeOrigin);
    const start: WorkerStart = { path, processStartedAt, migrate, cache };
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
      workerData: start,
      // Not the flags of this process: the `--input-type` of a `node -e` would stop the thread.
      execArgv: [],
      // Left alone V8 lets short-lived objects fill over a hundred megabytes before it looks for the living ones.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    this.opened = this.#expect(0);
    // Every call tells why the file cannot be opened; whoever closes before the first has nothing to be told.
    this.opened.catch(() => {});
    this.#worker.on('message', (response: Response) => this.#answer(response));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(new Error('The database’s thread ended.'));
        resolve();
      });
    });
  }

  /** A call of the store, answered by the thread. Where the file cannot be opened, why not. */
  async ask<Name extends Method>(
    method: Name,
    args: Parameters<SynchronousStore[Name]>,
  ): Promise<ReturnType<SynchronousStore[Name]>> {
    if (this.#gone || this.#closing !== undefined) throw closed(this.#path);
    await this.opened;
    // The worker answers each method with what `SynchronousStore` says.
    return (await this.#send(method, args)) as ReturnType<SynchronousStore[Name]>;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    const isOpen = await this.opened.then(
      () => !this.#gone,
      () => false,
    );
    if (isOpen) await this.#send('close', []);
    await this.#ended;
  }

  async #send(method: Request['method'], args: readonly unknown[]): Promise<unknown> {
    this.#last += 1;
    const request: Request = { id: this.#last, method, args };
    const answer = this.#expect(request.id);
    this.#worker.postMessage(request);
    return await answer;
  }

  /** While an answer is awaited the worker keeps the process alive; idle, it does not. */
  async #expect(id: number): Promise<unknown> {
    this.#worker.ref();
    return await new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
    });
  }

  #answer(response: Response): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if (this.#pending.size === 0 && this.#closing === undefined) this.#worker.unref();
    if (response.ok) pending?.resolve(response.value);
    else pending?.reject(toError(response.failure));
  }

  #fail(cause: Error): void {
    this.#gone = true;
    for (const { reject } of this.#pending.values()) reject(died(this.#path, cause));
    this.#pending.clear();
  }
}

function died(path: string, cause: Error): RollkeeperError {
  return new RollkeeperError(
    'database.failed',
    `The thread that works on ${path} ended: ${cause.message}`,
    {
      remedy: 'Run the command again. Nothing is half-written: what was not finished is not there.',
      cause,
    },
  );
}

function closed(path: string): RollkeeperError {
  return new RollkeeperError('database.failed', `${path} was closed.`, {
    remedy: 'Open it again before calling.',
  });
}
