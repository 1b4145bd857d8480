/**
 * Work side by side that ends together: the first failure stops the rest, and is what `done` throws.
 * Tasks may start further tasks.
 */
export class Tasks {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  /** Aborted when a task fails, or when the signal given is. Pass it to all that the tasks wait for. */
  readonly signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#controller.signal]);
  }

  /** Starts a task. What it returns resolves when the task has ended, in whatever way. */
  start(task: () => Promise<void>): Promise<void> {
    const running = this.#guard(task).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /** Waits for every task, those started meanwhile too; throws the first failure. */
  async done(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
    if (this.#failure) throw this.#failure.error;
  }

  async #guard(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#failure ??= { error };
      this.#controller.abort(error);
    }
  }
}
