import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { standing, withhold } from '../../src/decide/held.ts';
import type { HeldRemoval } from '../../src/decide/held.ts';
import type { MembershipPair, PersonPair } from '../../src/decide/pair.ts';
import { planMemberships, planPeople } from '../../src/decide/plan.ts';
import { judge, removalKinds } from '../../src/decide/threshold.ts';
import type { DeletionThreshold } from '../../src/decide/threshold.ts';

const keep = { disabledUsers: 'keep' } as const;
const leaving = (runId: number, state: HeldRemoval['state'] = 'held'): HeldRemoval => ({
  kind: 'leaving',
  state,
  runId,
});
const known = { deleted: null, enabled: true, supervisor: null, supervisorDormant: false };
const absent = { presence: 'absent', reason: 'left_scope' } as const;
const present = {
  presence: 'in_scope',
  enabled: true,
  supervisor: undefined,
  differs: false,
} as const;

describe('a removal that was held before', () => {
  const table = [
    { fact: 'is judged where it was not', earlier: undefined, approves: null, stands: 'judged' },
    { fact: 'is left', earlier: leaving(1), approves: null, stands: 'left' },
    { fact: 'is performed with approval', earlier: leaving(1), approves: 1, stands: 'approved' },
    {
      fact: 'is left where another run is approved',
      earlier: leaving(1),
      approves: 2,
      stands: 'left',
    },
    { fact: 'is left once rejected', earlier: leaving(1, 'rejected'), approves: 1, stands: 'left' },
  ] as const;
  for (const { fact, earlier, approves, stands } of table) {
    test(fact, () => assert.equal(standing(earlier, approves), stands));
  }

  const plan = (pair: Omit<PersonPair, 'row' | 'known'>, approves: number | null = null) =>
    planPeople([{ row: 1, known, ...pair }], keep, approves).operations.map(({ kind }) => kind);

  test('is not planned again, and released when the person is seen back', () => {
    const held = [leaving(1)];
    assert.deepEqual(plan({ stated: absent, held }), []);
    assert.deepEqual(plan({ stated: absent, held }, 1), ['soft_delete']);
    assert.deepEqual(plan({ stated: present, held }), ['release_leaving']);
  });

  test('is released as a deactivation by an enabled account alone', () => {
    const held = [{ ...leaving(1), kind: 'deactivations' }] as const;
    assert.deepEqual(plan({ stated: { ...present, enabled: false }, held }), []);
    assert.deepEqual(plan({ stated: { ...present, enabled: false }, held }, 1), ['deactivate']);
    assert.deepEqual(plan({ stated: present, held }), ['release_deactivation']);
  });

  test('lets changes of the person through', () => {
    const held = [{ ...leaving(1), kind: 'deactivations' }] as const;
    const stated = { ...present, enabled: false, differs: true };
    assert.deepEqual(plan({ stated, held }), ['update']);
  });

  test('keeps the memberships of its person, until it is approved', () => {
    const pair: MembershipPair = {
      row: 1,
      known: true,
      stated: false,
      member: 'stays',
      memberHeld: leaving(1),
    };
    assert.deepEqual(planMemberships([pair]), []);
    assert.deepEqual(planMemberships([{ ...pair, member: 'leaves' }], 1), [
      { row: 1, kind: 'remove_membership' },
    ]);
    const keptWithMember = {
      held: { ...leaving(1), kind: 'memberships' },
      keptWithMember: true,
    } as const;
    const { memberHeld: _, ...back } = pair;
    assert.deepEqual(
      planMemberships([{ ...back, ...keptWithMember }]),
      [{ row: 1, kind: 'remove_membership' }],
      'a membership that was kept with somebody who is back is judged anew',
    );
  });
});

describe('what a run withholds', () => {
  const proposed = { leaving: 3, deactivations: 0, memberships: 12 };
  const held = [
    { kind: 'memberships', planned: 12, recent: 0, rows: 20, because: 'percent' },
  ] as const;

  test('is what is held; the rest is applied', () => {
    assert.deepEqual(withhold(proposed, held, null), { held: ['memberships'], left: [] });
  });

  test('is, of an approval, everything that was not approved: it waits for the next run', () => {
    assert.deepEqual(withhold(proposed, held, 7), { held: ['memberships'], left: ['leaving'] });
  });
});

const counts = fc.record({
  leaving: fc.nat(40),
  deactivations: fc.nat(40),
  memberships: fc.nat(40),
});
const thresholds: fc.Arbitrary<DeletionThreshold> = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  percent: fc.integer({ min: 1, max: 100 }),
  floor: fc.nat(10),
});

test('never are more removals applied unapproved within a day than the threshold lets through', () => {
  fc.assert(
    fc.property(thresholds, fc.array(counts, { maxLength: 30 }), (threshold, runs) => {
      const recent = { leaving: 0, deactivations: 0, memberships: 0 };
      const rows = 100;
      for (const planned of runs) {
        const removals = Object.fromEntries(
          removalKinds.map((kind) => [
            kind,
            { planned: planned[kind], recent: recent[kind], rows },
          ]),
        ) as Parameters<typeof judge>[0]['removals'];
        const facts = { removals, inScopeAfter: 1, scopeChanged: false, paused: false };
        const { held } = withhold(planned, judge(facts, threshold), null);
        for (const kind of removalKinds) {
          if (!held.includes(kind)) recent[kind] += planned[kind];
          const { count, floor, percent } = threshold;
          const most = Math.max(floor, Math.ceil((percent * rows) / 100) - 1);
          assert.ok(recent[kind] < count, `${recent[kind]} reach the count`);
          assert.ok(recent[kind] <= most, `${recent[kind]} reach the percentage`);
        }
      }
    }),
  );
});

/** A group of people and what runs do with it, as far as removals go: who is in scope by our rows, who is held by which run. */
const steps = fc.array(
  fc.oneof(
    fc.record({
      what: fc.constant('leave' as const),
      who: fc.nat(29),
      count: fc.integer({ min: 1, max: 20 }),
    }),
    fc.record({
      what: fc.constant('back' as const),
      who: fc.nat(29),
      count: fc.integer({ min: 1, max: 20 }),
    }),
    fc.record({ what: fc.constant('run' as const) }),
    fc.record({ what: fc.constant('approve' as const), run: fc.nat(10) }),
    fc.record({ what: fc.constant('reject' as const), run: fc.nat(10) }),
  ),
  { maxLength: 40 },
);

test('nobody is held twice, an approval removes none but those whom it was asked to, and who is in the group is never removed', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const group = new Set(Array.from({ length: 30 }, (_, who) => who));
      const gone = new Set<number>();
      const held = new Map<number, HeldRemoval>();
      let run = 0;

      const perform = (approves: number | null): void => {
        run += 1;
        const people = Array.from({ length: 30 }, (_, who) => who);
        const pairs = people.map((row): PersonPair => {
          const earlier = held.get(row);
          return {
            row,
            known: { ...known, deleted: gone.has(row) ? 'left_scope' : null },
            stated: group.has(row) ? present : absent,
            ...(earlier === undefined ? {} : { held: [earlier] }),
          };
        });
        const { operations } = planPeople(pairs, keep, approves);
        const removals = operations.filter(({ kind }) => kind === 'soft_delete');
        const proposed = removals.filter(({ approved }) => approved !== true);
        assert.ok(
          proposed.every(({ row }) => !held.has(row)),
          'who is held is not counted again',
        );
        const facts = { planned: proposed.length, recent: 0, rows: 30 - gone.size };
        const none = { planned: 0, recent: 0, rows: 0 };
        const judged = judge(
          {
            removals: { leaving: facts, deactivations: none, memberships: none },
            inScopeAfter: 1,
            scopeChanged: false,
            paused: false,
          },
          { count: 8, percent: 50, floor: 3 },
        );
        const planned = { leaving: proposed.length, deactivations: 0, memberships: 0 };
        const withheld = withhold(planned, judged, approves);
        for (const { row, kind, approved } of operations) {
          if (kind === 'release_leaving') held.delete(row);
          if (kind === 'restore') gone.delete(row);
          if (kind !== 'soft_delete') continue;
          if (approved !== true && withheld.held.includes('leaving')) {
            assert.ok(!held.has(row), 'nobody is held twice');
            held.set(row, leaving(run));
          } else if (approved === true || !withheld.left.includes('leaving')) {
            assert.ok(!group.has(row), 'who is in the group is never removed');
            if (approves !== null) assert.equal(held.get(row)?.runId, approves);
            held.delete(row);
            gone.add(row);
          }
        }
        for (const [who] of held) assert.ok(!group.has(who), 'who is seen back is not held');
      };

      for (const step of story) {
        if (step.what === 'run') perform(null);
        else if (step.what === 'approve') perform(step.run);
        else if (step.what === 'reject') {
          for (const [who, earlier] of held) {
            if (earlier.runId === step.run) held.set(who, leaving(step.run, 'rejected'));
          }
        } else {
          for (let at = 0; at < step.count; at += 1) {
            const who = (step.who + at) % 30;
            if (step.what === 'leave') group.delete(who);
            else group.add(who);
          }
        }
      }
    }),
  );
});
