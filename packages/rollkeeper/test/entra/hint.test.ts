import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenHint } from '../../src/entra/hint.ts';

const tokenOf = (claims: unknown): string =>
  `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

test('roles, application and tenant are read from a token', () => {
  const claims = { roles: ['User.Read.All', 5], appid: 'a', tid: 't' };
  assert.deepEqual(tokenHint(tokenOf(claims)), {
    roles: ['User.Read.All'],
    applicationId: 'a',
    tenantId: 't',
  });
});

test('a token without roles has none, and azp stands in for appid', () => {
  assert.deepEqual(tokenHint(tokenOf({ azp: 'a' })), {
    roles: [],
    applicationId: 'a',
    tenantId: null,
  });
});

for (const token of ['', 'opaque', 'a.b.c', 'a..c', tokenOf([]), tokenOf(null), tokenOf('x')]) {
  test(`${JSON.stringify(token)} gives no hint and no error`, () => {
    assert.equal(tokenHint(token), null);
  });
}
