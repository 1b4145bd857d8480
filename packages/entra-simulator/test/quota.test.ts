import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './serving.ts';
import { quotaOf } from '../src/quota.ts';
import { signIn } from './client.ts';

const low = { 'x-ms-throttle-priority': 'Low' };
/** A clock that stands still, so that nothing fills again. */
const start = Date.parse('2026-11-24T04:00:00Z');
const now = () => start;
const used = (headers: Headers) => headers.get('x-ms-throttle-limit-percentage');

test('the quota goes by the size of the tenant', () => {
  assert.deepEqual(
    [49, 50, 500, 501].map((users) => quotaOf(users)),
    [3_500, 5_000, 5_000, 8_000],
  );
});

test('without a quota nothing is throttled, and units are told all the same', async () => {
  await using simulator = await serve({ users: 60 });
  const client = await signIn(simulator);
  const { headers, status } = await client.get('/users?$expand=manager');
  assert.equal(status, 200);
  assert.equal(headers.get('x-ms-resource-unit'), '3');
  assert.equal(used(headers), null);
});

test('the percentage is told above 80 %, and the quota refuses above 100 %, until it has filled again', async () => {
  let at = start;
  await using simulator = await serve({ users: 60, now: () => at, behaviour: { quota: 10 } });
  const client = await signIn(simulator);
  const answers = [];
  // oxlint-disable-next-line no-await-in-loop -- each uses two units of the ten
  for (let count = 0; count < 6; count += 1) answers.push(await client.get('/users'));
  assert.deepEqual(
    answers.map(({ status, headers }) => [status, used(headers)]),
    [
      [200, null],
      [200, null],
      [200, null],
      [200, null],
      [200, '1.00'],
      [429, '1.20'],
    ],
  );
  const refused = answers.at(-1);
  assert.equal(refused?.headers.get('retry-after'), '4');
  assert.equal(refused?.headers.get('x-ms-throttle-information'), 'ResourceUnitLimitExceeded');
  assert.equal(
    refused?.headers.get('x-ms-throttle-scope'),
    `Tenant_Application/ReadWrite/${simulator.application.clientId}/${simulator.tenant.id}`,
  );
  assert.equal(refused?.body.error?.code, 'TooManyRequests');
  assert.equal(Object(refused?.body.error?.innerError).code, '429');
  at += 4_000;
  assert.equal((await client.get('/users')).status, 200);
});

test('low priority is refused before the rest', async () => {
  await using simulator = await serve({ users: 60, now, behaviour: { quota: 1_000_000 } });
  const client = await signIn(simulator);
  await client.get('/users');
  simulator.behaviour.quota = 6.3;
  await client.get('/users');
  assert.equal((await client.get('/users', low)).status, 429);
  simulator.behaviour.quota = 1_000_000;
  assert.equal((await client.get('/users', low)).status, 200);
});

test('requests inside a batch are metered one by one, the envelope is not', async () => {
  await using simulator = await serve({
    users: 60,
    behaviour: { quota: 4.5, shuffleBatch: false },
  });
  const client = await signIn(simulator);
  const requests = [1, 2, 3].map((id) => ({ id: String(id), method: 'GET', url: '/users' }));
  const { body, status } = await client.post('/$batch', { requests });
  assert.equal(status, 200);
  assert.deepEqual(
    body.responses?.map((one) => one.status),
    [200, 200, 429],
  );
  assert.equal(body.responses?.[2]?.headers['Retry-After'], '6');
});

for (const [form, expected] of [
  ['fraction', /^3\.128$/u],
  ['date', /GMT$/u],
  ['none', /^null$/u],
] as const) {
  test(`Retry-After comes as ${form}`, async () => {
    await using simulator = await serve({
      users: 60,
      now,
      behaviour: { quota: 1.9, retryAfter: form },
    });
    const client = await signIn(simulator);
    const { headers, status } = await client.get('/users');
    assert.equal(status, 429);
    assert.match(String(headers.get('retry-after')), expected);
  });
}
