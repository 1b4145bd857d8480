import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './serving.ts';
import { signIn } from './client.ts';

test('a fault hits the n-th match, so many times, and counts its hits', async () => {
  await using simulator = await serve({ users: 50 });
  const client = await signIn(simulator);
  const handle = simulator.faults.add({
    match: { path: '/users' },
    nth: 2,
    times: 2,
    status: 503,
    body: '<html>down</html>',
  });
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the order is the point
    statuses.push((await client.get('/users')).status);
  }
  assert.deepEqual(statuses, [200, 503, 503, 200]);
  assert.equal(handle.hits, 2);
});

test('a generated 429 brings Retry-After in the form asked for', async () => {
  await using simulator = await serve({ users: 50 });
  const client = await signIn(simulator);
  simulator.faults.add({ status: 429, times: 4 });
  const seen: (string | null)[] = [];
  for (const form of ['seconds', 'fraction', 'none', 'date'] as const) {
    simulator.behaviour.retryAfter = form;
    // oxlint-disable-next-line no-await-in-loop -- the form changes each time
    const answer = await client.get('/users');
    assert.equal(answer.status, 429);
    assert.equal(answer.body.error?.code, 'TooManyRequests');
    seen.push(answer.headers.get('retry-after'));
  }
  assert.deepEqual(seen.slice(0, 3), ['1', '1.128', null]);
  assert.ok(Date.parse(seen[3] ?? '') > 0);
});

test('a fault inside a batch leaves the envelope whole', async () => {
  await using simulator = await serve({ users: 50 });
  const client = await signIn(simulator);
  simulator.faults.add({
    match: { inBatch: true, query: '$top=2' },
    status: 429,
    headers: { 'retry-after': '7' },
  });
  const { status, body } = await client.post('/$batch', {
    requests: [
      { id: '1', method: 'GET', url: '/users?$top=1' },
      { id: '2', method: 'GET', url: '/users?$top=2' },
    ],
  });
  assert.equal(status, 200);
  const second = body.responses?.find(({ id }) => id === '2');
  assert.equal(second?.status, 429);
  assert.equal(second.headers['retry-after'], '7');
  assert.equal(body.responses?.find(({ id }) => id === '1')?.status, 200);
});

test('connections are reset, cut short with an error, or cut short without one', async () => {
  await using simulator = await serve({ users: 50 });
  const client = await signIn(simulator);
  simulator.faults.add({ reset: true });
  await assert.rejects(client.get('/users'));
  simulator.faults.add({ truncate: 20 });
  await assert.rejects(client.get('/users'));
  simulator.faults.add({ truncateCleanly: 20 });
  assert.equal((await client.get('/users')).text.length, 20);
});

test('a request can hang until the client gives up', async () => {
  await using simulator = await serve({ users: 50 });
  await signIn(simulator);
  simulator.faults.add({ match: { path: '/users' }, hang: true });
  const signal = AbortSignal.timeout(100);
  await assert.rejects(fetch(`${simulator.url}/v1.0/users`, { signal }), { name: 'TimeoutError' });
});

test('the normal answer can be rewritten', async () => {
  await using simulator = await serve({ users: 50 });
  const client = await signIn(simulator);
  simulator.faults.add({
    rewrite: (answer) => ({ ...answer, body: { '@odata.nextLink': 'https://elsewhere.example/' } }),
  });
  const { body } = await client.get('/users');
  assert.deepEqual(body, { '@odata.nextLink': 'https://elsewhere.example/' });
});

test('the login is hit by its path and spared by faults without one', async () => {
  await using simulator = await serve({ users: 50 });
  simulator.faults.add({ status: 500, times: Infinity });
  await signIn(simulator);
  simulator.faults.add({ match: { path: /oauth2/ }, status: 503 });
  const client = await signIn(simulator);
  assert.equal((await client.get('/users')).status, 500);
});

test('removing and clearing faults ends them', async () => {
  await using simulator = await serve({ users: 50 });
  const client = await signIn(simulator);
  const handle = simulator.faults.add({ status: 500, times: Infinity });
  handle.remove();
  assert.equal((await client.get('/users')).status, 200);
  simulator.faults.add({ status: 500, times: Infinity });
  simulator.faults.clear();
  assert.equal((await client.get('/users')).status, 200);
});
