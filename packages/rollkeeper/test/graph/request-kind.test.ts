import assert from 'node:assert/strict';
import { test } from 'node:test';

import { requestKind } from '../../src/graph/request-kind.ts';

for (const [url, kind] of [
  ['https://graph.microsoft.com/v1.0/users?$top=999', '/users'],
  ['https://graph.microsoft.com/v1.0/groups/9f2c/members?$skiptoken=x', '/groups/{id}/members'],
  ['https://graph.microsoft.com/v1.0/$batch', '/$batch'],
  ['/users/adele%40contoso.com/manager?$select=id', '/users/{id}/manager'],
  ['/users/delta?$deltatoken=latest', '/users/delta'],
  ['/directory/deletedItems/microsoft.graph.user', '/directory/deletedItems/microsoft.graph.user'],
] as const) {
  test(`${url} counts as ${kind}`, () => {
    assert.equal(requestKind(url), kind);
  });
}
