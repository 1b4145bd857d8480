import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readDuration } from '../../src/settings/duration.ts';

const cases: readonly (readonly [text: string, ms: number | null])[] = [
  ['90s', 90_000],
  ['15m', 900_000],
  ['4h', 14_400_000],
  ['1.5 H', 5_400_000],
  ['30d', 2_592_000_000],
  ['2w', 1_209_600_000],
  ['0d', null],
  ['30', null],
  ['-1h', null],
  ['4 hours', null],
  ['', null],
];

for (const [text, ms] of cases) {
  test(`the duration “${text}” is ${ms === null ? 'none' : `${ms} ms`}`, () => {
    assert.equal(readDuration(text), ms);
  });
}
