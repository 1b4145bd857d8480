import { setTimeout as wait } from 'node:timers/promises';

import { RollkeeperError } from '../../directory/error.ts';
import { Thread } from './thread.ts';

/** How long a question waits for what is kept to come up to date, in milliseconds; from the start of the work on. */
const patience = { behind: 1_000, absent: 30_000 };

interface Work {
  readonly startedAt: number;
  readonly done: Promise<void>;
}

/**
 * Keeps what is searched up to date, in a thread that lives as long as there is something to do: neither runs nor
 * questions wait in line behind it.
 */
export class Freshener {
  readonly #path: string;
  readonly #reader: () => Thread;
  readonly #writing: Thread;
  readonly #under = new Map<string, Work>();
  #closing = false;

  /** `writing` does the work where the database is in memory, and seen by no other thread. */
  constructor(path: string, reader: () => Thread, writing: Thread) {
    this.#path = path;
    this.#reader = reader;
    this.#writing = writing;
  }

  /**
   * Resolves when what is kept for a tenant is up to date; or after a while: then it is answered by what there is. The
   * work goes on meanwhile.
   */
  async freshen(tenantId: string): Promise<void> {
    const state = await this.#reader().ask('freshness', [tenantId]);
    if (state === 'fresh') return;
    const work = this.#under.get(tenantId) ?? this.#start(tenantId);
    const left = work.startedAt + patience[state] - Date.now();
    const enough = new AbortController();
    const { signal } = enough;
    try {
      await Promise.race([work.done, wait(Math.max(0, left), undefined, { signal, ref: false })]);
    } catch (error) {
      // Another process writes, or holds what a run of its own applies: what there is answers.
      const locked = error instanceof RollkeeperError && error.code === 'database.locked';
      if (!locked || state === 'absent') throw error;
    } finally {
      enough.abort();
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled([...this.#under.values()].map(async ({ done }) => await done));
  }

  #start(tenantId: string): Work {
    const done = this.#work(tenantId).finally(() => this.#under.delete(tenantId));
    const work = { startedAt: Date.now(), done };
    this.#under.set(tenantId, work);
    // Whoever waits is told of a failure; nobody may be waiting any more.
    done.catch(() => {});
    return work;
  }

  async #work(tenantId: string): Promise<void> {
    const inMemory = this.#path === ':memory:';
    const thread = inMemory ? this.#writing : new Thread(this.#path);
    try {
      while (!this.#closing && (await thread.ask('freshen', [tenantId])));
    } finally {
      if (!inMemory) await thread.close();
    }
  }
}
