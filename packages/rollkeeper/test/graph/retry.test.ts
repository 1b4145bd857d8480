import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, opened } from './opened.ts';
import { json, otherSide } from './other-side.ts';

const error = (code: string, message = 'no') => ({ error: { code, message, innerError: {} } });

test('obeys Retry-After on 429, to the millisecond', async () => {
  await using other = await otherSide((_seen, response, count) => {
    if (count < 3) json(response, error('TooManyRequests'), 429, { 'retry-after': '2.128' });
    else json(response, { value: 1 });
  });
  const { graph, waits, signal } = opened(other.url);
  assert.deepEqual(await graph.get('/organization', { signal }), { value: 1 });
  assert.deepEqual(waits, [2128, 2128]);
  const { requests, throttled, waitedMs } = graph.tally();
  assert.deepEqual([requests, throttled, waitedMs], [3, 2, 4256]);
});

test('waits a Retry-After of minutes in full', async () => {
  await using other = await otherSide((_seen, response, count) => {
    if (count === 1) json(response, error('TooManyRequests'), 429, { 'retry-after': '300' });
    else json(response, {});
  });
  const { graph, waits, signal } = opened(other.url);
  await graph.get('/users', { signal });
  assert.deepEqual(waits, [300_000]);
});

test('fails at once where Retry-After exceeds the time left, and says when to come back', async () => {
  await using other = await otherSide((_seen, response) =>
    json(response, error('TooManyRequests'), 429, { 'retry-after': '3600' }),
  );
  const { graph, waits, signal } = opened(other.url);
  const failure = await failureOf(graph.get('/users', { signal }));
  assert.equal(failure.code, 'graph.failed');
  assert.match(failure.remedy, /Run again after 2026-11-24T05:00:00.000Z/u);
  assert.equal(failure.facts?.['retryAt'], '2026-11-24T05:00:00.000Z');
  assert.equal(other.seen.length, 1);
  assert.deepEqual(waits, []);
});

for (const status of [500, 502, 503, 504]) {
  test(`tries again after ${status}, waiting twice as long each time`, async () => {
    await using other = await otherSide((_seen, response, count) => {
      if (count < 4) json(response, error('UnknownError'), status);
      else json(response, {});
    });
    const { graph, waits, signal } = opened(other.url);
    await graph.get('/users', { signal });
    assert.deepEqual(waits, [500, 1000, 2000]);
  });
}

test('chance takes up to half of a wait that was not asked for', async () => {
  await using other = await otherSide((_seen, response, count) => {
    json(response, {}, count === 1 ? 503 : 200);
  });
  const { graph, waits, signal } = opened(other.url, { random: () => 0.999_999 });
  await graph.get('/users', { signal });
  assert.deepEqual(waits, [250]);
});

test('gives up after the tries allowed, and says how many there were', async () => {
  await using other = await otherSide((_seen, response) => {
    response.writeHead(503, { 'content-type': 'text/html', 'request-id': 'r-1' });
    response.end('<html><style>b{}</style><h1>Service  Unavailable</h1></html>');
  });
  const { graph, signal } = opened(other.url, { limits: { tries: 3 } });
  const failure = await failureOf(graph.get('/users?$top=1', { signal }));
  assert.equal(failure.code, 'graph.failed');
  assert.equal(other.seen.length, 3);
  assert.match(failure.message, /tried 3 times.*“Service Unavailable”/u);
  assert.deepEqual(failure.where, {
    method: 'GET',
    path: '/v1.0/users?$top=1',
    status: 503,
    requestId: 'r-1',
  });
});

test('gives up when the time is used up', async () => {
  await using other = await otherSide((_seen, response) => json(response, {}, 503));
  const { graph, waits, signal } = opened(other.url, { limits: { totalMs: 2000 } });
  await failureOf(graph.get('/users', { signal }));
  assert.deepEqual(waits, [500, 1000]);
});

test('a 409 for concurrency is tried again, any other is not', async () => {
  await using other = await otherSide((seen, response, count) => {
    if (seen.path.endsWith('other')) json(response, error('Conflict'), 409);
    else if (count === 1) json(response, error('directory_concurrencyViolation'), 409);
    else json(response, {});
  });
  const { graph, signal } = opened(other.url);
  await graph.get('/users', { signal });
  const failure = await failureOf(graph.get('/other', { signal }));
  assert.equal(failure.code, 'graph.refused');
  assert.equal(other.seen.length, 3);
});

test('a connection that is reset is tried again', async () => {
  await using other = await otherSide((_seen, response, count) => {
    if (count < 3) response.socket?.resetAndDestroy();
    else json(response, { fine: true });
  });
  const { graph, signal } = opened(other.url);
  assert.deepEqual(await graph.get('/users', { signal }), { fine: true });
});

test('a body that breaks off is tried again', async () => {
  await using other = await otherSide((_seen, response, count) => {
    if (count > 1) return json(response, { value: [] });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"value":[{"id":"a"}');
    setImmediate(() => response.socket?.destroy());
  });
  const { graph, signal } = opened(other.url);
  assert.deepEqual(await graph.get('/users', { signal }), { value: [] });
});

test('a success that is half a JSON text is tried again, and in the end a bad answer', async () => {
  await using other = await otherSide((_seen, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"value":[{"id":"a"}');
  });
  const { graph, signal } = opened(other.url, { limits: { tries: 2 } });
  const failure = await failureOf(graph.get('/users', { signal }));
  assert.equal(failure.code, 'graph.bad_answer');
  assert.equal(other.seen.length, 2);
});

test('a server that never answers is a timeout, tried again', async () => {
  await using other = await otherSide((_seen, response, count) => {
    if (count > 1) json(response, {});
  });
  const { graph, signal } = opened(other.url, { limits: { requestTimeoutMs: 50 } });
  await graph.get('/users', { signal });
  assert.equal(other.seen.length, 2);
});

test('nobody listening is graph.failed with the reason, after every try', async () => {
  const gone = await otherSide(() => undefined);
  await gone[Symbol.asyncDispose]();
  const { graph, waits, signal } = opened(gone.url, { limits: { tries: 3 } });
  const failure = await failureOf(graph.get('/users', { signal }));
  assert.equal(failure.code, 'graph.failed');
  assert.match(failure.message, /ECONNREFUSED/u);
  assert.equal(waits.length, 2);
});

test('a host that does not exist is told at once', async () => {
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND nowhere'), { code: 'ENOTFOUND' });
  const fetch = () => Promise.reject(new TypeError('fetch failed', { cause }));
  const { graph, waits, signal } = opened('http://localhost:1', { fetch });
  const failure = await failureOf(graph.get('/users', { signal }));
  assert.match(failure.remedy, /MSGRAPH_GRAPH_URL/u);
  assert.deepEqual(waits, []);
});

test('a wait is interrupted at once', async () => {
  await using other = await otherSide((_seen, response) =>
    json(response, {}, 429, { 'retry-after': '500' }),
  );
  const stop = new AbortController();
  const { graph } = opened(other.url, {
    wait: (await import('../../src/graph/wait.ts')).wait,
    onRequest: () => setImmediate(() => stop.abort()),
  });
  const failure = await failureOf(graph.get('/users', { signal: stop.signal }));
  assert.equal(failure.code, 'interrupted');
});

test('a request under way is interrupted at once', async () => {
  const stop = new AbortController();
  await using other = await otherSide(() => stop.abort());
  const { graph } = opened(other.url);
  const failure = await failureOf(graph.get('/users', { signal: stop.signal }));
  assert.equal(failure.code, 'interrupted');
  assert.equal(other.seen.length, 1);
});

test('nothing is sent after an interruption', async () => {
  await using other = await otherSide((_seen, response) => json(response, {}));
  const { graph } = opened(other.url);
  const signal = AbortSignal.abort();
  for (const asked of [graph.get('/users', { signal }), graph.batch(['/users'], { signal })]) {
    assert.equal((await failureOf(asked)).code, 'interrupted');
  }
  assert.equal(other.seen.length, 0);
});

test('after a 503 the next try goes over a new connection, after a 500 over the same', async () => {
  for (const [status, isSame] of [
    [503, false],
    [500, true],
  ] as const) {
    await using other = await otherSide((_seen, response, count) => {
      json(response, {}, count === 1 ? status : 200);
    });
    // A connection is free for the next request a moment after the answer was read.
    const breathe = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const { graph, signal } = opened(other.url, { wait: breathe });
    await graph.get('/a', { signal });
    const [refused, after] = other.seen;
    assert.equal(after?.port === refused?.port, isSame);
  }
});
