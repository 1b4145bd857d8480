import * as v from 'valibot';

import type { Tally } from '../graph/graph.ts';

/** The phases of a run that take time. */
export type Phase = 'reading' | 'deciding' | 'applying';

/** What a run cost, beside its wall time. Times are milliseconds. */
export interface RunWork {
  /** HTTP requests by kind, such as `/groups/{id}/members`; a batch is one `/$batch`. */
  readonly requests: Readonly<Record<string, number>>;
  /** Requests inside batches, by kind. */
  readonly batched: Readonly<Record<string, number>>;
  /** Waited for Graph: before retries, and while it said to slow down. */
  readonly waitedMs: number;
  readonly readingMs: number;
  readonly decidingMs: number;
  readonly applyingMs: number;
}

/** Measures the phases of one run. */
export class Stopwatch {
  readonly #now: () => number;
  readonly #spent: Record<Phase, number> = { reading: 0, deciding: 0, applying: 0 };

  constructor(now: () => number) {
    this.#now = now;
  }

  async time<Result>(phase: Phase, work: () => Promise<Result>): Promise<Result> {
    const began = this.#now();
    try {
      return await work();
    } finally {
      this.#spent[phase] += this.#now() - began;
    }
  }

  work({ byKind, batched, waitedMs }: Tally): RunWork {
    const { reading, deciding, applying } = this.#spent;
    return {
      requests: byKind,
      batched,
      waitedMs,
      readingMs: reading,
      decidingMs: deciding,
      applyingMs: applying,
    };
  }
}

export const workSchema: v.GenericSchema<RunWork> = v.object({
  requests: v.record(v.string(), v.number()),
  batched: v.record(v.string(), v.number()),
  waitedMs: v.number(),
  readingMs: v.number(),
  decidingMs: v.number(),
  applyingMs: v.number(),
});
