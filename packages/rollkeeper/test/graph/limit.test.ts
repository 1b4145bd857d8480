import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { limited } from '../../src/graph/limit.ts';
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

test('near its limit Graph is asked half as much at once, and later one more each time', async () => {
  const held: (() => void)[] = [];
  const transport = limited((request) => {
    const percentage = request.headers['percentage'];
    const headers = new Headers(
      percentage === undefined ? {} : { 'x-ms-throttle-limit-percentage': percentage },
    );
    return new Promise((resolve) =>
      held.push(() => resolve({ status: 200, headers, text: '', json: undefined })),
    );
  }, 4);
  const { signal } = new AbortController();
  const send = (headers: Readonly<Record<string, string>>) =>
    transport({ method: 'GET', url: '', headers, expect: 'json', attempt: 1 }, signal);
  const release = async (): Promise<void> => {
    for (const one of held.splice(0)) one();
    await settled();
  };
  const warned = send({ percentage: '0.9' });
  await settled();
  await release();
  await warned;
  const all = Promise.all([1, 2, 3, 4, 5, 6, 7].map(() => send({})));
  await settled();
  assert.equal(held.length, 2);
  await release();
  assert.equal(held.length, 4);
  await release();
  await release();
  await all;
});
