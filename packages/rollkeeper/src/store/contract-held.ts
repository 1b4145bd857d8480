/** What every store must keep of the promises about held removals, as tests for `node:test`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Statements } from '../directory/statement.ts';
import type { Policy } from '../decide/person.ts';
import {
  at,
  begin,
  drawn,
  group,
  keep,
  operations,
  other,
  refuses,
  remember,
  run,
  tenant,
  user,
  whole,
} from './contract.ts';
import type { Claim, Holding, Store } from './store.ts';

const decider = { by: 'operator', at, reason: 'as announced' };
const nothing: Holding = { held: [], left: [] };

const absent = (id: string): NonNullable<Statements['absences']>[number] => ({
  id,
  reason: 'left_scope',
});
const edge = (
  memberId: string,
  member: boolean,
  groupId = 'g',
): NonNullable<Statements['memberships']>[number] => ({
  groupId,
  memberId,
  memberKind: 'user',
  member,
});

/** A claim that has drawn its plan of what was stated. */
async function decided(
  store: Store,
  statements: Statements,
  approves?: number,
  policy: Policy = keep,
): Promise<Claim> {
  const claim =
    approves === undefined
      ? await begin(store)
      : await store.claim(tenant, {
          kind: 'approval',
          dryRun: false,
          at,
          leaseSeconds: 60,
          approves: { runId: approves, by: 'operator', reason: 'as announced' },
        });
  await store.stage(claim, statements);
  await store.enter(claim, 'deciding');
  await drawn(store, claim, policy);
  return claim;
}

async function applied(store: Store, claim: Claim, holding: Holding): Promise<void> {
  await store.hold(claim, holding);
  await store.enter(claim, 'applying');
  await store.apply(claim, { at, remember });
  const status = holding.held.length > 0 ? 'quarantined' : 'succeeded';
  await store.finish(claim, { status, at, report: '{}' });
}

/** One run that holds or leaves what is said. */
async function held(store: Store, statements: Statements, holding: Holding): Promise<Claim> {
  const claim = await decided(store, statements);
  await applied(store, claim, holding);
  return claim;
}

const people = async (store: Store): Promise<readonly string[]> =>
  (await store.users(tenant, whole)).map(({ id }) => id);

const waiting = async (store: Store): Promise<readonly string[]> =>
  (await store.held(tenant, null, whole)).map(({ kind, state, subjectId, groupId }) =>
    [kind, subjectId, groupId, state].filter((part) => part !== null).join(' '),
  );

const edges = async (store: Store): Promise<readonly string[]> => {
  const page = await store.knownMemberships(tenant, whole);
  return page.groupIds.map((groupId, index) =>
    [groupId, page.memberIds[index], page.held[index] === 1 ? 'held' : 'known'].join(' '),
  );
};

/** Registers the suite for one kind of store. `open` gives an empty store each time. */
export function heldContract(name: string, open: (context: TestContext) => Promise<Store>): void {
  describe(`${name} keeps the contract of held removals`, () => {
    const start: Statements = {
      users: [user('a'), user('b'), user('c')],
      groups: [group('g')],
      memberships: [edge('a', true), edge('b', true)],
    };
    const leaves: Statements = { absences: [absent('a')], memberships: [edge('a', false)] };

    test('what is held is not applied, and the rest is; its members keep their memberships', async (t) => {
      const store = await open(t);
      await run(store, start);
      const claim = await held(
        store,
        { ...leaves, users: [user('d'), user('b', { jobTitle: 'new' })] },
        { held: ['leaving'], left: [] },
      );
      assert.deepEqual(await people(store), ['a', 'b', 'c', 'd']);
      assert.deepEqual(await waiting(store), ['leaving a held']);
      assert.deepEqual(await edges(store), ['g a held', 'g b known']);
      assert.deepEqual((await store.totals(tenant, at)).held, {
        leaving: 1,
        deactivations: 0,
        memberships: 0,
        runs: [claim.runId],
      });
      const planned = await store.planned(tenant, claim.runId, whole);
      assert.deepEqual(
        planned.map(({ kind, held: isHeld, subjectName }) => [kind, isHeld, subjectName]),
        [['soft_delete', true, 'a@contoso.example']],
      );
    });

    test('kinds are held alone', async (t) => {
      const store = await open(t);
      await run(store, start);
      await held(
        store,
        {
          users: [user('b', { accountEnabled: 0 })],
          absences: [absent('c')],
          memberships: [edge('a', false)],
        },
        { held: ['deactivations', 'memberships'], left: [] },
      );
      assert.deepEqual(await people(store), ['a', 'b']);
      assert.equal((await store.person(tenant, 'b'))?.status, 'active');
      assert.deepEqual(await waiting(store), ['deactivations b held', 'memberships a g held']);
      assert.deepEqual(await edges(store), ['g a held', 'g b known']);
    });

    test('what is held is neither planned nor counted again', async (t) => {
      const store = await open(t);
      await run(store, start);
      await held(store, leaves, { held: ['leaving'], left: [] });
      const claim = await decided(store, leaves);
      assert.deepEqual(await operations(store, claim), {});
      await applied(store, claim, nothing);
      assert.deepEqual(await waiting(store), ['leaving a held']);
      assert.equal((await store.totals(tenant, at)).recent.leaving, 0);
    });

    test('somebody who is held is stated by every full read: their fingerprint equals none', async (t) => {
      const store = await open(t);
      await run(store, start);
      await held(store, leaves, { held: ['leaving'], left: [] });
      const { ids, fingerprints } = await store.knownPeople(tenant, whole);
      assert.deepEqual([...ids], ['a', 'b', 'c']);
      assert.notEqual(fingerprints[0], 1);
      assert.equal(fingerprints[1], 1);
    });

    test('who is seen back is held no longer, and their memberships are as they are said to be', async (t) => {
      const store = await open(t);
      await run(store, start);
      await held(store, leaves, { held: ['leaving'], left: [] });
      await held(store, { users: [user('a')], memberships: [edge('a', true)] }, nothing);
      assert.deepEqual(await waiting(store), []);
      assert.deepEqual(await edges(store), ['g a known', 'g b known']);
    });

    test('who is seen back without a word on a membership that was kept loses it, judged anew', async (t) => {
      const store = await open(t);
      await run(store, start);
      await held(store, leaves, { held: ['leaving'], left: [] });
      const claim = await decided(store, { users: [user('a')] });
      const { membershipsLost } = await store.planSummary(claim);
      assert.equal(membershipsLost, 1);
      await applied(store, claim, { held: ['memberships'], left: [] });
      assert.deepEqual(await waiting(store), ['memberships a g held']);
      assert.deepEqual(await edges(store), ['g a held', 'g b known']);
    });

    test('an account that is enabled again, and a membership that is back, are held no longer', async (t) => {
      const store = await open(t);
      await run(store, start);
      const lost = { users: [user('b', { accountEnabled: 0 })], memberships: [edge('a', false)] };
      await held(store, lost, { held: ['deactivations', 'memberships'], left: [] });
      await held(store, { users: [user('b')], memberships: [edge('a', true)] }, nothing);
      assert.deepEqual(await waiting(store), []);
      assert.deepEqual(await edges(store), ['g a known', 'g b known']);
    });

    test('an approval performs what the run holds, is written down with it, and does not count as recent', async (t) => {
      const store = await open(t);
      await run(store, start);
      const { runId } = await held(store, leaves, { held: ['leaving'], left: [] });
      const claim = await decided(store, leaves, runId);
      const { approved, operations: counts } = await store.planSummary(claim);
      assert.deepEqual([approved.leaving, counts.soft_delete], [1, 1]);
      await applied(store, claim, nothing);
      assert.deepEqual(await people(store), ['b', 'c']);
      assert.deepEqual(await waiting(store), []);
      assert.deepEqual(await edges(store), ['g b known']);
      assert.equal((await store.totals(tenant, at)).recent.leaving, 0);
      assert.equal((await store.run(tenant, claim.runId))?.approves, runId);
      assert.deepEqual((await store.run(tenant, runId))?.decision, {
        what: 'approved',
        ...decider,
      });
    });

    test('what an approval leaves is neither applied nor held', async (t) => {
      const store = await open(t);
      await run(store, start);
      const { runId } = await held(store, leaves, { held: ['leaving'], left: [] });
      const more = {
        absences: [absent('a'), absent('b')],
        memberships: [edge('a', false), edge('b', false)],
      };
      const claim = await decided(store, more, runId);
      await applied(store, claim, { held: [], left: ['leaving'] });
      assert.deepEqual(await people(store), ['b', 'c']);
      assert.deepEqual(await waiting(store), []);
      assert.deepEqual(await edges(store), ['g b known']);
      const next = await decided(store, more);
      assert.deepEqual(await operations(store, next), { soft_delete: 1, remove_membership: 1 });
      await applied(store, next, nothing);
    });

    test('an approval of what holds nothing is refused, and begins no run', async (t) => {
      const store = await open(t);
      const { runId } = await run(store, start);
      await assert.rejects(decided(store, {}, runId), refuses('run.holds_nothing'));
      await assert.rejects(decided(store, {}, 99), refuses('run.not_found'));
      assert.equal((await store.runs(tenant, whole)).length, 1);
    });

    test('what is rejected stays, is not proposed again, and can no longer be approved', async (t) => {
      const store = await open(t);
      await run(store, start);
      const { runId } = await held(store, leaves, { held: ['leaving'], left: [] });
      assert.equal(await store.reject(tenant, runId, decider), 1);
      assert.deepEqual(await waiting(store), ['leaving a rejected']);
      assert.deepEqual((await store.totals(tenant, at)).held.runs, []);
      const claim = await decided(store, leaves);
      assert.deepEqual(await operations(store, claim), {});
      await applied(store, claim, nothing);
      assert.deepEqual(await people(store), ['a', 'b', 'c']);
      await assert.rejects(decided(store, leaves, runId), refuses('run.holds_nothing'));
      await assert.rejects(store.reject(tenant, runId, decider), refuses('run.holds_nothing'));
      assert.equal((await store.run(tenant, runId))?.decision?.what, 'rejected');
    });

    test('a rejection waits for a run that is under way', async (t) => {
      const store = await open(t);
      await run(store, start);
      const { runId } = await held(store, leaves, { held: ['leaving'], left: [] });
      const claim = await begin(store);
      await assert.rejects(store.reject(tenant, runId, decider), refuses('run.active'));
      await store.finish(claim, { status: 'failed', at, report: '{}' });
      await store.reject(tenant, runId, decider);
    });

    test('a group stays while a membership in it is held', async (t) => {
      const store = await open(t);
      await run(store, start);
      const goes = {
        groups: [{ ...group('g'), values: null }],
        memberships: [edge('a', false), edge('b', false)],
      };
      const { runId } = await held(store, goes, { held: ['memberships'], left: [] });
      await held(store, goes, nothing);
      assert.deepEqual(await store.knownGroups(tenant), ['g']);
      assert.deepEqual(await edges(store), ['g a held', 'g b held']);
      await applied(store, await decided(store, goes, runId), nothing);
      assert.deepEqual(await store.knownGroups(tenant), []);
      assert.deepEqual(await edges(store), []);
    });

    test('a dry run marks what would be held, and holds nothing', async (t) => {
      const store = await open(t);
      await run(store, start);
      const claim = await begin(store, tenant, true);
      await store.stage(claim, { ...leaves, users: [user('d')] });
      await drawn(store, claim);
      await store.hold(claim, { held: ['leaving'], left: [] });
      await store.finish(claim, { status: 'succeeded', at, report: '{}' });
      const planned = await store.planned(tenant, claim.runId, whole);
      assert.deepEqual(planned.map(({ kind, held: isHeld }) => `${kind} ${isHeld}`).toSorted(), [
        'create false',
        'soft_delete true',
      ]);
      assert.deepEqual(await waiting(store), []);
    });

    test('what is held is listed with names, by run, and page by page', async (t) => {
      const store = await open(t);
      await run(store, start);
      const first = await held(store, leaves, { held: ['leaving'], left: [] });
      const lost = { memberships: [edge('b', false)] };
      const second = await held(store, lost, { held: ['memberships'], left: [] });
      const [one, two] = await store.held(tenant, null, whole);
      assert.deepEqual(
        [one?.subjectName, one?.reason, one?.groupId, one?.runId, one?.since],
        ['a@contoso.example', 'left_scope', null, first.runId, at],
      );
      assert.deepEqual([two?.subjectId, two?.groupName, two?.runId], ['b', 'g', second.runId]);
      assert.deepEqual(await store.held(tenant, second.runId, whole), [two]);
      assert.deepEqual(await store.held(tenant, null, { after: one ?? null, limit: 10 }), [two]);
      assert.deepEqual(await store.held(other, null, whole), []);
      assert.deepEqual((await store.totals(tenant, at)).held.runs, [second.runId, first.runId]);
    });

    test('a run that is cancelled may do nothing more, and ends', async (t) => {
      const store = await open(t);
      const claim = await begin(store);
      await store.cancel(tenant, claim.runId, decider);
      await assert.rejects(store.renew(claim, 60), refuses('run.cancelled'));
      await assert.rejects(store.stage(claim, start), refuses('run.cancelled'));
      await assert.rejects(store.enter(claim, 'deciding'), refuses('run.cancelled'));
      await assert.rejects(store.apply(claim, { at, remember }), refuses('run.cancelled'));
      await store.finish(claim, { status: 'cancelled', at, report: '{}' });
      assert.deepEqual((await store.run(tenant, claim.runId))?.cancelled, decider);
      await assert.rejects(store.cancel(tenant, claim.runId, decider), refuses('run.ended'));
      await assert.rejects(store.cancel(tenant, 99, decider), refuses('run.not_found'));
    });

    test('a pause is kept until somebody ends it', async (t) => {
      const store = await open(t);
      assert.equal(await store.paused(tenant), null);
      const pause = { since: at, until: null, by: 'operator', reason: null };
      await store.pause(tenant, pause);
      await store.pause(tenant, { ...pause, until: '2026-11-02T00:00:00.000Z' });
      assert.equal((await store.paused(tenant))?.until, '2026-11-02T00:00:00.000Z');
      assert.equal(await store.paused(other), null);
      assert.equal(await store.resume(tenant), true);
      assert.equal(await store.resume(tenant), false);
    });

    test('of several who would tell somebody at once one does, until it is over', async (t) => {
      const store = await open(t);
      const first = async (): Promise<boolean> =>
        await store.tellFirst(tenant, 'stale', { runId: 3, at });
      const all = await Promise.all([first(), first(), first()]);
      assert.equal(all.filter((mine) => mine).length, 1);
      assert.deepEqual(await store.told(tenant), [{ condition: 'stale', runId: 3, at }]);
      await store.tell(tenant, 'stale', null);
      assert.equal(await first(), true);
    });

    test('what somebody was told is remembered until it is over', async (t) => {
      const store = await open(t);
      await store.tell(tenant, 'held', { runId: 3, at });
      await store.tell(tenant, 'held', { runId: 4, at });
      await store.tell(tenant, 'stale', { runId: 4, at });
      await store.tell(tenant, 'stale', null);
      assert.deepEqual(await store.told(tenant), [{ condition: 'held', runId: 4, at }]);
      assert.deepEqual(await store.told(other), []);
    });

    test('the last run that was applied is none that failed, was cancelled, or was a dry one', async (t) => {
      const store = await open(t);
      assert.equal(await store.lastApplied(tenant), null);
      const { runId } = await run(store, start);
      await store.finish(await begin(store), { status: 'failed', at, report: '{}' });
      const dry = await begin(store, tenant, true);
      await store.finish(dry, { status: 'succeeded', at, report: '{}' });
      assert.equal((await store.lastApplied(tenant))?.runId, runId);
    });
  });
}
