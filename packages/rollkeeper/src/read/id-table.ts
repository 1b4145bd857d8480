import type { ObjectId } from '../directory/statement.ts';

/** What a hexadecimal digit in lower case counts, by its code; all other characters -1. */
const digits = new Int8Array(128).fill(-1);
for (const [value, digit] of '0123456789abcdef'.split('').entries()) {
  digits[digit.charCodeAt(0)] = value;
}

/** The digits of `text` from `from` to `to` as a number; negative where one of them is none. */
function hexadecimal(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = digits[text.charCodeAt(at)] ?? -1;
    if (digit < 0) return Number.NEGATIVE_INFINITY;
    value = value * 16 + digit;
  }
  return value;
}

const isHyphen = (text: string, at: number): boolean => text.charCodeAt(at) === 45;

/**
 * Object ids in order of arrival, each with a number: 24 bytes an id where a `Map` of strings takes hundreds.
 * Ids are GUIDs in lower case; any other text is kept too, in a `Map` of its own.
 */
export class IdTable {
  #words = new Uint32Array(4 * 1024);
  #slots = new Int32Array(2 * 1024).fill(-1);
  #odd = new Map<ObjectId, number>();
  #oddById = new Map<number, ObjectId>();
  #size = 0;
  readonly #probe = new Uint32Array(4);

  /** How many ids are held; numbers go from 0 to one less. */
  get size(): number {
    return this.#size;
  }

  /** The number of an id, which is added where it is not held yet. */
  add(id: ObjectId): number {
    if (!this.#parse(id)) return this.#addOdd(id);
    const slot = this.#slot();
    const held = this.#slots[slot] ?? -1;
    if (held >= 0) return held;
    const number = this.#next();
    this.#words.set(this.#probe, 4 * number);
    this.#slots[slot] = number;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  /** The number of an id; undefined where it is not held. */
  find(id: ObjectId): number | undefined {
    if (!this.#parse(id)) return this.#odd.get(id);
    const held = this.#slots[this.#slot()] ?? -1;
    return held < 0 ? undefined : held;
  }

  has(id: ObjectId): boolean {
    return this.find(id) !== undefined;
  }

  /** Every id, in order of arrival. */
  *ids(): Generator<ObjectId> {
    for (let number = 0; number < this.#size; number += 1) yield this.idOf(number);
  }

  /** The id of a number that `add` gave. */
  idOf(number: number): ObjectId {
    const odd = this.#oddById.get(number);
    if (odd !== undefined) return odd;
    let hex = '';
    for (let word = 0; word < 4; word += 1) {
      hex += (this.#words[4 * number + word] ?? 0).toString(16).padStart(8, '0');
    }
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  #addOdd(id: ObjectId): number {
    const held = this.#odd.get(id);
    if (held !== undefined) return held;
    const number = this.#next();
    this.#odd.set(id, number);
    this.#oddById.set(number, id);
    return number;
  }

  #next(): number {
    const number = this.#size;
    this.#size += 1;
    if (4 * this.#size > this.#words.length) this.#words = doubled(this.#words);
    return number;
  }

  #parse(id: ObjectId): boolean {
    if (id.length !== 36) return false;
    if (!isHyphen(id, 8) || !isHyphen(id, 13) || !isHyphen(id, 18) || !isHyphen(id, 23))
      return false;
    const a = hexadecimal(id, 0, 8);
    const b = hexadecimal(id, 9, 13) * 0x1_0000 + hexadecimal(id, 14, 18);
    const c = hexadecimal(id, 19, 23) * 0x1_0000 + hexadecimal(id, 24, 28);
    const d = hexadecimal(id, 28, 36);
    if (!(a + b + c + d >= 0)) return false;
    this.#probe[0] = a;
    this.#probe[1] = b;
    this.#probe[2] = c;
    this.#probe[3] = d;
    return true;
  }

  /** The slot that holds the probed id, or the free one where it belongs. */
  #slot(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#probe;
    const mask = this.#slots.length - 1;
    let slot = (a ^ Math.imul(b, 0x9e3779b1) ^ c ^ Math.imul(d, 0x85ebca6b)) & mask;
    for (;;) {
      const number = this.#slots[slot] ?? -1;
      if (number < 0) return slot;
      const at = 4 * number;
      const words = this.#words;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
    for (let number = 0; number < this.#size; number += 1) {
      if (this.#oddById.has(number)) continue;
      this.#probe.set(this.#words.subarray(4 * number, 4 * number + 4));
      this.#slots[this.#slot()] = number;
    }
  }
}

/** Pairs of numbers in order of arrival, each with a number of its own: 16 to 24 bytes a pair. */
export class PairTable {
  #pairs = new Uint32Array(2 * 1024);
  #slots = new Int32Array(2 * 1024).fill(-1);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(left: number, right: number): number {
    const slot = this.#slot(left, right);
    const held = this.#slots[slot] ?? -1;
    if (held >= 0) return held;
    const number = this.#size;
    this.#size += 1;
    if (2 * this.#size > this.#pairs.length) this.#pairs = doubled(this.#pairs);
    this.#pairs[2 * number] = left;
    this.#pairs[2 * number + 1] = right;
    this.#slots[slot] = number;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  /** The number of a pair; undefined where it is not held. */
  find(left: number, right: number): number | undefined {
    const held = this.#slots[this.#slot(left, right)] ?? -1;
    return held < 0 ? undefined : held;
  }

  /** The pair of a number that `add` gave. */
  pairOf(number: number): readonly [left: number, right: number] {
    return [this.#pairs[2 * number] ?? 0, this.#pairs[2 * number + 1] ?? 0];
  }

  #slot(left: number, right: number): number {
    const mask = this.#slots.length - 1;
    let slot = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) & mask;
    for (;;) {
      const number = this.#slots[slot] ?? -1;
      if (number < 0) return slot;
      if (this.#pairs[2 * number] === left && this.#pairs[2 * number + 1] === right) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
    for (let number = 0; number < this.#size; number += 1) {
      const [left, right] = this.pairOf(number);
      this.#slots[this.#slot(left, right)] = number;
    }
  }
}

function doubled(old: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(2 * old.length);
  grown.set(old);
  return grown;
}

/** A byte of flags for each number of a table, growing with it. */
export class Flags {
  #bytes = new Uint8Array(1024);

  of(number: number): number {
    return this.#bytes[number] ?? 0;
  }

  has(number: number, flag: number): boolean {
    return (this.of(number) & flag) !== 0;
  }

  set(number: number, flag: number): void {
    while (number >= this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[number] = this.of(number) | flag;
  }
}
