import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { JudgedFacts, RemovalFacts } from '../../src/decide/threshold.ts';
import { judge } from '../../src/decide/threshold.ts';

const threshold = { count: 500, percent: 20, floor: 5 };
const none: RemovalFacts = { planned: 0, recent: 0, rows: 1_000 };
const facts = (leaving: Partial<RemovalFacts>, more: Partial<JudgedFacts> = {}): JudgedFacts => ({
  removals: { leaving: { ...none, ...leaving }, deactivations: none, memberships: none },
  inScopeAfter: 100,
  scopeChanged: false,
  paused: false,
  ...more,
});
const why = (judged: JudgedFacts): string | undefined => judge(judged, threshold)[0]?.because;

describe('judge', () => {
  test('one leaver of five passes: the floor is not exceeded', () => {
    assert.equal(why(facts({ planned: 1, rows: 5 })), undefined);
    assert.equal(why(facts({ planned: 5, rows: 6 })), undefined);
  });

  test('the percentage holds as soon as it is reached and the floor exceeded', () => {
    assert.equal(why(facts({ planned: 6, rows: 30 })), 'percent');
    assert.equal(why(facts({ planned: 6, rows: 31 })), undefined);
  });

  test('the count holds as soon as it is reached', () => {
    assert.equal(why(facts({ planned: 500, rows: 1_000_000 })), 'count');
    assert.equal(why(facts({ planned: 499, rows: 1_000_000 })), undefined);
  });

  test('removals of the last day are added, so that many small runs are held like a large one', () => {
    assert.equal(why(facts({ planned: 1, recent: 499, rows: 1_000_000 })), 'count');
  });

  test('what was removed before is no reason where nothing is removed now', () => {
    assert.equal(why(facts({ planned: 0, recent: 900 })), undefined);
  });

  test('a run that would leave no one in scope is held, however few they are', () => {
    assert.equal(why(facts({ planned: 1, rows: 1 }, { inScopeAfter: 0 })), 'no_one_left');
  });

  test('every removal that a change of scope brings is held (rule 16)', () => {
    assert.equal(why(facts({ planned: 1 }, { scopeChanged: true })), 'scope_changed');
  });

  test('kinds are judged alone', () => {
    const deactivations = { planned: 600, recent: 0, rows: 10_000 };
    const judged = facts({ planned: 1 });
    const held = judge({ ...judged, removals: { ...judged.removals, deactivations } }, threshold);
    assert.deepEqual(
      held.map(({ kind }) => kind),
      ['deactivations'],
    );
  });

  test('off does not count removals', () => {
    assert.deepEqual(judge(facts({ planned: 1_000 }), null), []);
  });

  test('off holds what changed settings bring all the same (rule 16)', () => {
    const [held] = judge(facts({ planned: 1 }, { scopeChanged: true }), null);
    assert.equal(held?.because, 'scope_changed');
  });

  test('off holds what would leave no one in scope all the same', () => {
    const [held] = judge(facts({ planned: 1, rows: 1 }, { inScopeAfter: 0 }), null);
    assert.equal(held?.because, 'no_one_left');
  });

  test('every removal is held while removals are paused, with the threshold off too', () => {
    assert.equal(why(facts({ planned: 1 }, { paused: true })), 'paused');
    assert.equal(judge(facts({ planned: 1 }, { paused: true }), null)[0]?.because, 'paused');
  });
});
