import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import type { Condition, NoticeFacts, ToldOf } from '../../src/decide/notice.ts';
import { decideNotices, repeatedly } from '../../src/decide/notice.ts';

const well: NoticeFacts = { heldBy: null, failures: 0, sinceSuccessMs: 0, staleAfterMs: 1_000 };

describe('decideNotices', () => {
  const table: readonly {
    readonly fact: string;
    readonly facts: Partial<NoticeFacts>;
    readonly told?: ToldOf;
    readonly begins?: readonly Condition[];
    readonly ends?: readonly Condition[];
  }[] = [
    { fact: 'says nothing while all is well', facts: {} },
    { fact: 'tells of what a run holds', facts: { heldBy: 4 }, begins: ['held'] },
    { fact: 'tells of it once', facts: { heldBy: 4 }, told: { held: { runId: 4 } } },
    {
      fact: 'tells of what a later run holds too',
      facts: { heldBy: 7 },
      told: { held: { runId: 4 } },
      begins: ['held'],
    },
    {
      fact: 'tells that nothing is held any more, after a failed run as well',
      facts: { failures: 1 },
      told: { held: { runId: 4 } },
      ends: ['held'],
    },
    { fact: 'keeps quiet about two failures', facts: { failures: repeatedly - 1 } },
    {
      fact: 'tells of the third failure in a row',
      facts: { failures: repeatedly },
      begins: ['failed_repeatedly'],
    },
    {
      fact: 'tells of failures once',
      facts: { failures: 9 },
      told: { failed_repeatedly: { runId: 3 } },
    },
    {
      fact: 'does not call it over when failures are fewer than before without a success',
      facts: { failures: 1 },
      told: { failed_repeatedly: { runId: 3 } },
    },
    {
      fact: 'tells that a run succeeded again',
      facts: {},
      told: { failed_repeatedly: { runId: 3 }, stale: { runId: 3 } },
      ends: ['failed_repeatedly', 'stale'],
    },
    {
      fact: 'tells of a success that is too old',
      facts: { failures: 1, sinceSuccessMs: 1_001 },
      begins: ['stale'],
    },
    {
      fact: 'knows nothing too old where that is off, or where nothing succeeded yet',
      facts: { failures: 1, sinceSuccessMs: null },
    },
  ];
  for (const { fact, facts, told = {}, begins = [], ends = [] } of table) {
    test(fact, () =>
      assert.deepEqual(decideNotices({ ...well, ...facts }, told), { begins, ends }),
    );
  }

  test('whatever happens, a condition is told once before it is over, and over once after it was told', () => {
    const runs = fc.array(
      fc.record({ failed: fc.boolean(), holds: fc.boolean(), decided: fc.boolean() }),
    );
    fc.assert(
      fc.property(runs, (story) => {
        const told: Partial<Record<Condition, { runId: number }>> = {};
        let [failures, heldBy]: [number, number | null] = [0, null];
        for (const [at, { failed, holds, decided }] of story.entries()) {
          failures = failed ? failures + 1 : 0;
          if (decided) heldBy = null;
          if (holds && !failed) heldBy = at + 1;
          const facts: NoticeFacts = { ...well, failures, heldBy, sinceSuccessMs: failures * 400 };
          const { begins, ends } = decideNotices(facts, told);
          for (const condition of begins) {
            const before = told[condition];
            assert.ok(
              before === undefined || (condition === 'held' && before.runId < (heldBy ?? 0)),
            );
            told[condition] = { runId: condition === 'held' ? (heldBy ?? 0) : at + 1 };
          }
          for (const condition of ends) {
            assert.ok(told[condition] !== undefined && !begins.includes(condition));
            delete told[condition];
          }
          assert.deepEqual(decideNotices(facts, told), { begins: [], ends: [] }, 'all was said');
        }
      }),
    );
  });
});
