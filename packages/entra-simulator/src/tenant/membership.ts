/** Generated users from one index to another, by steps; `to` is not included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Where a walk over a membership stands: an ordinal that stays right while members come and go. */
export type Place = number;

/** A member: the index of a generated user, or the id of any other object. */
export type MemberKey = number | string;

/** Who is directly in a group: stretches of generated users less those removed, then those added by id. */
export class Membership {
  readonly stretches: readonly Stretch[];
  readonly #removed = new Set<number>();
  readonly #added: (MemberKey | undefined)[] = [];
  readonly #addedAt = new Map<MemberKey, number>();

  constructor(stretches: readonly Stretch[]) {
    this.stretches = stretches.filter((stretch) => stretch.from < stretch.to);
  }

  has(key: MemberKey): boolean {
    if (this.#addedAt.has(key)) return true;
    return typeof key === 'number' && this.#generated(key) && !this.#removed.has(key);
  }

  add(key: MemberKey): void {
    if (this.has(key)) return;
    if (typeof key === 'number' && this.#removed.delete(key)) return;
    this.#addedAt.set(key, this.#added.length);
    this.#added.push(key);
  }

  remove(key: MemberKey): boolean {
    const place = this.#addedAt.get(key);
    if (place !== undefined) {
      this.#added[place] = undefined;
      this.#addedAt.delete(key);
      return true;
    }
    if (typeof key !== 'number' || !this.#generated(key) || this.#removed.has(key)) return false;
    this.#removed.add(key);
    return true;
  }

  /** The members from a place on, each with the place after it. */
  *from(place: Place): Generator<readonly [MemberKey, Place]> {
    let base = 0;
    for (const { from, to, step } of this.stretches) {
      const size = Math.ceil((to - from) / step);
      for (let n = Math.max(0, place - base); n < size; n += 1) {
        const index = from + n * step;
        if (!this.#removed.has(index)) yield [index, base + n + 1];
      }
      base += size;
    }
    for (let n = Math.max(0, place - base); n < this.#added.length; n += 1) {
      const key = this.#added[n];
      if (key !== undefined) yield [key, base + n + 1];
    }
  }

  #generated(index: number): boolean {
    return this.stretches.some(
      ({ from, to, step }) => index >= from && index < to && (index - from) % step === 0,
    );
  }
}
