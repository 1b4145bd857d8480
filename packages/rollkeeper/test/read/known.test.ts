import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { userStatement } from '../../src/graph/decode.ts';
import { IdTable, PairTable } from '../../src/read/id-table.ts';
import { Known } from '../../src/read/known.ts';

const ids = fc.uniqueArray(fc.oneof(fc.uuid(), fc.string({ minLength: 1 })), { maxLength: 200 });
const user = (id: string, name = 'a') => userStatement(id, [name], null, null);

describe('IdTable and PairTable', () => {
  test('give back every id they took, GUID or not, each with one number', () => {
    fc.assert(
      fc.property(ids, (list) => {
        const table = new IdTable();
        const numbers = list.map((id) => table.add(id));
        assert.deepEqual(
          list.map((id) => table.add(id)),
          numbers,
        );
        assert.deepEqual(
          numbers.map((number) => table.idOf(number)),
          list,
        );
        assert.equal(table.size, list.length);
      }),
    );
  });

  test('hold more than they began with', () => {
    const table = new IdTable();
    const pairs = new PairTable();
    const idOf = (at: number): string => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
    for (let at = 0; at < 20_000; at += 1) {
      assert.equal(table.add(idOf(at)), at);
      assert.equal(pairs.add(at % 7, at), at);
    }
    assert.equal(table.idOf(12_345), idOf(12_345));
    assert.deepEqual(pairs.pairOf(12_345), [12_345 % 7, 12_345]);
    assert.equal(pairs.add(12_345 % 7, 12_345), 12_345);
  });
});

describe('Known', () => {
  test('only what differs from our row must be staged', () => {
    const known = new Known();
    known.addPerson('a', user('a').fingerprint, 0);
    known.addPerson('b', user('b').fingerprint, 0);
    known.addPerson('c', user('c').fingerprint, 1);
    assert.equal(known.state(user('a')), false);
    assert.equal(known.state(user('b', 'changed')), true);
    assert.equal(known.state(user('c')), true, 'who left and is back');
    assert.equal(known.state(user('d')), true, 'who is new');
    assert.equal(known.unchanged, 1);
  });

  test('an equal repeat is nothing new, a conflicting one is read again (rule 4)', () => {
    const known = new Known();
    assert.equal(known.state(user('a')), true);
    assert.equal(known.state(user('a')), false);
    assert.deepEqual(known.takeConflicts(), []);
    assert.equal(known.state(user('a', 'other')), true);
    assert.deepEqual(known.takeConflicts(), ['a']);
    assert.deepEqual(known.takeConflicts(), []);
  });

  test('tells of whom nothing was said, with what is known of them', () => {
    const known = new Known();
    known.addPerson('a', 1, 0);
    known.addPerson('b', 2, 3);
    known.addPerson('c', user('c').fingerprint, 0);
    known.addGroup('g');
    known.addMembership('g', 'a', false);
    known.addMembership('g', 'c', false);
    known.state(user('c'));
    assert.equal(known.stateMembership('g', 'c', false), false);
    assert.equal(known.stateMembership('g', 'd', false), true);
    assert.deepEqual(
      [...known.unstatedPeople()],
      [
        { id: 'a', deleted: null },
        { id: 'b', deleted: 'soft_deleted' },
      ],
    );
    assert.deepEqual([...known.unstatedGroups()], ['g']);
    assert.deepEqual(
      [...known.unstatedMemberships()],
      [{ groupId: 'g', memberId: 'a', memberKind: 'user', member: false }],
    );
  });
});
