/** What every store must keep of the promises that reads of changes rely on, as tests for `node:test`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Checkpoint } from '../directory/checkpoint.ts';
import {
  at,
  begin,
  drawn,
  finish,
  group,
  other,
  remember,
  run,
  tenant,
  user,
  whole,
} from './contract.ts';
import type { Store } from './store.ts';

const boss = {
  id: 'boss',
  kind: 'user',
  userPrincipalName: 'boss@contoso.example',
  displayName: 'Boss',
  mail: null,
} as const;
const edge = (groupId: string, memberId: string, memberKind: 'user' | 'group' = 'user') =>
  ({ groupId, memberId, memberKind, member: true }) as const;

const checkpoint: Checkpoint = {
  takenAt: at,
  select: 'displayName,manager',
  users: 'https://graph.example/v1.0/users/delta?$deltatoken=a',
  usersProven: true,
  groups: [{ ids: ['g'], link: 'https://graph.example/v1.0/groups/delta?$deltatoken=b' }],
  unresolved: ['u'],
  joined: [],
  ended: null,
  deletedGroups: [{ id: 'h', since: at }],
};

/** A group in a group, two people, one of them reporting to somebody outside. */
async function begun(store: Store): Promise<void> {
  await run(store, {
    users: [user('a', { displayName: 'A' }, 'boss'), user('b', {}, 'a')],
    managers: [boss],
    groups: [group('g'), group('h')],
    memberships: [edge('g', 'a'), edge('h', 'a'), edge('h', 'b'), edge('g', 'h', 'group')],
    sleepers: [
      { id: 's', asleep: true },
      { id: 'a', asleep: true },
    ],
  });
  await run(store, { users: [user('a')], sleepers: [{ id: 'elsewhere', asleep: true }] }, other);
}

export function deltaContract(name: string, open: (context: TestContext) => Promise<Store>): void {
  describe(`${name} answers what reads of changes ask`, () => {
    test('of these ids what is known, and of a stranger nothing', async (t) => {
      const store = await open(t);
      await begun(store);
      const known = await store.knownOf(tenant, ['a', 'boss', 's', 'nobody', 'elsewhere']);
      const [a] = known.users;
      assert.equal(known.users.length, 1);
      assert.deepEqual(
        [a?.id, a?.supervisorId, a?.deleted, a?.held, a?.extra],
        ['a', 'boss', null, false, null],
      );
      assert.deepEqual(a?.values, user('a', { displayName: 'A' }).values);
      assert.deepEqual(known.managers, [boss]);
      assert.deepEqual(
        known.memberships

          .map(({ groupId, memberId, held }) => `${groupId} ${memberId} ${held}`)
          .toSorted(),
        ['g a false', 'h a false'],
      );
      assert.deepEqual(known.sleepers, ['s'], 'who has a row does not sleep');
    });

    test('who is in a group by pages, which groups are in groups, and who reports to whom', async (t) => {
      const store = await open(t);
      await begun(store);
      const first = await store.membersOf(tenant, 'h', { after: null, limit: 1 });
      const rest = await store.membersOf(tenant, 'h', { after: 'a', limit: 10 });
      assert.deepEqual(
        [first, rest].map((page) => page.map(({ memberId }) => memberId)),
        [['a'], ['b']],
      );
      assert.deepEqual(await store.nestings(tenant), [
        { groupId: 'g', memberId: 'h', memberKind: 'group', held: false },
      ]);
      assert.deepEqual((await store.reportsOf(tenant, ['boss', 'a'])).toSorted(), ['a', 'b']);
      await run(store, { absences: [{ id: 'a', reason: 'left_scope' }] });
      assert.deepEqual(await store.reportsOf(tenant, ['boss', 'a']), ['b'], 'in scope alone');
    });

    test('whom a plan concerns, whatever it does', async (t) => {
      const store = await open(t);
      await begun(store);
      const claim = await begin(store);
      await store.stage(claim, {
        users: [user('a', { jobTitle: 'new' }, 'b'), user('c'), user('d')],
        absences: [{ id: 'b', reason: 'left_scope' }],
        groups: [group('i'), { id: 'h', values: null, inClosure: false }],
        memberships: [edge('i', 'c'), edge('i', 'd'), { ...edge('h', 'b'), member: false }],
      });
      await drawn(store, claim);
      const subjects = await store.plannedSubjects(claim, whole);
      const told = subjects.map(({ kind, objectId, subjectId }) =>
        [kind, subjectId, objectId ?? '-'].join(' '),
      );
      assert.deepEqual(told.toSorted(), [
        'add_membership c i',
        'add_membership d i',
        'create c -',
        'create d -',
        'create_group i -',
        'remove_group h -',
        'remove_membership b h',
        'set_supervisor a b',
        'soft_delete b -',
        'update a -',
      ]);
      const last = subjects.at(-1)?.sequence ?? null;
      assert.deepEqual(await store.plannedSubjects(claim, { after: last, limit: 10 }), []);
      await finish(store, claim);
    });

    test('what was staged is forgotten where a read begins anew', async (t) => {
      const store = await open(t);
      const claim = await begin(store);
      await store.stage(claim, { users: [user('a')], sleepers: [{ id: 's', asleep: true }] });
      await store.unstage(claim);
      await store.stage(claim, { users: [user('b')] });
      await store.enter(claim, 'deciding');
      await drawn(store, claim);
      await store.enter(claim, 'applying');
      await store.apply(claim, { at, remember });
      await finish(store, claim);
      assert.deepEqual(
        (await store.users(tenant, whole)).map(({ id }) => id),
        ['b'],
      );
      assert.deepEqual((await store.knownOf(tenant, ['s'])).sleepers, []);
    });

    test('who wakes is a sleeper no longer, nor is who was not seen for a month', async (t) => {
      const store = await open(t);
      await begun(store);
      await run(store, {
        sleepers: [
          { id: 'u', asleep: true },
          { id: 's', asleep: false },
        ],
      });
      assert.deepEqual((await store.knownOf(tenant, ['s', 'u'])).sleepers, ['u']);
      const claim = await begin(store);
      await store.enter(claim, 'deciding');
      await store.enter(claim, 'applying');
      await store.apply(claim, { at: '2026-12-15T00:00:00.000Z', remember });
      await finish(store, claim);
      assert.deepEqual((await store.knownOf(tenant, ['u'])).sleepers, []);
      assert.deepEqual((await store.knownOf(other, ['elsewhere'])).sleepers, ['elsewhere']);
    });

    test('a checkpoint moves with the rows alone (rule 2)', async (t) => {
      const store = await open(t);
      const claim = await begin(store);
      await store.become(claim, 'resync');
      assert.equal((await store.run(tenant, claim.runId))?.kind, 'resync');
      await store.stage(claim, { users: [user('a')] });
      await store.enter(claim, 'deciding');
      await drawn(store, claim);
      assert.equal(await store.remembered(tenant), null);
      await store.enter(claim, 'applying');
      await store.apply(claim, { at, remember: { ...remember, checkpoint } });
      assert.deepEqual((await store.remembered(tenant))?.checkpoint, checkpoint);
      await finish(store, claim);
    });
  });
}
