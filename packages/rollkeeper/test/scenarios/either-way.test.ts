import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { defaultBehaviour } from 'entra-simulator';
import type { Behaviour, Simulator } from 'entra-simulator';

import { directMembers, pick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** The other ways of everything that the documentation leaves open, but what refuses a permission. */
const others: readonly Partial<Behaviour>[] = [
  { topTooLarge: 'ignore' },
  { topTooLarge: 'error' },
  { maxPageSize: 7 },
  { emptyPages: true, maxPageSize: 11 },
  { deltaPageSize: 3 },
  { memberSlice: 4, deltaPageSize: 2 },
  { expandManager: 'refused', expandManagerSelect: 'refused' },
  { expandManager: 'silent', expandManagerSelect: 'silent' },
  { expandManagerSelect: 'refused' },
  { expandManagerSelect: 'silent' },
  { idIn: 'refused' },
  { castNeedsAdvanced: true },
  { startsWithUpn: 'refused' },
  { orOfStartsWith: 'refused' },
  { countLag: 3 },
  { geUpn: 'ok' },
  { deltaTokenLatest: 'refused' },
  { deltaTokenLatest: 'ignores-select' },
  { removedLinkReason: 'changed' },
  { replacedManager: 'new-only' },
  { removedInFirstRound: false, deltaTokenLatest: 'refused' },
  { deltaRepeats: true },
  { deltaOrder: 'any', memberSlice: 2, deltaPageSize: 3 },
  { absentManager: 'null' },
  { servicePrincipalMembers: 'listed' },
  { shuffleBatch: false, headerCase: 'lower' },
  { headerCase: 'upper', errorCase: 'innererror' },
  { quota: 'by-tenant-size' },
];

/** Shown elsewhere: a permission is refused, a link has run out, Graph throttles, or is behind. */
const elsewhere = [
  'deltaBehind',
  'listsBehind',
  'objectsBehind',
  'hiddenMembership',
  'nullsWithoutPermission',
  'expiredDelta',
  'retryAfter',
  'pageTokenSeconds',
];

/** One story of everything that can happen to people, their managers and groups. */
function change({ tenant }: Simulator, story: Scenario): void {
  const members = directMembers(story);
  const at = (place: number): string => pick(members, place);
  tenant.updateUser(at(0), { displayName: 'Another Name', jobTitle: null });
  tenant.setManager(at(1), at(0));
  tenant.setManager(at(2), null);
  tenant.removeMember(story.groupId, at(3));
  tenant.deleteUser(at(4));
  const outside = [...tenant.users()].findLast(
    ({ id }) => !tenant.transitiveUserIds(story.groupId).has(id),
  );
  tenant.addMember(story.groupId, outside?.id ?? '');
  const { id } = tenant.createUser({
    userPrincipalName: 'newly.here@larkfield.example',
    displayName: 'Newly Here',
    createdDateTime: '2026-01-01T00:00:00Z',
  });
  tenant.setManager(id, at(0));
  tenant.addMember(tenant.oddities['nestedGroup'] ?? '', id);
}

const scopes = {
  'a group': {},
  'every user': { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' },
} as const;

/** The rows after a first run and a run after changes. */
async function rows(
  context: TestContext,
  behaviour: Partial<Behaviour>,
  scope: keyof typeof scopes,
): Promise<readonly [first: string, second: string]> {
  const story = await scenario(context, { behaviour });
  const settings = { ...scopes[scope], ROLLKEEPER_DELETION_THRESHOLD: 'off' };
  const keeper = await story.reopened(settings);
  await keeper.sync();
  const first = story.everything();
  change(story.entra, story);
  await keeper.sync();
  return [first, story.everything()];
}

for (const scope of ['a group', 'every user'] as const) {
  describe(`the rows of ${scope} are the same, at first and after changes,`, () => {
    let plain: readonly [string, string];
    test('as the documentation has it', async (t) => {
      plain = await rows(t, {}, scope);
      assert.notEqual(plain[0], plain[1]);
    });
    for (const behaviour of others) {
      test(`with ${JSON.stringify(behaviour)}`, async (t) => {
        assert.deepEqual(await rows(t, behaviour, scope), plain);
      });
    }
  });
}

test('every switch of the simulator is tried in another way, here or elsewhere', () => {
  const tried = new Set([...others.flatMap((one) => Object.keys(one)), ...elsewhere]);
  assert.deepEqual([...tried].toSorted(), Object.keys(defaultBehaviour).toSorted());
});
