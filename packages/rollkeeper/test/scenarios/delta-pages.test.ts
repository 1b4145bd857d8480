import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import * as fc from 'fast-check';

import type { PlannedRow } from '../../src/store/store.ts';
import { seeded } from '../long.ts';
import { scenario } from './scenario.ts';
import { anyDeltaBehaviour, anyHappening, happen } from './story.ts';
import type { Happening } from './story.ts';

type Behaviour = typeof anyDeltaBehaviour extends fc.Arbitrary<infer B> ? B : never;

/** The plan of a dry run after a story, without the order of its operations. */
async function planned(
  t: TestContext,
  story: readonly Happening[],
  behaviour: Partial<Behaviour>,
  backwards = false,
): Promise<readonly string[]> {
  const told = await scenario(t, { users: 40, members: 25, odd: false, behaviour });
  await told.keeper.sync();
  for (const one of story) happen(told.entra, one);
  if (backwards) {
    told.entra.faults.add({
      match: { path: /\/delta$/u },
      times: Number.POSITIVE_INFINITY,
      rewrite: (answer) => ({ ...answer, body: turned(answer.body) }),
    });
  }
  const { report, tenantId } = await told.keeper.plan();
  assert.equal(report.kind, 'delta');
  const rows = await Array.fromAsync(told.keeper.planned(tenantId, report.run));
  await told.close();
  return rows.map(inWords).toSorted();
}

/** A page with its items, and the links in them, the other way round. */
function turned(body: unknown): unknown {
  const page = body as { readonly value?: readonly Readonly<Record<string, unknown>>[] };
  const links = (item: Readonly<Record<string, unknown>>): object =>
    Object.fromEntries(
      Object.entries(item).map(([name, value]) => [
        name,
        Array.isArray(value) && name.endsWith('@delta') ? value.toReversed() : value,
      ]),
    );
  return { ...page, value: page.value?.map(links).toReversed() };
}

const inWords = ({ kind, objectId, reason, subjectId }: PlannedRow): string =>
  [kind, reason, subjectId, objectId].join(' ');

test('any slicing, repetition and order of the pages gives the same plan (rule 4)', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyHappening, { minLength: 3, maxLength: 15 }),
      anyDeltaBehaviour,
      fc.boolean(),
      async (story, behaviour, backwards) => {
        assert.deepEqual(
          await planned(t, story, behaviour, backwards),
          await planned(t, story, {}),
        );
      },
    ),
    { ...seeded, numRuns: Number(process.env['STORIES'] ?? 15) },
  );
});
