import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, opened, sameToken } from './opened.ts';
import { json, otherSide } from './other-side.ts';
import type { Seen } from './other-side.ts';

interface Asked {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}
interface Inner {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
}

function askedIn({ body }: Seen): readonly Asked[] {
  const envelope: { requests: Asked[] } = JSON.parse(body);
  return envelope.requests;
}

const fine = (url: string): Inner => ({ status: 200, body: { url } });
const refused = (status: number, code: string): Inner => ({
  status,
  body: { error: { code, message: 'no' } },
});

/** Answers each request of each envelope, in reverse order. */
const batches = (inner: (asked: Asked, envelope: number) => Inner | null) =>
  otherSide((seen, response, count) => {
    const responses = askedIn(seen).flatMap((asked) => {
      const answer = inner(asked, count);
      return answer === null ? [] : [{ id: asked.id, ...answer }];
    });
    json(response, { responses: responses.toReversed() });
  });

test('any number of paths goes twenty to a round trip and is answered in the order asked', async () => {
  await using other = await batches(({ url }) => fine(url));
  const { graph, signal } = opened(other.url);
  const paths = Array.from({ length: 45 }, (_, index) => `/users/${index}?$select=id`);
  const answers = await graph.batch(paths, { signal });
  assert.deepEqual(
    answers,
    paths.map((url) => ({ ok: true, body: { url } })),
  );
  assert.deepEqual(
    other.seen.map((seen) => askedIn(seen).length).toSorted((a, b) => a - b),
    [5, 20, 20],
  );
  assert.ok(other.seen.every(({ method, path }) => method === 'POST' && path === '/v1.0/$batch'));
});

test('headers go into every request of the batch, and none to the envelope', async () => {
  await using other = await batches(({ url }) => fine(url));
  const { graph, signal } = opened(other.url);
  await graph.batch(['/users', '/groups'], { signal, headers: { ConsistencyLevel: 'eventual' } });
  const [seen] = other.seen;
  assert.ok(seen);
  assert.ok(askedIn(seen).every(({ headers }) => headers?.['ConsistencyLevel'] === 'eventual'));
  assert.equal(seen.headers['consistencylevel'], undefined);
});

test('no paths are no request', async () => {
  await using other = await batches(({ url }) => fine(url));
  const { graph, signal } = opened(other.url);
  assert.deepEqual(await graph.batch([], { signal }), []);
  assert.equal(other.seen.length, 0);
});

test('a 429 inside a batch is sent again, alone, after the longest wait asked for', async () => {
  await using other = await batches(({ url }, envelope) => {
    if (envelope === 1 && url === '/b')
      return { ...refused(429, 'x'), headers: { 'retry-after': 7 } };
    if (envelope === 1 && url === '/d') {
      return { ...refused(429, 'x'), headers: { 'Retry-After': '9.5' } };
    }
    return fine(url);
  });
  const { graph, waits, signal } = opened(other.url);
  const answers = await graph.batch(['/a', '/b', '/c', '/d'], { signal });
  assert.ok(answers.every(({ ok }) => ok));
  assert.deepEqual(
    other.seen.map((seen) => askedIn(seen).map(({ url }) => url)),
    [
      ['/a', '/b', '/c', '/d'],
      ['/b', '/d'],
    ],
  );
  assert.deepEqual(waits, [9500]);
  const { requests, throttled, waitedMs } = graph.tally();
  assert.deepEqual([requests, throttled, waitedMs], [2, 2, 9500]);
});

for (const status of [424, 500, 502, 503, 504]) {
  test(`a ${status} inside a batch is sent again`, async () => {
    await using other = await batches(({ url }, envelope) =>
      envelope < 3 ? { status, body: 'gateway' } : fine(url),
    );
    const { graph, waits, signal } = opened(other.url);
    assert.deepEqual(await graph.batch(['/a'], { signal }), [{ ok: true, body: { url: '/a' } }]);
    assert.deepEqual(waits, [500, 1000]);
  });
}

test('what stays throttled is graph.failed in its own answer, the others stand', async () => {
  await using other = await batches(({ url }) =>
    url === '/b'
      ? { ...refused(429, 'TooManyRequests'), headers: { 'retry-after': 10 } }
      : fine(url),
  );
  const { graph, signal } = opened(other.url, { limits: { tries: 3 } });
  const [first, second] = await graph.batch(['/a', '/b'], { signal });
  assert.equal(first?.ok, true);
  assert.ok(second?.ok === false);
  assert.equal(second.error.code, 'graph.failed');
  assert.equal(second.error.where?.path, '/v1.0/b');
  assert.match(second.error.remedy, /^Run again after 2026-11-24T04:00:30/u);
  assert.equal(other.seen.length, 3);
});

test('a wait inside a batch that exceeds the time left is not begun', async () => {
  await using other = await batches(() => ({
    ...refused(429, 'TooManyRequests'),
    headers: { 'Retry-After': '3600' },
  }));
  const { graph, waits, signal } = opened(other.url);
  const [answer] = await graph.batch(['/a'], { signal });
  assert.ok(answer?.ok === false && answer.error.code === 'graph.failed');
  assert.deepEqual(waits, []);
});

test('other refusals inside a batch are answers, each with its own path and permission', async () => {
  await using other = await batches(({ url }) =>
    url.startsWith('/users')
      ? refused(404, 'Request_ResourceNotFound')
      : refused(403, 'Authorization_RequestDenied'),
  );
  const { graph, signal } = opened(other.url);
  const [user, group] = await graph.batch(['/users/1', '/groups/2/members'], { signal });
  assert.ok(user?.ok === false && group?.ok === false);
  assert.equal(user.error.code, 'graph.not_found');
  assert.equal(user.error.where?.status, 404);
  assert.equal(user.error.where?.method, 'GET');
  assert.equal(group.error.code, 'graph.forbidden');
  assert.equal(group.error.facts?.['permission'], 'GroupMember.Read.All');
  assert.match(group.error.remedy, /Member\.Read\.Hidden/u);
});

test('a 401 inside a batch renews the token once, and only what was refused is sent again', async () => {
  await using other = await batches(({ url }, envelope) =>
    envelope === 1 && url === '/b' ? refused(401, 'InvalidAuthenticationToken') : fine(url),
  );
  const tokens = sameToken('old');
  const { graph, waits, signal } = opened(other.url, { tokens });
  const answers = await graph.batch(['/a', '/b'], { signal });
  assert.ok(answers.every(({ ok }) => ok));
  assert.equal(tokens.renewals, 1);
  assert.deepEqual(waits, []);
  assert.equal(other.seen[1]?.headers.authorization, 'Bearer old-1');
  assert.deepEqual(
    other.seen.map((seen) => askedIn(seen).length),
    [2, 1],
  );
});

test('a 401 inside a batch that stays is graph.unauthorized', async () => {
  await using other = await batches(() => refused(401, 'InvalidAuthenticationToken'));
  const tokens = sameToken('old');
  const { graph, signal } = opened(other.url, { tokens });
  const [answer] = await graph.batch(['/a'], { signal });
  assert.ok(answer?.ok === false && answer.error.code === 'graph.unauthorized');
  assert.equal(tokens.renewals, 1);
  assert.equal(other.seen.length, 2);
});

for (const [what, inner] of [
  ['an error inside a 200', { status: 200, body: { error: { code: 'x' } } }],
  ['a 200 without a body', { status: 200 }],
  ['a 204', { status: 204 }],
  ['a list in place of an object', { status: 200, body: [] }],
  ['a redirect', { status: 302, headers: { location: 'https://example.org' } }],
] as const) {
  test(`${what} inside a batch is a bad answer`, async () => {
    await using other = await batches(() => inner);
    const { graph, signal } = opened(other.url);
    const [answer] = await graph.batch(['/a'], { signal });
    assert.ok(answer?.ok === false && answer.error.code === 'graph.bad_answer');
  });
}

for (const [what, body] of [
  ['no responses', {}],
  ['a response that is missing', { responses: [{ id: '1', status: 200, body: {} }] }],
  [
    'a response given twice',
    { responses: ['1', '1', '2'].map((id) => ({ id, status: 200, body: {} })) },
  ],
  [
    'a response without a status',
    {
      responses: [
        { id: '1', body: {} },
        { id: '2', status: 200 },
      ],
    },
  ],
  [
    'a response to something else',
    { responses: ['1', '9'].map((id) => ({ id, status: 200, body: {} })) },
  ],
] as const) {
  test(`${what} makes the whole batch graph.bad_answer`, async () => {
    await using other = await otherSide((_seen, response) => json(response, body));
    const { graph, signal } = opened(other.url);
    const failure = await failureOf(graph.batch(['/a', '/b'], { signal }));
    assert.equal(failure.code, 'graph.bad_answer');
  });
}

for (const status of [424, 429, 503]) {
  test(`an envelope that is answered ${status} is sent again whole`, async () => {
    await using other = await otherSide((seen, response, count) => {
      if (count === 1) return json(response, {}, status);
      json(response, { responses: askedIn(seen).map(({ id, url }) => ({ id, ...fine(url) })) });
    });
    const { graph, signal } = opened(other.url);
    const answers = await graph.batch(['/a', '/b'], { signal });
    assert.ok(answers.every(({ ok }) => ok));
  });
}

test('an envelope that is refused fails the batch, and no further one begins', async () => {
  await using other = await otherSide((_seen, response) =>
    json(
      response,
      { error: { code: 'BadRequest', message: 'Invalid batch payload format.' } },
      400,
    ),
  );
  const { graph, signal } = opened(other.url, { limits: { concurrency: 1 } });
  const paths = Array.from({ length: 60 }, (_, index) => `/users/${index}`);
  const failure = await failureOf(graph.batch(paths, { signal }));
  assert.equal(failure.code, 'graph.refused');
  assert.match(failure.message, /POST \/v1\.0\/\$batch/u);
  assert.equal(other.seen.length, 1);
});
