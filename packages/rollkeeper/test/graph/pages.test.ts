import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCheckpointLost, isPageTokenLost } from '../../src/graph/restart.ts';
import { failureOf, gathered, opened } from './opened.ts';
import { json, otherSide } from './other-side.ts';

const next = '@odata.nextLink';

test('next links are followed whole, with the headers sent on every page', async () => {
  const odd = '/v1.0/users?$skiptoken=a%2Bb%2f~!,()&$top=2&x=%20';
  await using other = await otherSide((_seen, response, count) => {
    const link = { [next]: `${other.url}${odd}` };
    json(response, { value: [{ id: String(count) }], ...(count === 1 ? link : {}) });
  });
  const { graph, signal } = opened(other.url);
  const headers = { ConsistencyLevel: 'eventual' };
  const pages = await gathered(graph.pages('/users?$top=2', { headers, signal }));
  assert.deepEqual(pages, [[{ id: '1' }], [{ id: '2' }]]);
  assert.deepEqual(
    other.seen.map(({ path }) => path),
    ['/v1.0/users?$top=2', odd],
  );
  assert.ok(other.seen.every((one) => one.headers['consistencylevel'] === 'eventual'));
});

test('an empty page with a next link is not the end', async () => {
  await using other = await otherSide((_seen, response, count) => {
    const link = { [next]: `${other.url}/v1.0/users?page=${count + 1}` };
    json(response, { value: count === 3 ? [{ id: 'a' }] : [], ...(count < 3 ? link : {}) });
  });
  const { graph, signal } = opened(other.url);
  assert.deepEqual(await gathered(graph.pages('/users', { signal })), [[], [], [{ id: 'a' }]]);
});

test('a link seen before is graph.loop, after a bounded number of requests', async () => {
  await using other = await otherSide((_seen, response, count) => {
    json(response, { value: [], [next]: `${other.url}/v1.0/users?$skiptoken=${count % 3}` });
  });
  const { graph, signal } = opened(other.url);
  const failure = await failureOf(gathered(graph.pages('/users', { signal })));
  assert.equal(failure.code, 'graph.loop');
  assert.equal(other.seen.length, 4);
  assert.equal(failure.where?.path, '/v1.0/users?$skiptoken=…');
});

test('a page that links to itself is graph.loop', async () => {
  await using other = await otherSide((seen, response) =>
    json(response, { value: [], [next]: `${other.url}${seen.path}` }),
  );
  const { graph, signal } = opened(other.url);
  assert.equal((await failureOf(gathered(graph.pages('/users', { signal })))).code, 'graph.loop');
});

for (const [what, body] of [
  ['no value', { '@odata.context': 'x' }],
  ['a value that is no list', { value: {} }],
  ['a list of texts', { value: ['a'] }],
  ['a next link that is a number', { value: [], [next]: 1 }],
  ['an error inside a 200', { error: { code: 'generalException' }, value: [] }],
  ['a list in place of an object', []],
  ['null', null],
] as const) {
  test(`${what} is graph.bad_answer, never an empty list`, async () => {
    await using other = await otherSide((_seen, response) => json(response, body));
    const { graph, signal } = opened(other.url);
    const failure = await failureOf(gathered(graph.pages('/users', { signal })));
    assert.equal(failure.code, 'graph.bad_answer');
    assert.equal(other.seen.length, 1);
  });
}

test('an HTML page under a 200 is graph.bad_answer', async () => {
  await using other = await otherSide((_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html>Sign in to the network</html>');
  });
  const { graph, signal } = opened(other.url, { limits: { tries: 2 } });
  const failure = await failureOf(gathered(graph.pages('/users', { signal })));
  assert.equal(failure.code, 'graph.bad_answer');
  assert.match(failure.message, /HTML page/u);
  const text = await failureOf(graph.getText('/users/$count', { signal }));
  assert.equal(text.code, 'graph.bad_answer');
});

for (const status of [301, 302, 307]) {
  test(`a ${status} is not followed, and graph.bad_answer`, async () => {
    await using elsewhere = await otherSide((_seen, response) => json(response, { value: [] }));
    await using other = await otherSide((_seen, response) =>
      json(response, {}, status, { location: `${elsewhere.url}/v1.0/users` }),
    );
    const { graph, signal } = opened(other.url);
    assert.equal((await failureOf(graph.get('/users', { signal }))).code, 'graph.bad_answer');
    assert.equal(elsewhere.seen.length, 0);
  });
}

test('a page that fails for good ends the walk with its error', async () => {
  await using other = await otherSide((_seen, response, count) => {
    if (count === 1) json(response, { value: [], [next]: `${other.url}/v1.0/users?2` });
    else json(response, { error: { code: 'Request_BadRequest', message: 'no' } }, 400);
  });
  const { graph, signal } = opened(other.url);
  const failure = await failureOf(gathered(graph.pages('/users', { signal })));
  assert.equal(failure.code, 'graph.refused');
  assert.equal(isPageTokenLost(failure), false);
});

for (const error of [
  { code: 'Directory_ExpiredPageToken' },
  { code: 'directory_expiredpagetoken' },
  { code: 'Request_BadRequest', innererror: { code: 'DirectoryPageTokenNotFoundException' } },
]) {
  test(`a lost page token is told apart: ${JSON.stringify(error)}`, async () => {
    await using other = await otherSide((_seen, response) => json(response, { error }, 400));
    const { graph, signal } = opened(other.url);
    const failure = await failureOf(gathered(graph.pages('/users', { signal })));
    assert.equal(isPageTokenLost(failure), true);
  });
}

for (const [status, code, lost] of [
  [410, 'SyncStateNotFound', true],
  [410, '', true],
  [400, 'syncStateNotFound', true],
  [404, 'resyncRequired', true],
  [400, 'Request_BadRequest', true],
  [404, 'Request_ResourceNotFound', false],
  [403, 'Authorization_RequestDenied', false],
  [503, 'serviceNotAvailable', false],
] as const) {
  test(`${status} ${code} on a delta link ${lost ? 'loses' : 'keeps'} the checkpoint`, async () => {
    await using other = await otherSide((_seen, response) =>
      json(response, code === '' ? {} : { error: { code, message: 'x' } }, status),
    );
    const { graph, signal } = opened(other.url, { limits: { tries: 2 } });
    const link = `${other.url}/v1.0/users/delta?$deltatoken=abc`;
    const failure = await failureOf(gathered(graph.delta(link, { signal })));
    assert.equal(isCheckpointLost(failure), lost);
    assert.doesNotMatch(failure.message, /abc/u);
  });
}

test('a delta round ends in its delta link', async () => {
  await using other = await otherSide((_seen, response, count) => {
    const link =
      count === 1
        ? { [next]: `${other.url}/v1.0/users/delta?$skiptoken=1` }
        : { '@odata.deltaLink': `${other.url}/v1.0/users/delta?$deltatoken=2` };
    json(response, { value: [{ id: String(count) }], ...link });
  });
  const { graph, signal } = opened(other.url);
  assert.deepEqual(await gathered(graph.delta('/users/delta', { signal })), [
    { items: [{ id: '1' }], deltaLink: null },
    { items: [{ id: '2' }], deltaLink: `${other.url}/v1.0/users/delta?$deltatoken=2` },
  ]);
});

test('a delta round without a delta link at its end is graph.bad_answer', async () => {
  await using other = await otherSide((_seen, response) => json(response, { value: [] }));
  const { graph, signal } = opened(other.url);
  const failure = await failureOf(gathered(graph.delta('/users/delta', { signal })));
  assert.equal(failure.code, 'graph.bad_answer');
});

test('a page out of a batch is gone on from, and checked like any other', async () => {
  await using other = await otherSide((_seen, response) =>
    json(response, { value: [{ id: 'b' }] }),
  );
  const { graph, signal } = opened(other.url);
  const first = { value: [{ id: 'a' }], [next]: `${other.url}/v1.0/users?2` };
  const pages = await gathered(graph.following(first, { signal }));
  assert.deepEqual(pages, [[{ id: 'a' }], [{ id: 'b' }]]);
  assert.equal(
    (await failureOf(gathered(graph.following({}, { signal })))).code,
    'graph.bad_answer',
  );
});

test('a count is read as text', async () => {
  await using other = await otherSide((_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end('1234');
  });
  const { graph, signal } = opened(other.url);
  assert.equal(await graph.getText('/users/$count', { signal }), '1234');
  assert.equal(other.seen[0]?.headers.accept, 'text/plain');
});
