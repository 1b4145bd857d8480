import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { isUnder } from '../../src/graph/link.ts';
import type { RequestEvent } from '../../src/graph/trace.ts';
import { failureOf, gathered, opened, sameToken } from './opened.ts';
import { json, otherSide } from './other-side.ts';

const next = '@odata.nextLink';

test('a link to another host gets no request at all, and the one before is not given out', async () => {
  await using foreign = await otherSide((_seen, response) => json(response, { value: [] }));
  await using other = await otherSide((_seen, response) =>
    json(response, { value: [{ id: 'a' }], [next]: `${foreign.url}/v1.0/users` }),
  );
  const { graph, signal } = opened(other.url);
  const failure = await failureOf(gathered(graph.pages('/users', { signal })));
  assert.equal(failure.code, 'graph.foreign_link');
  assert.equal(foreign.seen.length, 0);
  for (const asked of [
    graph.get(`${foreign.url}/v1.0/users`, { signal }),
    graph.getText(`${foreign.url}/v1.0/users/$count`, { signal }),
    graph.batch(['/users', `${foreign.url}/v1.0/users`], { signal }),
  ]) {
    assert.equal((await failureOf(asked)).code, 'graph.foreign_link');
  }
  assert.equal(foreign.seen.length, 0);
  assert.equal(other.seen.length, 1);
});

const root = 'https://graph.microsoft.com/v1.0';
for (const [link, under] of [
  ['https://graph.microsoft.com/v1.0/users?$skiptoken=x', true],
  ['https://graph.microsoft.com:443/v1.0/users', true],
  ['http://graph.microsoft.com/v1.0/users', false],
  ['https://graph.microsoft.com:8443/v1.0/users', false],
  ['https://graph.microsoft.com.evil.example/v1.0/users', false],
  ['https://graph.microsoft.com@evil.example/v1.0/users', false],
  ['https://me@graph.microsoft.com/v1.0/users', false],
  ['https://graph.microsoft.com/beta/users', false],
  ['https://graph.microsoft.com/v1.0/../beta/users', false],
  ['https://graph.microsoft.com/v1.0/%2e%2e/beta/users', false],
  ['https://graph.microsoft.com/v1.0x/users', false],
  ['//evil.example/v1.0/users', false],
  ['/users', false],
  ['', false],
] as const) {
  test(`${link} is ${under ? '' : 'not '}under the root`, () => {
    assert.equal(isUnder(root, link), under);
  });
}

test('a path that tries to leave the root is not sent', async () => {
  await using other = await otherSide((_seen, response) => json(response, {}));
  const { graph, signal } = opened(other.url);
  const failure = await failureOf(graph.get('/../beta/users', { signal }));
  assert.equal(failure.code, 'graph.foreign_link');
  assert.equal(other.seen.length, 0);
});

test('a token that Graph finds expired is renewed once', async () => {
  await using other = await otherSide((seen, response) => {
    if (seen.headers.authorization === 'Bearer old-1') json(response, { fine: true });
    else json(response, { error: { code: 'InvalidAuthenticationToken', message: 'x' } }, 401);
  });
  const tokens = sameToken('old');
  const { graph, signal } = opened(other.url, { tokens });
  assert.deepEqual(await graph.get('/users', { signal }), { fine: true });
  assert.equal(tokens.renewals, 1);
  assert.equal(other.seen.length, 2);
});

test('a token that is refused again is graph.unauthorized, and asked for no third time', async () => {
  await using other = await otherSide((_seen, response) =>
    json(response, { error: { code: 'InvalidAuthenticationToken', message: 'x' } }, 401),
  );
  const tokens = sameToken('old');
  const { graph, signal } = opened(other.url, { tokens });
  const failure = await failureOf(graph.get('/users', { signal }));
  assert.equal(failure.code, 'graph.unauthorized');
  assert.equal(failure.where?.graphCode, 'InvalidAuthenticationToken');
  assert.equal(other.seen.length, 2);
});

test('an application that the tenant does not know is not cured by a new token', async () => {
  await using other = await otherSide((_seen, response) =>
    json(response, { error: { code: 'Authorization_IdentityNotFound', message: 'x' } }, 401),
  );
  const tokens = sameToken('old');
  const { graph, signal } = opened(other.url, { tokens });
  const failure = await failureOf(graph.get('/users', { signal }));
  assert.match(failure.remedy, /consent/u);
  assert.equal(tokens.renewals, 0);
  assert.equal(other.seen.length, 1);
});

test('requests that are refused side by side share one renewal', async () => {
  await using other = await otherSide((seen, response) => {
    if (seen.headers.authorization === 'Bearer old-1') json(response, {});
    else json(response, {}, 401);
  });
  const tokens = sameToken('old');
  const { graph, signal } = opened(other.url, { tokens });
  await Promise.all([1, 2, 3, 4].map((number) => graph.get(`/users/${number}`, { signal })));
  assert.equal(tokens.renewals, 1);
});

test('the token is in no error, whatever is answered', async () => {
  const secret = 'eyJhbGciOiJub25lIn0.eyJyb2xlcyI6W119.c2lnbmF0dXJl';
  await using other = await otherSide((seen, response) => {
    const echo = `you sent ${seen.headers.authorization ?? ''}`;
    if (seen.path.endsWith('html')) {
      response.writeHead(403, { 'content-type': 'text/html' });
      response.end(`<p>${echo}</p>`);
    } else if (seen.path.endsWith('reset')) response.socket?.destroy();
    else json(response, { error: { code: 'BadRequest', message: echo } }, 400);
  });
  const { graph, signal } = opened(other.url, { tokens: sameToken(secret), limits: { tries: 2 } });
  for (const path of ['/html', '/json', '/reset']) {
    const failure = await failureOf(graph.get(path, { signal }));
    const shown = `${failure.stack} ${JSON.stringify(failure)} ${inspect(failure, { depth: 9, showHidden: true })}`;
    assert.doesNotMatch(shown, /eyJ|c2lnbmF0dXJl/u);
  }
});

test('each request bears an id of its own, its priority and a user agent, and is told to the hook', async () => {
  await using other = await otherSide((_seen, response, count) => {
    const headers = { 'request-id': `r-${count}`, 'x-ms-resource-unit': '2' };
    json(response, {}, count === 1 ? 503 : 200, headers);
  });
  const events: RequestEvent[] = [];
  const { graph, signal } = opened(other.url, {
    priority: 'Low',
    onRequest: (event) => events.push(event),
  });
  await graph.get('/users?$skiptoken=secretive&$top=5', { signal });
  const ids = other.seen.map(({ headers }) => headers['client-request-id']);
  assert.match(String(ids[0]), /^[\da-f-]{36}$/u);
  assert.notEqual(ids[0], ids[1]);
  assert.ok(other.seen.every(({ headers }) => headers['x-ms-throttle-priority'] === 'Low'));
  assert.ok(other.seen.every(({ headers }) => headers['user-agent'] === 'rollkeeper'));
  assert.deepEqual(
    events.map(({ status, attempt, requestId, path, units, clientRequestId }) => [
      status,
      attempt,
      requestId,
      path,
      units,
      clientRequestId,
    ]),
    [
      [503, 1, 'r-1', '/v1.0/users?$skiptoken=…&$top=5', 2, ids[0]],
      [200, 2, 'r-2', '/v1.0/users?$skiptoken=…&$top=5', 2, ids[1]],
    ],
  );
});
