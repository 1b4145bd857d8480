import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Behaviour, Simulator } from 'entra-simulator';

import { long } from '../long.ts';
import { linesOf, Oracle } from './oracle.ts';
import { directMembers, pick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

type Tenant = Simulator['tenant'];

/** Whom a change is made to. */
interface Cast {
  readonly group: string;
  readonly nested: string;
  readonly one: string;
  readonly two: string;
  /** Of the tenant, and in no group of the scope. */
  readonly outsider: string;
  readonly another: string;
  /** In the deleted items since before the first run, and a member. */
  readonly deleted: string;
}

type Write = (tenant: Tenant, cast: Cast) => unknown;

const newcomer = 'aaaaaaaa-0000-4000-8000-000000000001';
const newGroup = 'aaaaaaaa-0000-4000-8000-000000000002';

/** One write after another. */
const changes: Readonly<Record<string, readonly Write[]>> = {
  'somebody is deleted': [(tenant, { one }) => tenant.deleteUser(one)],
  'somebody is deleted for good': [(tenant, { one }) => tenant.purgeUser(one)],
  'somebody is restored': [(tenant, { deleted }) => tenant.restoreUser(deleted)],
  'somebody leaves the group': [(tenant, { group, one }) => tenant.removeMember(group, one)],
  'somebody joins the group': [(tenant, { group, outsider }) => tenant.addMember(group, outsider)],
  'somebody new joins the group': [
    (tenant) => tenant.createUser({ id: newcomer, displayName: 'Newly Here' }),
    (tenant, { one }) => tenant.setManager(newcomer, one),
    (tenant, { group }) => tenant.addMember(group, newcomer),
  ],
  'an attribute changes': [(tenant, { one }) => tenant.updateUser(one, { jobTitle: 'Other' })],
  'an account is disabled': [
    (tenant, { one }) => tenant.updateUser(one, { accountEnabled: false }),
  ],
  'a manager changes': [(tenant, { one, two }) => tenant.setManager(one, two)],
  'a manager from outside is given': [
    (tenant, { another, one }) => tenant.setManager(one, another),
  ],
  'a new manager is given, with another title': [
    (tenant) => tenant.createUser({ id: newcomer, displayName: 'New Boss' }),
    (tenant, { one }) => tenant.setManager(one, newcomer),
    (tenant, { one }) => tenant.updateUser(one, { jobTitle: 'Other' }),
  ],
  'a manager is deleted': [
    (tenant, { one, two }) => tenant.setManager(one, two),
    (tenant, { two }) => tenant.deleteUser(two),
  ],
  'a group is nested': [
    (tenant) => tenant.createGroup({ id: newGroup, displayName: 'Nested anew' }),
    (tenant, { outsider }) => tenant.addMember(newGroup, outsider),
    (tenant, { group }) => tenant.addMember(group, newGroup),
  ],
  'a group is nested no longer': [
    (tenant, { group, nested }) => tenant.removeMember(group, nested),
  ],
  'a group is renamed': [
    (tenant, { nested }) => tenant.updateGroup(nested, { displayName: 'Renamed' }),
  ],
  'a nested group is deleted': [(tenant, { nested }) => tenant.deleteGroup(nested)],
};

type Behind = Pick<Behaviour, 'deltaBehind' | 'listsBehind' | 'objectsBehind'>;

/** By how much the parts of Graph are behind: by all of these writes, by the last one, or not. */
const lags: Readonly<Record<string, (writes: number) => Behind>> = {
  'objects by id': (all) => ({ deltaBehind: 0, listsBehind: 0, objectsBehind: all }),
  lists: (all) => ({ deltaBehind: 0, listsBehind: all, objectsBehind: 0 }),
  'objects by id and lists': (all) => ({ deltaBehind: 0, listsBehind: all, objectsBehind: all }),
  rounds: () => ({ deltaBehind: 9, listsBehind: 0, objectsBehind: 0 }),
  'rounds and lists': (all) => ({ deltaBehind: 9, listsBehind: all, objectsBehind: 0 }),
  'all by the last write': () => ({ deltaBehind: 1, listsBehind: 1, objectsBehind: 1 }),
};

async function begin(t: TestContext, settings: Readonly<Record<string, string>> = {}) {
  const story = await scenario(
    t,
    { users: 60, members: 40, odd: false },
    { ROLLKEEPER_DELETION_THRESHOLD: 'off', ...settings },
  );
  const { entra, groupId } = story;
  const oracle = new Oracle(entra, groupId, {
    scope: 'group',
    disabledUsers: 'keep',
    kept: null,
  });
  const members = directMembers(story);
  const outside = [...entra.tenant.users()].filter(
    ({ id }) => !entra.tenant.transitiveUserIds(groupId).has(id),
  );
  const cast: Cast = {
    group: groupId,
    nested: entra.tenant.members(groupId).find(({ kind }) => kind === 'group')?.id ?? '',
    one: pick(members, 3),
    two: pick(members, 4),
    outsider: outside.at(-1)?.id ?? '',
    another: outside.at(-2)?.id ?? '',
    deleted: pick(members, 5),
  };
  return { story, oracle, cast };
}

const quiet: Behind = { deltaBehind: 0, listsBehind: 0, objectsBehind: 0 };

const assertRight = ({ rows }: Scenario, oracle: Oracle): void => {
  oracle.applied();
  assert.deepEqual(
    linesOf((sql) => rows(sql)),
    oracle.lines(),
  );
};

const hour = 60 * 60 * 1000;

for (const proves of [false, true]) {
  describe(`a ${proves ? 'proving run' : 'run of what changed'} that Graph is behind for is made up for by the next run`, () => {
    for (const [what, writes] of Object.entries(changes)) {
      for (const [behind, by] of Object.entries(lags)) {
        if (!long && behind !== (proves ? 'lists' : 'objects by id and lists')) continue;
        test(`${what}, with ${behind} behind`, async (t) => {
          const { cast, oracle, story } = await begin(t);
          let ahead = 0;
          const keeper = await story.reopened({}, { now: () => Date.now() + ahead });
          const { behaviour, tenant } = story.entra;
          tenant.deleteUser(cast.deleted);
          await keeper.sync();
          oracle.applied();
          for (const write of writes) write(tenant, cast);
          Object.assign(behaviour, by(writes.length));
          if (proves) ahead = 2 * hour;
          const { report } = await keeper.sync();
          if (proves) assert.equal(report.kind === 'delta', false);
          Object.assign(behaviour, quiet);
          await keeper.sync();
          assertRight(story, oracle);
        });
      }
    }
  });
}
