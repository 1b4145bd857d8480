import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import type { Piece } from '../../src/read/lanes.ts';
import { beginningsAfter, beginningsPerLane, joined, split } from '../../src/read/lanes.ts';

const first = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789'.-_!#^~$".split(''));
const legal = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789'.-_!#^~$@".split(''));
const name = fc
  .tuple(first, fc.string({ unit: legal, maxLength: 9 }))
  .map(([one, rest]) => `${one}${rest}@larkfield.example`);

const counted = (groups: readonly (readonly string[])[], names: readonly string[]): Piece[] =>
  groups.map((beginnings) => ({
    beginnings,
    count: names.filter((one) => beginnings.some((beginning) => one.startsWith(beginning))).length,
  }));

/** Splits as long as there is something to split. */
function pieces(names: readonly string[], most: number): readonly Piece[] {
  let all: readonly Piece[] = counted(beginningsAfter(''), names);
  for (;;) {
    const next = all.flatMap((piece) => {
      const into = split(piece, most);
      return into.length === 0 ? [piece] : counted(into, names);
    });
    if (next.length === all.length) return all;
    all = next;
  }
}

describe('lanes', () => {
  test('every legal user name begins in exactly one way, however far they are split', () => {
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (names, most) => {
          const all = pieces(names, most).flatMap(({ beginnings }) => beginnings);
          for (const one of names) {
            assert.equal(all.filter((beginning) => one.startsWith(beginning)).length, 1, one);
          }
        },
      ),
    );
  });

  test('joining loses no beginning, adds up, and asks for no more than Graph takes', () => {
    const some = fc.array(
      fc.record({
        beginnings: fc.array(name, { minLength: 1, maxLength: 11 }),
        count: fc.nat({ max: 5_000 }),
      }),
    );
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 32 }), (list, width) => {
        const lanes = joined(list, width);
        assert.deepEqual(
          lanes.flatMap(({ beginnings }) => beginnings).toSorted(),
          list.flatMap(({ beginnings }) => beginnings).toSorted(),
        );
        const sum = (all: readonly Piece[]) => all.reduce((total, { count }) => total + count, 0);
        assert.equal(sum(lanes), sum(list));
        assert.ok(lanes.every(({ beginnings }) => beginnings.length <= beginningsPerLane));
      }),
    );
  });

  test('a heavy first letter is split by its second, so that no lane is much longer than the rest', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
    const names = [
      ...letters.flatMap((letter) => Array.from({ length: 40 }, (_, at) => `m${letter}${at}@x`)),
      ...letters.flatMap((letter) => Array.from({ length: 8 }, (_, at) => `${letter}${at}@x`)),
    ];
    const width = 8;
    const even = names.length / width;
    const lanes = joined(pieces(names, even * 0.6), width);
    const longest = Math.max(...lanes.map(({ count }) => count));
    assert.ok(longest <= 1.2 * even, `the longest has ${longest}, an even one ${even}`);
  });

  test('names that all begin alike are split where they differ', () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `u${String(at).padStart(3, '0')}@x`);
    const lanes = joined(pieces(names, 75), 8);
    assert.ok(Math.max(...lanes.map(({ count }) => count)) <= 150);
  });

  test('beginnings that nobody has are read too, joined with others', () => {
    const lanes = joined(pieces(['anna@x'], 1), 4);
    assert.ok(lanes.some(({ beginnings }) => beginnings.includes('q')));
    assert.equal(lanes.filter(({ count }) => count > 0).length, 1);
  });
});
