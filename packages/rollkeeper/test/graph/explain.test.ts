import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphError } from '../../src/graph/answer.ts';
import { permissionFor } from '../../src/graph/permission.ts';
import { failureOf, opened } from './opened.ts';
import { json, otherSide } from './other-side.ts';

const rows: readonly (readonly [
  status: number,
  code: string,
  expected: string,
  cause: RegExp,
  remedy: RegExp,
])[] = [
  [401, 'InvalidAuthenticationToken', 'graph.unauthorized', /does not accept the token/u, /clock/u],
  [401, 'Authentication_ExpiredToken', 'graph.unauthorized', /does not accept/u, /MSGRAPH_CLOUD/u],
  [401, 'Authorization_IdentityNotFound', 'graph.unauthorized', /not present/u, /consent/u],
  [403, 'Authorization_IdentityDisabled', 'graph.forbidden', /switched off/u, /Enterprise/u],
  [403, 'Authorization_RequestDenied', 'graph.forbidden', /User\.Read\.All/u, /grant consent/u],
  [403, 'accessDenied', 'graph.forbidden', /lacks a permission/u, /not delegated/u],
  [
    403,
    'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
    'graph.forbidden',
    /premium licence/u,
    /MSGRAPH_EXTRA_ATTRIBUTES/u,
  ],
  [403, 'Directory_QuotaExceeded', 'graph.forbidden', /quota/u, /quota/u],
  [404, 'Request_ResourceNotFound', 'graph.not_found', /does not exist/u, /Check the id/u],
  [404, 'itemNotFound', 'graph.not_found', /does not exist/u, /Check the id/u],
  [400, 'Request_BadRequest', 'graph.refused', /does not understand/u, /EXTRA_ATTRIBUTES/u],
  [400, 'Request_UnsupportedQuery', 'graph.refused', /does not understand/u, /report/u],
  [400, 'ExpandNotSupported', 'graph.refused', /does not understand/u, /report/u],
  [400, 'Directory_ResultSizeLimitExceeded', 'graph.refused', /too large/u, /smaller scope/u],
  [400, 'Directory_ExpiredPageToken', 'graph.refused', /place in the list/u, /from its beginning/u],
  [410, 'syncStateNotFound', 'graph.refused', /no longer knows/u, /read anew/u],
  [410, 'resyncRequired', 'graph.refused', /no longer knows/u, /read anew/u],
  [409, 'Directory_ConcurrencyViolation', 'graph.failed', /being changed/u, /later/u],
  [429, 'TooManyRequests', 'graph.failed', /slowing/u, /later/u],
  [429, 'Request_ThrottledTemporarily', 'graph.failed', /slowing/u, /later/u],
  [500, 'Service_InternalServerError', 'graph.failed', /out of order/u, /request id/u],
  [501, 'NotImplemented', 'graph.refused', /in a list/u, /Remove it/u],
  [503, 'Directory_ReplicaUnavailable', 'graph.failed', /out of order/u, /health/u],
];
for (const [status, code, expected, cause, remedy] of rows) {
  test(`${status} ${code} is ${expected} with its cause and remedy, in any letter case`, async () => {
    await using other = await otherSide((seen, response) => {
      const spelt = seen.path.endsWith('lower') ? code.toLowerCase() : code;
      const innerError = { 'request-id': 'r-7', date: '2026-11-24T04:00:00' };
      json(response, { error: { code: spelt, message: 'Said so.', innerError } }, status);
    });
    const { graph, signal } = opened(other.url, { limits: { tries: 1 } });
    const failure = await failureOf(graph.get('/users', { signal }));
    assert.equal(failure.code, expected);
    assert.match(failure.message, cause);
    assert.match(failure.message, /“Said so\.”/u);
    assert.match(failure.remedy, remedy);
    assert.deepEqual(failure.where, {
      method: 'GET',
      path: '/v1.0/users',
      status,
      graphCode: code,
      requestId: 'r-7',
    });
    const lower = await failureOf(graph.get('/users?lower', { signal }));
    assert.equal(lower.remedy, failure.remedy);
  });
}

for (const body of [
  '',
  '<html><body>Forbidden by   proxy</body></html>',
  'null',
  '"x"',
  '[1]',
  '{',
]) {
  test(`a refusal with the body ${JSON.stringify(body)} is explained by its status`, async () => {
    await using other = await otherSide((_seen, response) => {
      response.writeHead(403, { 'request-id': 'from-the-header' });
      response.end(body);
    });
    const { graph, signal } = opened(other.url);
    const failure = await failureOf(graph.get('/groups', { signal }));
    assert.equal(failure.code, 'graph.forbidden');
    assert.equal(failure.where?.requestId, 'from-the-header');
    assert.match(failure.remedy, /GroupMember\.Read\.All/u);
    assert.doesNotMatch(failure.message, /<html>/u);
  });
}

test('a long message is shortened', async () => {
  await using other = await otherSide((_seen, response) =>
    json(response, { error: { code: 'x', message: 'long '.repeat(1000) } }, 400),
  );
  const { graph, signal } = opened(other.url);
  const failure = await failureOf(graph.get('/users', { signal }));
  assert.ok(failure.message.length < 600);
});

for (const [path, permission] of [
  ['/users?$select=id', 'User.Read.All'],
  ['/users/delta', 'User.Read.All'],
  ['/users/1/manager', 'User.Read.All'],
  ['/users/1/memberOf?$select=id', 'GroupMember.Read.All'],
  ['/users?$select=id,signInActivity', 'AuditLog.Read.All'],
  ['/users?$select=id,employeeLeaveDateTime', 'User-LifeCycleInfo.Read.All'],
  ['/users?$select=id,customSecurityAttributes', 'CustomSecAttributeAssignment.Read.All'],
  ['/groups?$filter=x', 'GroupMember.Read.All'],
  ['/groups/1/members', 'GroupMember.Read.All'],
  ['/directory/deletedItems/microsoft.graph.user', 'User.Read.All'],
  ['/directory/deletedItems/microsoft.graph.group', 'Group.Read.All'],
  ['/organization', 'User.Read.All'],
  ['/servicePrincipals/1/appRoleAssignments', 'Application.Read.All'],
  ['/something', null],
] as const) {
  test(`${path} asks for ${permission ?? 'a permission that is not known'}`, () => {
    assert.equal(permissionFor(path), permission);
  });
}

test('codes are read from every level, and from bodies of other shapes', () => {
  const nested = {
    code: 'a',
    innererror: { code: 'b', innerError: { code: 'c', requestId: 'r' } },
  };
  assert.deepEqual(graphError({ error: nested }), {
    code: 'a',
    codes: ['a', 'b', 'c'],
    message: null,
    requestId: 'r',
  });
  assert.equal(graphError({ error: 'invalid_grant' }).code, 'invalid_grant');
  assert.equal(graphError({ error: 5 }).code, null);
  assert.equal(graphError('x').code, null);
});
