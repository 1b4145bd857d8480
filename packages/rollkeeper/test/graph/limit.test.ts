import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { limited } from '../../src/graph/limit.ts';
import { Pace } from '../../src/graph/pace.ts';
import { defaultLimits } from '../../src/graph/transport.ts';
import type { Clock } from '../../src/graph/transport.ts';
import { wait } from '../../src/graph/wait.ts';
import { failureOf, opened } from './opened.ts';
import { json, otherSide } from './other-side.ts';

test('no more requests are under way than allowed, and none is left behind', async () => {
  let held: ServerResponse[] = [];
  let most = 0;
  await using other = await otherSide((_seen, response) => {
    held.push(response);
    most = Math.max(most, held.length);
    if (held.length < 3) return;
    for (const one of held) json(one, {});
    held = [];
  });
  const { graph, signal } = opened(other.url, { limits: { concurrency: 3 } });
  await Promise.all(
    Array.from({ length: 12 }, (_, index) => graph.get(`/users/${index}`, { signal })),
  );
  assert.equal(most, 3);
  assert.equal(other.seen.length, 12);
});

test('a request that waits its turn is interrupted at once, and the next takes its place', async () => {
  const held: ServerResponse[] = [];
  const arrived = Promise.withResolvers<void>();
  await using other = await otherSide((seen, response) => {
    if (seen.path !== '/v1.0/first') return json(response, {});
    held.push(response);
    arrived.resolve();
  });
  const { graph, signal } = opened(other.url, { limits: { concurrency: 1 } });
  const first = graph.get('/first', { signal });
  await arrived.promise;
  const stop = new AbortController();
  const second = failureOf(graph.get('/second', { signal: stop.signal }));
  const third = graph.get('/third', { signal });
  stop.abort();
  assert.equal((await second).code, 'interrupted');
  for (const response of held) json(response, {});
  await Promise.all([first, third]);
  assert.deepEqual(
    other.seen.map(({ path }) => path),
    ['/v1.0/first', '/v1.0/third'],
  );
});

/** Resolves when all that can go on without more input has. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A limited transport over answers that a test gives by hand, with a clock that it moves. */
function byHand(concurrency: number) {
  const held: ((status: number, headers: Readonly<Record<string, string>>) => void)[] = [];
  const waits: { readonly until: number; readonly resume: () => void }[] = [];
  let now = 1_000_000;
  const clock: Clock = {
    now: () => now,
    random: () => 0,
    wait: (ms) => new Promise((resume) => waits.push({ until: now + ms, resume })),
  };
  const pace = new Pace({ ...defaultLimits, concurrency }, clock);
  const transport = limited(
    () =>
      new Promise((resolve) =>
        held.push((status, headers) =>
          resolve({ status, headers: new Headers(headers), text: '', json: undefined }),
        ),
      ),
    pace,
  );
  const { signal } = new AbortController();
  return {
    held,
    send: async (deadline = Number.POSITIVE_INFINITY) =>
      await transport(
        {
          method: 'GET',
          url: 'https://x/v1.0/a',
          headers: {},
          expect: 'json',
          attempt: 1,
          deadline,
        },
        signal,
      ),
    /** Answers everything under way. */
    async release(status = 200, headers: Readonly<Record<string, string>> = {}): Promise<void> {
      for (const one of held.splice(0)) one(status, headers);
      await settled();
    },
    async pass(ms: number): Promise<void> {
      now += ms;
      for (const one of waits.splice(0)) {
        if (one.until <= now) one.resume();
        else waits.push(one);
      }
      await settled();
    },
  };
}

test('near its limit Graph is asked half as much at once, and later one more each time', async () => {
  const { held, release, send } = byHand(4);
  const warned = send();
  await settled();
  await release(200, { 'x-ms-throttle-limit-percentage': '0.9' });
  await warned;
  const all = Promise.all([1, 2, 3, 4, 5, 6, 7].map(() => send()));
  await settled();
  assert.equal(held.length, 2);
  await release();
  assert.equal(held.length, 4);
  await release();
  await release();
  await all;
});

test('a 429 stops every request, not one, until its Retry-After has passed', async () => {
  const { held, pass, release, send } = byHand(4);
  const throttled = send();
  await settled();
  await release(429, { 'Retry-After': '7' });
  assert.equal((await throttled).status, 429);
  const others = Promise.all([send(), send()]);
  await pass(6_999);
  assert.equal(held.length, 0);
  await pass(1);
  assert.equal(held.length, 2);
  await release();
  await others;
});

test('the longest of several Retry-After counts, in whatever form they come', async () => {
  const { held, pass, release, send } = byHand(2);
  const first = Promise.all([send(), send()]);
  await settled();
  held.shift()?.(429, { 'retry-after': '2.5' });
  await release(429, {
    Date: 'Tue, 24 Nov 2026 04:00:00 GMT',
    'Retry-After': 'Tue, 24 Nov 2026 04:00:04 GMT',
  });
  await first;
  const next = send();
  await pass(3_999);
  assert.equal(held.length, 0);
  await pass(1);
  assert.equal(held.length, 1);
  await release();
  await next;
});

test('a request that cannot wait so long is not sent, and says when to come back', async () => {
  const { held, release, send } = byHand(2);
  const throttled = send();
  await settled();
  await release(429, { 'Retry-After': '3600' });
  await throttled;
  const failure = await failureOf(send(1_000_000 + 60_000));
  assert.equal(failure.code, 'graph.failed');
  assert.match(failure.remedy, /^Run again after 1970-01-01T01:16:40/u);
  assert.equal(held.length, 0);
});

test('a 429 inside a batch stops every other request too', async () => {
  await using other = await otherSide((seen, response, count) => {
    if (!seen.path.endsWith('$batch')) return json(response, {});
    const inner =
      count === 1
        ? { id: '1', status: 429, headers: { 'Retry-After': '30' }, body: { error: { code: 'x' } } }
        : { id: '1', status: 200, body: {} };
    json(response, { responses: [inner] });
  });
  const pauses: (() => void)[] = [];
  let now = 0;
  const { graph, signal } = opened(other.url, {
    now: () => now,
    wait: (ms) =>
      new Promise((resume) =>
        pauses.push(() => {
          now = Math.max(now, ms);
          resume();
        }),
      ),
  });
  const batch = graph.batch(['/a'], { signal });
  while (pauses.length === 0) await settled();
  const single = graph.get('/b', { signal });
  while (pauses.length < 2) await settled();
  assert.equal(other.seen.length, 1);
  for (const resume of pauses.splice(0)) resume();
  await Promise.all([batch, single]);
  assert.equal(other.seen.length, 3);
});

test('a wait for Graph ends as soon as it is told to', async () => {
  await using other = await otherSide((_seen, response) =>
    json(response, {}, 429, { 'retry-after': '500' }),
  );
  const stop = new AbortController();
  const { graph } = opened(other.url, { wait });
  const first = failureOf(graph.get('/a', { signal: stop.signal }));
  while (graph.tally().waitedMs === 0) await settled();
  const second = failureOf(graph.get('/b', { signal: stop.signal }));
  await settled();
  stop.abort();
  assert.deepEqual([(await first).code, (await second).code], ['interrupted', 'interrupted']);
  assert.equal(other.seen.length, 1);
});

for (const [asked, sent] of [
  [undefined, 'Normal'],
  ['Low', 'Low'],
] as const) {
  test(`the priority ${asked ?? 'left out'} is said as ${sent}, in each request of a batch too`, async () => {
    await using other = await otherSide((seen, response) =>
      seen.path.endsWith('$batch')
        ? json(response, { responses: [{ id: '1', status: 200, body: {} }] })
        : json(response, {}),
    );
    const { graph, signal } = opened(other.url, asked === undefined ? {} : { priority: asked });
    await graph.get('/a', { signal });
    await graph.batch(['/b'], { signal });
    const [single, batch] = other.seen;
    assert.equal(single?.headers['x-ms-throttle-priority'], sent);
    assert.match(batch?.body ?? '', new RegExp(`"x-ms-throttle-priority":"${sent}"`, 'u'));
  });
}
