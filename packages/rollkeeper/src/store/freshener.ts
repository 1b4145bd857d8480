import { setTimeout as wait } from 'node:timers/promises';

import { RollkeeperError } from '../directory/error.ts';

/** How long a question waits for what is kept to come up to date, in milliseconds; from the start of the work on. */
const patience = { behind: 1_000, absent: 30_000 };

interface Work {
  readonly startedAt: number;
  readonly done: Promise<void>;
}

/** How far what is kept for a tenant is, and one step nearer. */
export interface Freshening {
  /** `absent`: nothing is kept yet; `behind`: runs were applied since. */
  freshness(tenantId: string): Promise<'fresh' | 'behind' | 'absent'>;
  /** Takes one step after another, each a transaction of its own, until `goOn` says no or there is nothing more to do. */
  work(tenantId: string, goOn: () => boolean): Promise<void>;
}

/** Keeps what is searched up to date, beside the questions: none waits in line behind it for long. */
export class Freshener {
  readonly #freshening: Freshening;
  readonly #under = new Map<string, Work>();
  #closing = false;

  constructor(freshening: Freshening) {
    this.#freshening = freshening;
  }

  /**
   * Resolves when what is kept for a tenant is up to date; or after a while: then it is answered by what there is. The
   * work goes on meanwhile.
   */
  async freshen(tenantId: string): Promise<void> {
    const state = await this.#freshening.freshness(tenantId);
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
    const done = this.#freshening
      .work(tenantId, () => !this.#closing)
      .finally(() => this.#under.delete(tenantId));
    const work = { startedAt: Date.now(), done };
    this.#under.set(tenantId, work);
    // Whoever waits is told of a failure; nobody may be waiting any more.
    done.catch(() => {});
    return work;
  }
}
