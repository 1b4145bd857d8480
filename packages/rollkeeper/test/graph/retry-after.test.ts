import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../../src/graph/retry-after.ts';

const now = Date.parse('2026-11-24T04:00:00Z');
const table: readonly (readonly [
  retryAfter: string | null,
  date: string | null,
  ms: number | null,
])[] = [
  ['120', null, 120_000],
  ['2.128', null, 2128],
  ['.5', null, 500],
  [' 3 ', null, 3000],
  ['0', null, 0],
  ['Tue, 24 Nov 2026 04:01:30 GMT', null, 90_000],
  ['Tue, 24 Nov 2026 04:01:30 GMT', 'Tue, 24 Nov 2026 04:01:00 GMT', 30_000],
  ['Tue, 24 Nov 2026 05:01:30 GMT', 'Tue, 24 Nov 2026 05:01:00 GMT', 30_000],
  ['Tuesday, 24-Nov-26 04:01:30 GMT', null, 90_000],
  ['Tue, 24 Nov 2026 04:01:30 GMT', 'yesterday', 90_000],
  ['Tue, 24 Nov 2026 03:59:00 GMT', null, 0],
  ['-5', null, null],
  ['soon', null, null],
  ['1e3', null, null],
  ['', null, null],
  [null, 'Tue, 24 Nov 2026 04:01:00 GMT', null],
];
for (const [retryAfter, date, ms] of table) {
  test(`Retry-After ${retryAfter ?? 'absent'} with Date ${date ?? 'absent'} is ${ms ?? 'nothing'}`, () => {
    assert.equal(retryAfterMs(retryAfter, date, now), ms);
  });
}
