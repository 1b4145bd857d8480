import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { watching, schemaFile } from './schema.ts';
import { serve } from '../src/index.ts';
import { advanced, askToken, signIn } from './client.ts';
import { skippedWithout } from './shared.ts';

const skip = skippedWithout(schemaFile);

function asked(url: string) {
  return { method: 'GET', url, headers: {}, body: '' };
}

function told(path: string, body: unknown, status = 200) {
  const answer = { status, headers: {}, body };
  return { by: 'graph' as const, asked: asked(path), path, inBatch: false, answer };
}

test('every answer in these tests is held against the schema of Graph', { skip }, async () => {
  const watch = watching();
  await using simulator = await serve({ users: 60, onAnswer: watch.onAnswer });
  const client = await signIn(simulator);
  const { group = '' } = simulator.tenant.oddities;
  await client.get('/users?$expand=manager');
  await client.get('/users/nobody');
  await client.get('/users/$count', advanced);
  await client.get(`/groups/${group}/members`);
  await client.get('/groups/delta');
  await client.post('/$batch', { requests: [{ id: '1', method: 'GET', url: '/organization' }] });
  await askToken(simulator, { client_secret: 'wrong' });
  assert.equal(watch.held, 9);
  watch.end();
});

const wrong: readonly (readonly [what: string, path: string, body: unknown, status?: number])[] = [
  ['a page without a value', '/users', {}],
  ['a collection that is null', '/users', { value: [{ id: 'a', businessPhones: null }] }],
  ['a name that is a number', '/users/a', { id: 'a', displayName: 7 }],
  ['an error without a code', '/users/a', { error: { message: 'no' } }, 404],
  [
    'a delta page with both links',
    '/users/delta',
    { value: [], '@odata.nextLink': 'a', '@odata.deltaLink': 'b' },
  ],
  [
    'a removal for an unknown reason',
    '/groups/delta',
    { value: [{ id: 'a', '@removed': { reason: 'moved' } }], '@odata.deltaLink': 'b' },
  ],
  [
    'a member whose phones are text',
    '/groups/a/members',
    { value: [{ '@odata.type': '#microsoft.graph.user', id: 'a', businessPhones: 'x' }] },
  ],
  ['a count that is no number', '/users/$count', 'many'],
];

for (const [what, path, body, status] of wrong) {
  test(`${what} does not hold to the schema`, { skip }, () => {
    const watch = watching();
    watch.onAnswer(told(path, body, status));
    assert.throws(() => watch.end(), /do not hold to the schema/);
  });
}

test('an answer is told as it was before a fault', async () => {
  const statuses: number[] = [];
  await using simulator = await serve({
    users: 10,
    odd: false,
    onAnswer: ({ by, answer }) => {
      if (by === 'graph') statuses.push(answer.status);
    },
  });
  const client = await signIn(simulator);
  simulator.faults.add({
    match: { path: '/users' },
    rewrite: (answer) => ({ ...answer, body: 1 }),
  });
  simulator.faults.add({ match: { path: '/users' }, nth: 2, status: 500 });
  assert.equal((await client.get('/users')).text, '1');
  assert.equal((await client.get('/users')).status, 500);
  assert.deepEqual(statuses, [200]);
});

test('no other test serves a tenant whose answers are not held against the schema', () => {
  const folder = new URL('./', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
  for (const file of files.filter((name) => name !== 'schema.test.ts')) {
    const text = readFileSync(new URL(file, folder), 'utf8');
    assert.doesNotMatch(text, /import \{[^}]*\bserve\b[^}]*\} from '\.\.\/src\//, file);
  }
});
