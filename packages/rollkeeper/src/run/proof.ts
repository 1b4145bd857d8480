import { readDelta } from '../read/delta.ts';
import type { DeltaParts } from '../read/delta-parts.ts';
import type { DeltaReading, Since } from '../read/delta.ts';
import type { ResolvedScope } from '../read/reading.ts';
import { Resync } from '../read/resync.ts';
import type { Claim, PlannedSubject, Store } from '../store/store.ts';
import { Explained } from './explained.ts';

const pageSize = 10_000;

/**
 * Proves delta reads by a full one: what its plan holds, though the delta rounds before and after it did not speak of it, has
 * drifted. Begin it before the full read.
 */
export class Proof {
  readonly #parts: DeltaParts;
  readonly #scope: ResolvedScope;
  readonly #explained = new Explained();
  #since: Since;

  constructor(parts: Omit<DeltaParts, 'stage'>, scope: ResolvedScope, since: Since) {
    this.#parts = { ...parts, stage: this.#explained.take };
    this.#scope = scope;
    this.#since = since;
  }

  /** Reads what changed since, and notes of whom it speaks. Throws `Resync` as a delta read does. */
  async listen(): Promise<DeltaReading> {
    const reading = await readDelta(this.#parts, this.#scope, this.#since);
    this.#since = { ...this.#since, checkpoint: reading.checkpoint, way: reading.way };
    return reading;
  }

  /** The operations of the stored plan that no delta round accounts for; what happened while the full read ran is no drift. */
  async drift(store: Store, claim: Claim): Promise<number> {
    if ((await this.#unexplained(store, claim)) === 0) return 0;
    try {
      await this.listen();
    } catch (error) {
      // The full read stands; only what happened meanwhile cannot be told from what was missed.
      if (!(error instanceof Resync)) throw error;
    }
    return await this.#unexplained(store, claim);
  }

  async #unexplained(store: Store, claim: Claim): Promise<number> {
    let count = 0;
    for await (const subject of subjectsOf(store, claim)) {
      if (!this.#explained.has(subject)) count += 1;
    }
    return count;
  }
}

/** Whom a run's plan concerns, in order. */
export async function* subjectsOf(store: Store, claim: Claim): AsyncGenerator<PlannedSubject> {
  for (let after: number | null = null; ;) {
    const page: readonly PlannedSubject[] = await store.plannedSubjects(claim, {
      after,
      limit: pageSize,
    });
    yield* page;
    after = page.at(-1)?.sequence ?? null;
    if (after === null) return;
  }
}

/** How many people in scope a delta run leaves as they are: all of whom its plan does not speak. */
export async function unchangedBy(store: Store, claim: Claim, inScope: number): Promise<number> {
  const touched = new Set<string>();
  const coming = new Set<string>();
  for await (const { kind, subjectId } of subjectsOf(store, claim)) {
    if (kind === 'create' || kind === 'restore') coming.add(subjectId);
    if (kind === 'update' || kind === 'deactivate' || kind === 'soft_delete')
      touched.add(subjectId);
  }
  return inScope - [...touched].filter((id) => !coming.has(id)).length;
}
