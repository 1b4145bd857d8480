import type { Progress } from '../run/parts.ts';
import type { RunResult } from '../run/report.ts';

/** How a run ended: its result, or why it failed. */
export type Outcome =
  | { readonly result: RunResult; readonly error?: never }
  | { readonly result?: never; readonly error: unknown };

/** Whose approval of what a run performs. */
export interface Approval {
  readonly runId: number;
  readonly by: string;
  readonly reason: string | null;
}

/** A run that is under way in this process. */
export interface Current {
  /** The approval that it performs; null: it is an ordinary run. */
  readonly approval: Approval | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The last thing it told; null: nothing yet. */
  readonly progress: Progress | null;
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<Outcome>;
}

export interface ConductorParts {
  /** One run. */
  readonly run: (options: {
    readonly approval: Approval | null;
    readonly signal: AbortSignal;
    readonly onProgress: (progress: Progress) => void;
  }) => Promise<RunResult>;
  readonly now: () => number;
  /** Ends the run that is under way. */
  readonly signal: AbortSignal;
}

/** Begins the runs of this process, one at a time, and tells whoever watches how they go. */
export class Conductor {
  readonly #parts: ConductorParts;
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Set<(outcome: Outcome) => void>();
  #current: (Current & { progress: Progress | null }) | null = null;
  #last: Outcome | null = null;
  #lastApproval: Approval | null = null;

  constructor(parts: ConductorParts) {
    this.#parts = parts;
  }

  /** The run that is under way here; null: none. Another process may have one all the same. */
  get current(): Current | null {
    return this.#current;
  }

  /** How the last run of this process ended; null: none has. */
  get last(): Outcome | null {
    return this.#last;
  }

  /** The approval that the last run of this process performed; null: none did, or it was an ordinary one. */
  get lastApproval(): Approval | null {
    return this.#lastApproval;
  }

  /** Begins a run, or joins the one that is under way. */
  begin(): Current {
    return this.#current ?? this.#start(null);
  }

  /** Begins the run that performs an approval; null: another one is under way, and nothing was begun. */
  approve(approval: Approval): Current | null {
    return this.#current === null ? this.#start(approval) : null;
  }

  #start(approval: Approval | null): Current {
    const ended = this.#perform(approval);
    this.#current = { approval, startedAt: this.#parts.now(), progress: null, ended };
    return this.#current;
  }

  /** Calls the listener after each run of this process. Returns what takes it away again. */
  onEnded(listener: (outcome: Outcome) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What the run under way tells, until it ends; at once the last thing it told. Nothing where none is. */
  async *watch(signal: AbortSignal): AsyncGenerator<Progress> {
    const watched = this.#current;
    if (watched === null) return;
    let told: Progress | null = null;
    while (this.#isUnderWay(watched) && !signal.aborted) {
      if (watched.progress !== null && watched.progress !== told) {
        told = watched.progress;
        yield told;
      } else {
        await this.#news(signal);
      }
    }
  }

  #isUnderWay(run: Current): boolean {
    return this.#current === run;
  }

  async #perform(approval: Approval | null): Promise<Outcome> {
    // Not before `begin` has set the current run.
    await Promise.resolve();
    const { run, signal } = this.#parts;
    const outcome = await run({
      approval,
      signal,
      onProgress: (progress) => this.#tell(progress),
    }).then(
      (result): Outcome => ({ result }),
      (error: unknown): Outcome => ({ error }),
    );
    this.#last = outcome;
    this.#lastApproval = approval;
    this.#current = null;
    this.#wake();
    for (const listener of this.#listeners) listener(outcome);
    return outcome;
  }

  #tell(progress: Progress): void {
    if (this.#current === null) return;
    this.#current.progress = progress;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#watchers) wake();
    this.#watchers.clear();
  }

  /** Waits for news, or for the signal; either way nothing of the wait stays behind. */
  async #news(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watchers.add(resolve);
    const stop = (): void => resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await promise;
    } finally {
      this.#watchers.delete(resolve);
      signal.removeEventListener('abort', stop);
    }
  }
}
