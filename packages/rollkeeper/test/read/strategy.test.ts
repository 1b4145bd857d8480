import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Choice, Sizes } from '../../src/read/strategy.ts';
import { choose, lanesPay } from '../../src/read/strategy.ts';

const usual = { pageSize: 999, perTrip: 300, width: 16 };

describe('the choice of how to read the people of a group', () => {
  const rows: readonly (readonly [
    what: string,
    sizes: Partial<Sizes>,
    people: Choice['people'],
    byId: number | null,
    scan: number | null,
  ])[] = [
    [
      'a small group of a large tenant',
      { tenant: 100_000, members: 500, direct: 500 },
      'by-id',
      4,
      10,
    ],
    [
      'a fifth, in one group',
      { tenant: 100_000, members: 20_000, direct: 20_000 },
      'by-id',
      24,
      30,
    ],
    [
      'everyone, in one group',
      { tenant: 100_000, members: 100_000, direct: 100_000 },
      'tenant-scan',
      104,
      110,
    ],
    [
      'everyone, in groups within it',
      { tenant: 100_000, members: 100_000, direct: 40 },
      'tenant-scan',
      70,
      10,
    ],
    ['a tenant of one page', { tenant: 900, members: 800, direct: 800 }, 'tenant-scan', 4, 2],
    ['few enough for one batch', { tenant: 310, members: 300, direct: 300 }, 'by-id', 4, 2],
    [
      'a group larger than the tenant’s count',
      { tenant: 10, members: 400, direct: 400 },
      'tenant-scan',
      4,
      2,
    ],
    [
      'small pages, which make the tenant long',
      { tenant: 100_000, members: 2_000, direct: 2_000, pageSize: 100 },
      'by-id',
      23,
      85,
    ],
    [
      'one person a request, which makes ids dear',
      { tenant: 100_000, members: 20_000, direct: 20_000, perTrip: 20 },
      'tenant-scan',
      203,
      30,
    ],
    [
      'one request at a time',
      { tenant: 100_000, members: 20_000, direct: 20_000, width: 1 },
      'tenant-scan',
      204,
      122,
    ],
    [
      'no count of the tenant',
      { tenant: null, members: 5_000, direct: 5_000 },
      'by-id',
      null,
      null,
    ],
    [
      'no count of the members',
      { tenant: 5_000, members: null, direct: null },
      'by-id',
      null,
      null,
    ],
    ['no count of direct members', { tenant: 100_000, members: 500, direct: null }, 'by-id', 4, 10],
  ];
  for (const [what, sizes, people, byId, scan] of rows) {
    test(`${what}: ${people}`, () => {
      const choice = choose({ tenant: 0, members: 0, direct: 0, ...usual, ...sizes });
      assert.deepEqual([choice.people, choice.byId, choice.scan], [people, byId, scan]);
      assert.notEqual(choice.because, '');
    });
  }
});

test('lanes pay from where they save a round trip', () => {
  assert.deepEqual(
    [1, 4, 5, 101].map((pages) => lanesPay(pages, 16)),
    [false, false, true, true],
  );
  assert.equal(lanesPay(101, 1), false);
});
