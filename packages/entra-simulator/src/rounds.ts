/** Turns of the event loop, of a few milliseconds each, without an arrival, after which a round is full. */
const quietTurns = 40;
const turnMs = 2;

/**
 * Holds requests until no further one arrives, and lets them go together. Quiet is counted in turns of the event loop and
 * not by the clock, so that a process which shares it and is slow to ask has as long as it takes.
 */
export class Rounds {
  readonly #begin: () => number;
  #held: ((round: number) => void)[] = [];
  #quiet = 0;

  /** `begin` counts a round and gives its number. */
  constructor(begin: () => number) {
    this.#begin = begin;
  }

  /** Resolves with the number of the round that the request belongs to, when that round is full. */
  async turn(): Promise<number> {
    this.#quiet = 0;
    return await new Promise((go) => {
      this.#held.push(go);
      if (this.#held.length === 1) this.#watch();
    });
  }

  #watch(): void {
    setTimeout(() => {
      this.#quiet += 1;
      if (this.#quiet < quietTurns) return this.#watch();
      const round = this.#begin();
      for (const go of this.#held.splice(0)) go(round);
    }, turnMs);
  }
}
