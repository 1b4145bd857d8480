import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import * as fc from 'fast-check';

import { seeded } from '../long.ts';
import { everything, scenario } from './scenario.ts';
import { anyDeltaBehaviour, anyHappening, happen } from './story.ts';
import type { Happening } from './story.ts';

/** What an application joins to of those in scope: what a fresh database has too. */
const ofThoseInScope = (text: string): string =>
  text
    .split('\n')
    .filter((line) => /^microsoft_graph_(?:users|user_supervisors|groups|memberships) /u.test(line))
    .join('\n');

interface Story {
  readonly seed: number;
  readonly rounds: readonly (readonly Happening[])[];
  readonly behaviour: typeof anyDeltaBehaviour extends fc.Arbitrary<infer B> ? B : never;
  readonly settings: Readonly<Record<string, string>>;
}

const anySettings = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ MSGRAPH_MEMBERSHIP: 'direct' }) },
  { weight: 2, arbitrary: fc.constant({ MSGRAPH_GROUPS_TO_KEEP: 'Kept' }) },
  { weight: 1, arbitrary: fc.constant({ MSGRAPH_DISABLED_USERS: 'remove' }) },
  {
    weight: 1,
    arbitrary: fc.constant({ MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' }),
  },
);

const anyStory: fc.Arbitrary<Story> = fc.record({
  seed: fc.integer({ min: 1, max: 5 }),
  rounds: fc.array(fc.array(anyHappening, { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 4,
  }),
  behaviour: anyDeltaBehaviour,
  settings: anySettings,
});

/** Runs a story three ways: by what changed, by full reads at the same moments, and by one full read at its end. */
async function tell(t: TestContext, { behaviour, rounds, seed, settings }: Story): Promise<void> {
  const story = await scenario(
    t,
    { users: 40, members: 25, seed, odd: false, behaviour },
    { ROLLKEEPER_DELETION_THRESHOLD: 'off', ...settings },
  );
  const kept = story.entra.tenant.createGroup({ displayName: 'Kept' });
  for (const { id } of [...story.entra.tenant.users()].slice(0, 8)) {
    story.entra.tenant.addMember(kept.id, id);
  }
  const beside = (name: string): string => join(story.databaseFile, '..', name);
  const full = await story.reopened({ ROLLKEEPER_DATABASE_URL: `sqlite:${beside('full.db')}` });
  await story.keeper.sync();
  await full.sync();
  for (const round of rounds) {
    for (const one of round) happen(story.entra, one);
    const { report } = await story.keeper.sync();
    assert.equal(report.kind, 'delta');
    await full.sync({ full: true });
    assert.equal(story.everything(), everything(beside('full.db')));
    assert.equal((await story.keeper.sync()).report.users.updated, 0);
  }
  const fresh = await story.reopened({ ROLLKEEPER_DATABASE_URL: `sqlite:${beside('fresh.db')}` });
  await fresh.sync();
  assert.equal(ofThoseInScope(story.everything()), ofThoseInScope(everything(beside('fresh.db'))));
  await story.close();
}

test('delta reads and full reads of any story converge to the same rows (rule 5)', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyStory, async (story) => await tell(t, story)),
    { ...seeded, numRuns: Number(process.env['STORIES'] ?? 25), endOnFailure: false },
  );
});
