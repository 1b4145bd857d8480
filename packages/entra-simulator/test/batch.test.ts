import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './serving.ts';
import { signIn } from './client.ts';

const one = (id: number) => ({ id: String(id), method: 'GET', url: '/users' });

test('a batch answers each request by itself, in another order', async () => {
  await using simulator = await serve({ users: 100 });
  const client = await signIn(simulator);
  const answer = await client.post('/$batch', {
    requests: [
      { id: 'a', method: 'GET', url: '/users?$top=2' },
      { id: 'b', method: 'GET', url: 'users/nobody@nowhere.example' },
      { id: 'c', method: 'GET', url: '/users/$count', headers: { ConsistencyLevel: 'eventual' } },
    ],
  });
  assert.equal(answer.status, 200);
  const responses = answer.body.responses ?? [];
  assert.deepEqual(
    responses.map(({ id }) => id),
    ['b', 'c', 'a'],
  );
  assert.deepEqual(
    responses.map(({ status }) => status),
    [404, 200, 200],
  );
  assert.deepEqual(
    simulator.requests.at(-1)?.batch?.map(({ status }) => status),
    [200, 404, 200],
  );
});

test('what depends on a failed request fails with 424', async () => {
  await using simulator = await serve({ users: 100 });
  const client = await signIn(simulator);
  const { body } = await client.post('/$batch', {
    requests: [
      { id: '1', method: 'GET', url: '/users/nobody' },
      { id: '2', method: 'GET', url: '/users?$top=1', dependsOn: ['1'] },
    ],
  });
  assert.equal(body.responses?.find(({ id }) => id === '2')?.status, 424);
});

test('an envelope that is malformed, too long, or repeats an id is a 400', async () => {
  await using simulator = await serve({ users: 100 });
  const client = await signIn(simulator);
  const envelopes: readonly unknown[] = [
    '{ not json',
    {},
    { requests: Array.from({ length: 21 }, (_, at) => one(at)) },
    { requests: [one(1), one(1)] },
    { requests: [{ id: '1', method: 'GET', url: 'https://elsewhere.example/users' }] },
  ];
  for (const envelope of envelopes) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is easier to read
    assert.equal((await client.post('/$batch', envelope)).status, 400);
  }
});
