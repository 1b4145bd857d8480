import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { decideGroup, decideMembership } from '../../src/decide/group.ts';
import type { PersonOperation } from '../../src/decide/operation.ts';
import type { KnownPerson, Policy, StatedPerson } from '../../src/decide/person.ts';
import { decidePerson } from '../../src/decide/person.ts';
import type { Reason } from '../../src/directory/statement.ts';
import { reasons } from '../../src/directory/statement.ts';

const keep: Policy = { disabledUsers: 'keep' };
const remove: Policy = { disabledUsers: 'remove' };

const known: KnownPerson = {
  deleted: null,
  enabled: true,
  supervisor: null,
  supervisorDormant: false,
};
const present: StatedPerson = {
  presence: 'in_scope',
  enabled: true,
  supervisor: null,
  differs: false,
};
const kinds = (operations: readonly PersonOperation[]): readonly string[] =>
  operations.map(({ kind }) => kind);

describe('decidePerson', () => {
  const table: readonly {
    readonly fact: string;
    readonly known: KnownPerson | null;
    readonly stated: StatedPerson;
    readonly policy?: Policy;
    readonly operations: readonly PersonOperation[];
  }[] = [
    { fact: 'creates who is new', known: null, stated: present, operations: [{ kind: 'create' }] },
    { fact: 'leaves who is unchanged', known, stated: present, operations: [] },
    {
      fact: 'updates whose attributes differ',
      known,
      stated: { ...present, differs: true },
      operations: [{ kind: 'update' }],
    },
    {
      fact: 'deactivates an account that was disabled, and marks it',
      known,
      stated: { ...present, enabled: false },
      operations: [{ kind: 'deactivate' }],
    },
    {
      fact: 'updates an account that was enabled again',
      known: { ...known, enabled: false },
      stated: present,
      operations: [{ kind: 'update' }],
    },
    {
      fact: 'soft-deletes a disabled account where the policy says so',
      known,
      stated: { ...present, enabled: false },
      policy: remove,
      operations: [{ kind: 'soft_delete', reason: 'disabled' }],
    },
    {
      fact: 'does not create a disabled account where the policy says remove',
      known: null,
      stated: { ...present, enabled: false },
      policy: remove,
      operations: [],
    },
    {
      fact: 'soft-deletes who left, with the reason',
      known,
      stated: { presence: 'absent', reason: 'left_scope' },
      operations: [{ kind: 'soft_delete', reason: 'left_scope' }],
    },
    {
      fact: 'ignores the absence of somebody unknown',
      known: null,
      stated: { presence: 'absent', reason: 'soft_deleted' },
      operations: [],
    },
    {
      fact: 'moves the reason forward',
      known: { ...known, deleted: 'soft_deleted' },
      stated: { presence: 'absent', reason: 'permanently_deleted' },
      operations: [{ kind: 'move_reason', reason: 'permanently_deleted' }],
    },
    {
      fact: 'never moves the reason back',
      known: { ...known, deleted: 'permanently_deleted' },
      stated: { presence: 'absent', reason: 'left_scope' },
      operations: [],
    },
    {
      fact: 'restores who came back, with what changed meanwhile',
      known: { ...known, deleted: 'soft_deleted' },
      stated: { ...present, differs: true },
      operations: [{ kind: 'restore' }, { kind: 'update' }],
    },
    {
      fact: 'sets a new supervisor',
      known: { ...known, supervisor: 'a' },
      stated: { ...present, supervisor: 'b' },
      operations: [{ kind: 'set_supervisor', supervisor: 'b' }],
    },
    {
      fact: 'clears a supervisor',
      known: { ...known, supervisor: 'a' },
      stated: present,
      operations: [{ kind: 'clear_supervisor' }],
    },
    {
      fact: 'keeps the link to a supervisor who is in the deleted items',
      known: { ...known, supervisor: 'a', supervisorDormant: true },
      stated: present,
      operations: [],
    },
    {
      fact: 'leaves the supervisor where nothing was said',
      known: { ...known, supervisor: 'a' },
      stated: { ...present, supervisor: undefined },
      operations: [],
    },
  ];
  for (const row of table) {
    test(row.fact, () => {
      assert.deepEqual(decidePerson(row.known, row.stated, row.policy ?? keep), row.operations);
    });
  }
});

const flag = fc.constantFrom(true, false, null);
const supervisor = fc.constantFrom('a', 'b', null);
const anyKnown = fc.option(
  fc.record({
    deleted: fc.constantFrom<Reason | null>(null, ...reasons),
    enabled: flag,
    supervisor,
    supervisorDormant: fc.boolean(),
  }),
);
const anyStated: fc.Arbitrary<StatedPerson> = fc.oneof(
  fc.record({
    presence: fc.constant('in_scope' as const),
    enabled: flag,
    supervisor: fc.oneof(supervisor, fc.constant(undefined)),
    differs: fc.boolean(),
  }),
  fc.record({
    presence: fc.constant('absent' as const),
    reason: fc.constantFrom('left_scope', 'soft_deleted', 'permanently_deleted'),
  }),
);
const anyPolicy = fc.constantFrom(keep, remove);

/** What a person's row says after the operations, and what the same reading then says of it. */
function perform(
  before: KnownPerson | null,
  stated: StatedPerson,
  operations: readonly PersonOperation[],
): { readonly row: KnownPerson | null; readonly again: StatedPerson } {
  let row = before;
  for (const operation of operations) {
    if (operation.kind === 'create' && stated.presence === 'in_scope') {
      row = {
        deleted: null,
        enabled: stated.enabled,
        supervisor: stated.supervisor ?? null,
        supervisorDormant: false,
      };
    } else if (row !== null) row = performOn(row, stated, operation);
  }
  const settled =
    stated.presence === 'in_scope' && operations.some(({ kind }) => kind === 'update');
  return { row, again: settled ? { ...stated, differs: false } : stated };
}

function performOn(
  row: KnownPerson,
  stated: StatedPerson,
  operation: PersonOperation,
): KnownPerson {
  const enabled = stated.presence === 'in_scope' ? stated.enabled : row.enabled;
  if ('reason' in operation) return { ...row, deleted: operation.reason };
  if (operation.kind === 'restore') return { ...row, deleted: null };
  if (operation.kind === 'deactivate') return { ...row, enabled: false };
  if (operation.kind === 'update')
    return { ...row, enabled: enabled === false ? row.enabled : enabled };
  if (operation.kind === 'clear_supervisor') return { ...row, supervisor: null };
  return operation.kind === 'set_supervisor'
    ? { ...row, supervisor: operation.supervisor, supervisorDormant: false }
    : row;
}

test('the same reading twice: the second decision is empty (rule 3)', () => {
  fc.assert(
    fc.property(anyKnown, anyStated, anyPolicy, (before, stated, policy) => {
      const operations = decidePerson(before, stated, policy);
      // A create makes the row from the statement itself.
      const { row, again } = perform(before, stated, operations);
      const same = kinds(operations)[0] === 'create' && again.presence === 'in_scope';
      const second = decidePerson(row, same ? { ...again, differs: false } : again, policy);
      assert.deepEqual(second, []);
    }),
  );
});

test('a reason only moves forward (rule 6)', () => {
  fc.assert(
    fc.property(anyKnown, anyStated, anyPolicy, (before, stated, policy) => {
      for (const operation of decidePerson(before, stated, policy)) {
        if (!('reason' in operation)) continue;
        const from = before?.deleted ? reasons.indexOf(before.deleted) : -1;
        assert.ok(reasons.indexOf(operation.reason) > from);
      }
    }),
  );
});

test('nobody who was not stated as absent or disabled is removed (rule 1)', () => {
  fc.assert(
    fc.property(anyKnown, anyStated, anyPolicy, (before, stated, policy) => {
      const removed = kinds(decidePerson(before, stated, policy)).includes('soft_delete');
      const disabled = stated.presence === 'in_scope' && stated.enabled === false;
      assert.ok(!removed || stated.presence === 'absent' || (disabled && policy === remove));
    }),
  );
});

describe('decideGroup and decideMembership', () => {
  test('a group is created, updated and removed as it is stated', () => {
    const group = { known: false, stated: true, differs: false };
    assert.equal(decideGroup(group), 'create_group');
    assert.equal(decideGroup({ ...group, known: true }), null);
    assert.equal(decideGroup({ ...group, known: true, differs: true }), 'update_group');
    assert.equal(decideGroup({ ...group, known: true, stated: false }), 'remove_group');
    assert.equal(decideGroup({ ...group, stated: false }), null);
  });

  test('memberships of someone in the deleted items sleep (rule 7)', () => {
    const lost = { known: true, stated: false } as const;
    assert.equal(decideMembership({ ...lost, member: 'sleeps' }), null);
    assert.equal(decideMembership({ ...lost, member: 'stays' }), 'remove_membership');
    assert.equal(decideMembership({ ...lost, member: 'leaves' }), 'remove_membership');
    assert.equal(
      decideMembership({ known: false, stated: true, member: 'stays' }),
      'add_membership',
    );
    assert.equal(decideMembership({ known: true, stated: true, member: 'stays' }), null);
  });
});
