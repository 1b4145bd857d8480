import assert from 'node:assert/strict';
import { test } from 'node:test';

test('the house stands', () => {
  assert.ok(true);
});
