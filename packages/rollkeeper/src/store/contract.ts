/**
 * What every store must keep of the promises in `store.ts`, as tests for `node:test`. Held against each database by
 * the tests of that database; not part of the published entry.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { groupAttributes, userAttributes } from '../directory/attribute.ts';
import type { Kept } from '../directory/attribute.ts';
import { RollkeeperError } from '../directory/error.ts';
import type { Statements, UserStatement } from '../directory/statement.ts';
import type { OperationKind } from '../decide/operation.ts';
import type { Policy } from '../decide/person.ts';
import { accessContract } from './contract-access.ts';
import type { Claim, DrawnTo, Remembered, Store } from './store.ts';

export const at = '2026-11-01T00:00:00.000Z';
export const tenant = '11111111-1111-4111-8111-111111111111';
export const other = '22222222-2222-4222-8222-222222222222';
export const remember: Remembered = {
  scope: 'name:kbuk',
  groupId: 'g',
  groupName: 'kbuk',
  membership: 'transitive',
  disabledUsers: 'keep',
  attributes: userAttributes.map(({ name }) => name).toSorted(),
  groupsToKeep: [],
  checkpoint: null,
  deltaWay: 'latest',
  proofDueAt: at,
};
export const whole = { after: null, limit: 1_000 } as const;

export function user(
  id: string,
  given: Readonly<Record<string, Kept>> = {},
  manager?: string,
): UserStatement {
  const values = userAttributes.map(({ name }) => {
    if (name in given) return given[name] ?? null;
    if (name === 'accountEnabled') return 1;
    return name === 'userPrincipalName' ? `${id}@contoso.example` : null;
  });
  return { id, values, extra: null, manager: manager ?? null, fingerprint: 1 };
}

export const group = (id: string): NonNullable<Statements['groups']>[number] => ({
  id,
  values: groupAttributes.map(({ name }) => (name === 'displayName' ? id : null)),
  inClosure: true,
});

export const begin = async (store: Store, tenantId = tenant, dryRun = false): Promise<Claim> =>
  await store.claim(tenantId, { kind: 'full', dryRun, at, leaseSeconds: 60 });

export const finish = async (store: Store, claim: Claim): Promise<void> =>
  await store.finish(claim, { status: 'succeeded', at, report: '{}' });

export const keep: Policy = { disabledUsers: 'keep' };

/** Draws the whole plan. Returns how many staged people stay as they are. */
export async function drawn(store: Store, claim: Claim, policy = keep): Promise<number> {
  let unchanged = 0;
  for (let from: DrawnTo | null = null; ;) {
    const page = await store.draw(claim, policy, from);
    unchanged += page.unchanged;
    from = page.next;
    if (from === null) return unchanged;
  }
}

/** One applied run: stages, draws the plan, applies, finishes. */
export async function run(store: Store, statements: Statements, tenantId = tenant): Promise<Claim> {
  const claim = await begin(store, tenantId);
  await store.stage(claim, statements);
  await store.enter(claim, 'deciding');
  await drawn(store, claim);
  await store.enter(claim, 'applying');
  await store.apply(claim, { at, remember });
  await finish(store, claim);
  return claim;
}

/** The operations that a plan holds, by kind, without those that it holds none of. */
export async function operations(
  store: Store,
  claim: Claim,
): Promise<Partial<Record<OperationKind, number>>> {
  const summary = await store.planSummary(claim);
  return Object.fromEntries(Object.entries(summary.operations).filter(([, count]) => count > 0));
}

export const refuses = (code: RollkeeperError['code']) => (error: unknown) =>
  error instanceof RollkeeperError && error.code === code && error.remedy !== '';

/** Registers the suite for one kind of store. `open` gives an empty store each time. */
export function contract(name: string, open: (context: TestContext) => Promise<Store>): void {
  describe(`${name} keeps the contract of a store`, () => {
    test('what is created is read back exactly, in order of the id', async (t) => {
      const store = await open(t);
      const given = { displayName: '王 🦉\n"=1+1"', businessPhones: '["+1"]', mail: null };
      await run(store, { users: [user('b', given), user('a', {}, 'b')] });
      const [a, b, none] = await store.users(tenant, whole);
      assert.equal(none, undefined);
      assert.deepEqual([a?.id, a?.supervisorId, b?.id], ['a', 'b', 'b']);
      assert.deepEqual(b?.values, user('b', given).values);
      assert.equal(a?.status, 'active');
    });

    test('every call is about one tenant (rule 10)', async (t) => {
      const store = await open(t);
      await run(store, { users: [user('a')] });
      await run(store, { users: [user('b')] }, other);
      assert.deepEqual(
        (await store.users(tenant, whole)).map(({ id }) => id),
        ['a'],
      );
      assert.deepEqual(
        (await store.users(other, whole)).map(({ id }) => id),
        ['b'],
      );
      assert.equal(await store.person(tenant, 'b'), null);
      assert.deepEqual(await store.tenants(), [tenant, other]);
      await store.ready();
    });

    test('nothing that is staged or planned is seen before it is applied', async (t) => {
      const store = await open(t);
      const claim = await begin(store);
      await store.stage(claim, { users: [user('a')] });
      await drawn(store, claim);
      assert.deepEqual(await store.users(tenant, whole), []);
      await finish(store, claim);
    });

    test('of repeats of an id the last staged one is paired', async (t) => {
      const store = await open(t);
      const first = user('a', { jobTitle: 'old' });
      await run(store, { users: [first, user('a', { jobTitle: 'new' })] });
      const [row] = await store.users(tenant, whole);
      assert.ok(row?.values.includes('new'));
    });

    test('an update records each attribute that differs; the feed goes on by sequence', async (t) => {
      const store = await open(t);
      await run(store, { users: [user('a', { jobTitle: 'old' })] });
      const before = await store.changes(tenant, whole);
      const changed = { jobTitle: 'new', department: 'D' };
      await run(store, { users: [user('a', changed)] });
      const after = before.at(-1)?.sequence ?? null;
      const changes = await store.changes(tenant, { after, limit: 10 });
      const told = changes.map(({ change, attribute, oldValue, newValue }) =>
        [change, attribute, oldValue, newValue].join(' '),
      );
      assert.deepEqual(told.toSorted(), ['updated department  D', 'updated jobTitle old new']);
    });

    test('a soft delete keeps the row with its reason; a restore brings it back (rules 6 and 7)', async (t) => {
      const store = await open(t);
      const edge = { groupId: 'g', memberId: 'a', memberKind: 'user', member: true } as const;
      await run(store, {
        users: [user('a'), user('b', {}, 'a')],
        groups: [group('g')],
        memberships: [edge],
      });
      await run(store, { absences: [{ id: 'a', reason: 'soft_deleted' }] });
      const gone = await store.person(tenant, 'a');
      assert.deepEqual(
        [gone?.status, gone?.deletedReason, gone?.inScope],
        ['deleted', 'soft_deleted', false],
      );
      const asleep = await store.totals(tenant, at);
      assert.deepEqual([asleep.inScope, asleep.memberships, asleep.supervisors], [1, 0, 0]);
      await run(store, { users: [user('a')] });
      const awake = await store.totals(tenant, at);
      assert.deepEqual([awake.inScope, awake.memberships, awake.supervisors], [2, 1, 1]);
    });

    test('a plan is drawn from what is known beside what was stated', async (t) => {
      const store = await open(t);
      const edge = { groupId: 'g', memberId: 'b', memberKind: 'user', member: true } as const;
      const first = [user('a'), user('b'), user('d'), user('e')];
      await run(store, { users: first, groups: [group('g')], memberships: [edge] });
      const claim = await begin(store);
      await store.stage(claim, {
        users: [
          user('a'),
          user('b', { mail: 'x' }),
          user('c', {}, 'a'),
          user('e', { accountEnabled: 0 }, 'a'),
        ],
        absences: [{ id: 'd', reason: 'left_scope' }],
        memberships: [
          { ...edge, member: false },
          { ...edge, memberId: 'c' },
        ],
      });
      assert.equal(await drawn(store, claim), 1);
      assert.deepEqual(await operations(store, claim), {
        create: 1,
        update: 1,
        deactivate: 1,
        soft_delete: 1,
        set_supervisor: 1,
        add_membership: 1,
        remove_membership: 1,
      });
      const summary = await store.planSummary(claim);
      assert.deepEqual([summary.supervisorsSet, summary.membershipsLost], [2, 1]);
      await finish(store, claim);
    });

    test('the same again is an empty plan (rule 3)', async (t) => {
      const store = await open(t);
      const edge = { groupId: 'g', memberId: 'a', memberKind: 'user', member: true } as const;
      const stated = { users: [user('a')], groups: [group('g')], memberships: [edge] };
      await run(store, stated);
      const claim = await begin(store);
      await store.stage(claim, stated);
      assert.equal(await drawn(store, claim), 1);
      assert.deepEqual(await operations(store, claim), {});
      await finish(store, claim);
    });

    test('a plan that must be shown has a row for every operation, in order, with names', async (t) => {
      const store = await open(t);
      const claim = await begin(store, tenant, true);
      const users = ['c', 'a', 'b'].map((id) => user(id, { displayName: id.toUpperCase() }, 'a'));
      await store.stage(claim, {
        users,
        groups: [group('g')],
        memberships: users.map(({ id }) => ({
          groupId: 'g',
          memberId: id,
          memberKind: 'user',
          member: true,
        })),
      });
      await drawn(store, claim);
      await finish(store, claim);
      const planned = await store.planned(tenant, claim.runId, whole);
      assert.deepEqual(
        planned.map(({ kind, subjectName, objectName }) => `${kind} ${subjectName} ${objectName}`),
        [
          'create c@contoso.example a@contoso.example',
          'create a@contoso.example a@contoso.example',
          'create b@contoso.example a@contoso.example',
          'create_group g null',
          'add_membership c@contoso.example g',
          'add_membership a@contoso.example g',
          'add_membership b@contoso.example g',
        ],
      );
      const rest = await store.planned(tenant, claim.runId, {
        after: planned[4]?.sequence ?? null,
        limit: 10,
      });
      assert.deepEqual(rest, planned.slice(5));
    });

    test('a policy that removes disabled people soft-deletes them', async (t) => {
      const store = await open(t);
      await run(store, { users: [user('a'), user('b')] });
      const claim = await begin(store);
      await store.stage(claim, { users: [user('a', { accountEnabled: 0 })] });
      await drawn(store, claim, { disabledUsers: 'remove' });
      assert.deepEqual(await operations(store, claim), { soft_delete: 1 });
      await finish(store, claim);
    });

    test('one run per tenant: a second claim is refused while the first lives', async (t) => {
      const store = await open(t);
      const claim = await begin(store);
      await assert.rejects(begin(store), refuses('run.active'));
      await begin(store, other).then(async (second) => await finish(store, second));
      await finish(store, claim);
      await finish(store, await begin(store));
    });

    test('run numbers count up over the whole database', async (t) => {
      const store = await open(t);
      const first = await begin(store);
      const second = await begin(store, other);
      assert.equal(second.runId, first.runId + 1);
    });

    test('the loser of a lease applies nothing (fencing)', async (t) => {
      const store = await open(t);
      const loser = await store.claim(tenant, { kind: 'full', dryRun: false, at, leaseSeconds: 0 });
      await store.stage(loser, { users: [user('a')] });
      await drawn(store, loser);
      const winner = await begin(store);
      assert.ok(winner.fence > loser.fence);
      await assert.rejects(store.apply(loser, { at, remember }), refuses('run.lost_lease'));
      await assert.rejects(store.renew(loser, 60), refuses('run.lost_lease'));
      assert.deepEqual(await store.users(tenant, whole), []);
      assert.equal((await store.run(tenant, loser.runId))?.status, 'failed');
      await finish(store, winner);
    });

    test('the loser of a lease disturbs nothing of the run that took over, in one process too', async (t) => {
      const store = await open(t);
      const loser = await store.claim(tenant, { kind: 'full', dryRun: false, at, leaseSeconds: 0 });
      await store.stage(loser, { users: [user('lost')] });
      const winner = await begin(store);
      await store.stage(winner, { users: [user('a')] });
      await assert.rejects(
        store.stage(loser, { users: [user('lost')] }),
        refuses('run.lost_lease'),
      );
      await assert.rejects(store.unstage(loser), refuses('run.lost_lease'));
      await store.finish(loser, { status: 'failed', at, report: '{}' });
      await store.stage(winner, { users: [user('b')] });
      await store.enter(winner, 'deciding');
      await drawn(store, winner);
      await store.apply(winner, { at, remember });
      const people = await store.users(tenant, whole);
      assert.deepEqual(
        people.map(({ id }) => id),
        ['a', 'b'],
      );
      await finish(store, winner);
    });

    test('who loses the lease after the plan was applied still says how the run ended', async (t) => {
      const store = await open(t);
      const late = await store.claim(tenant, { kind: 'full', dryRun: false, at, leaseSeconds: 0 });
      await store.stage(late, { users: [user('a')] });
      await store.enter(late, 'deciding');
      await drawn(store, late);
      await store.enter(late, 'applying');
      await store.apply(late, { at, remember });
      // What was applied has prolonged the lease by as long as it was asked for: not at all.
      const next = await begin(store);
      const interrupted = await store.run(tenant, late.runId);
      assert.equal(interrupted?.error?.code, 'interrupted');
      assert.match(
        interrupted.error.message,
        /Its plan was applied: the rows are as it made them\./u,
      );
      await finish(store, late);
      const told = await store.run(tenant, late.runId);
      assert.deepEqual([told?.status, told?.error], ['succeeded', null]);
      await assert.rejects(begin(store), refuses('run.active'), 'the lease of the next run stands');
      await finish(store, next);
    });

    test('a run that fails before its plan is applied does not say that it was', async (t) => {
      const store = await open(t);
      const claim = await begin(store);
      await store.finish(claim, {
        status: 'failed',
        at,
        report: '{}',
        error: { code: 'x', message: 'It failed.' },
      });
      assert.equal((await store.run(tenant, claim.runId))?.error?.message, 'It failed.');
      const loser = await store.claim(tenant, { kind: 'full', dryRun: false, at, leaseSeconds: 0 });
      const winner = await begin(store);
      await assert.rejects(finish(store, loser), refuses('run.lost_lease'));
      await finish(store, winner);
    });

    test('a plan is applied once', async (t) => {
      const store = await open(t);
      const claim = await begin(store);
      await store.stage(claim, { users: [user('a')] });
      await store.enter(claim, 'deciding');
      await drawn(store, claim);
      await store.enter(claim, 'applying');
      await store.apply(claim, { at, remember });
      await assert.rejects(store.apply(claim, { at, remember }));
      assert.equal((await store.users(tenant, whole)).length, 1);
    });

    test('remembers what the last applied run was made with, and nothing of one that was not applied', async (t) => {
      const store = await open(t);
      const claim = await begin(store);
      await finish(store, claim);
      assert.equal(await store.remembered(tenant), null);
      await run(store, {});
      assert.deepEqual(await store.remembered(tenant), remember);
    });

    test('managers outside the scope are people, and go when they are nobody’s manager', async (t) => {
      const store = await open(t);
      const boss = {
        id: 'boss',
        kind: 'orgContact',
        userPrincipalName: null,
        displayName: 'Boss',
        mail: null,
      } as const;
      await run(store, { users: [user('a', {}, 'boss')], managers: [boss] });
      assert.equal((await store.person(tenant, 'boss'))?.status, 'outside');
      assert.equal((await store.totals(tenant, at)).inScope, 1);
      await run(store, { users: [user('a')] });
      assert.equal(await store.person(tenant, 'boss'), null);
    });

    test('what is counted is counted again when rows changed', async (t) => {
      const store = await open(t);
      await run(store, { users: [user('a'), user('b', {}, 'a')] });
      const counted = async (): Promise<readonly number[]> => {
        const { enabled, inScope, supervisors } = await store.totals(tenant, at);
        return [inScope, enabled, supervisors];
      };
      assert.deepEqual(await counted(), [2, 2, 1]);
      await run(store, {});
      assert.deepEqual(await counted(), [2, 2, 1]);
      await run(store, { users: [user('c', { accountEnabled: 0 }, 'a')] });
      assert.deepEqual(await counted(), [3, 2, 2]);
      await run(store, { absences: [{ id: 'a', reason: 'soft_deleted' }] });
      assert.deepEqual(await counted(), [2, 1, 0]);
    });

    test('pages go on by key to the end', async (t) => {
      const store = await open(t);
      const users = Array.from({ length: 25 }, (_, index) => user(String(index).padStart(2, '0')));
      await run(store, { users });
      const seen: string[] = [];
      for (let after: string | null = null; ;) {
        const page = await store.users(tenant, { after, limit: 10 });
        if (page.length === 0) break;
        seen.push(...page.map(({ id }) => id));
        after = page.at(-1)?.id ?? null;
      }
      assert.deepEqual(
        seen,
        users.map(({ id }) => id),
      );
      const known = await store.knownPeople(tenant, { after: '19', limit: 10 });
      assert.deepEqual([...known.ids], ['20', '21', '22', '23', '24']);
      assert.deepEqual([...known.deleted], [0, 0, 0, 0, 0]);
    });

    test('a purge removes who left long ago; the restorable and those who supervise stay', async (t) => {
      const store = await open(t);
      const people = [user('a'), user('b'), user('boss'), user('stays', {}, 'boss')];
      await run(store, { users: people });
      const absences = [
        { id: 'a', reason: 'left_scope' },
        { id: 'b', reason: 'soft_deleted' },
        { id: 'boss', reason: 'left_scope' },
      ] as const;
      await run(store, { absences });
      const options = { before: at, at, by: 'op' };
      const counted = { people: 1, restorable: 1, supervising: 1 };
      assert.deepEqual(await store.purge(tenant, { ...options, dryRun: true }), counted);
      assert.deepEqual(await store.purge(tenant, { ...options, dryRun: false }), counted);
      const left = (await store.people(tenant, whole)).map(({ id }) => id);
      assert.deepEqual(left, ['b', 'boss', 'stays']);
      const [erasure] = await store.erasures(tenant, whole);
      assert.deepEqual(erasure, { sequence: 1, kind: 'purge', people: 1, at, by: 'op' });
    });

    test('forgetting leaves nothing of a person, and is refused while they are needed', async (t) => {
      const store = await open(t);
      await run(store, { users: [user('a'), user('b', {}, 'a')] });
      const done = { at, by: 'op' };
      await assert.rejects(store.forget(tenant, 'a', done), refuses('person.needed'));
      await run(store, { absences: [{ id: 'a', reason: 'left_scope' }] });
      await assert.rejects(store.forget(tenant, 'a', done), refuses('person.needed'));
      await run(store, { users: [user('b')] });
      const claim = await begin(store);
      await assert.rejects(store.forget(tenant, 'a', done), refuses('run.active'));
      await finish(store, claim);
      await store.forget(tenant, 'a', done);
      const changes = await store.changes(tenant, whole);
      const told = changes.map(({ change, subjectId, oldValue }) => [change, subjectId, oldValue]);
      assert.deepEqual(told, [
        ['created', 'b', null],
        ['supervisor_cleared', 'b', null],
      ]);
      assert.equal(await store.person(tenant, 'a'), null);
      await assert.rejects(store.forget(tenant, 'a', done), refuses('person.not_found'));
    });

    accessContract(open);

    test('close may be called twice', async (t) => {
      const store = await open(t);
      await store.close();
      await store.close();
    });
  });
}
