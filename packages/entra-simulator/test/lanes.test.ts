import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Simulator } from '../src/index.ts';
import { serve } from './serving.ts';
import { advanced, signIn } from './client.ts';

const names = ({ tenant }: Simulator): string[] =>
  [...tenant.users()].map(({ userPrincipalName }) => userPrincipalName);

test('startsWith finds whose user name begins so, in any letter case, page by page', async () => {
  await using simulator = await serve({ users: 300 });
  const client = await signIn(simulator);
  simulator.tenant.createUser({ userPrincipalName: 'ANNA.Upper@larkfield.example' });
  for (const beginning of ['a', 'A', 'an', 'ann', 'ANNA.u', "x'"]) {
    const filter = encodeURIComponent(
      `startsWith(userPrincipalName,'${beginning.replace("'", "''")}')`,
    );
    // oxlint-disable-next-line no-await-in-loop -- one after the other is easier to read
    const { items } = await client.all(`/users?$select=userPrincipalName&$top=3&$filter=${filter}`);
    assert.deepEqual(
      items.map((item) => String(item['userPrincipalName'])).toSorted(),
      names(simulator)
        .filter((name) => name.toLowerCase().startsWith(beginning.toLowerCase()))
        .toSorted(),
    );
  }
});

test('a renamed user is found by the new name only', async () => {
  await using simulator = await serve({ users: 60, odd: false });
  const client = await signIn(simulator);
  const count = async (beginning: string) =>
    (
      await client.get(
        `/users/$count?$filter=startsWith(userPrincipalName,'${beginning}')`,
        advanced,
      )
    ).text;
  assert.equal(await count('zz9'), '0');
  const [first] = [...simulator.tenant.users()];
  simulator.tenant.updateUser(first?.id ?? '', { userPrincipalName: 'zz9@larkfield.example' });
  assert.equal(await count('zz9'), '1');
});

test('several beginnings can be joined by or, unless that is refused', async () => {
  await using simulator = await serve({ users: 300 });
  const client = await signIn(simulator);
  const one = (beginning: string) => `startsWith(userPrincipalName,'${beginning}')`;
  const path = `/users?$top=999&$filter=${one('a')} or ${one('b')} or ${one('al')}`;
  const { body } = await client.get(path);
  assert.equal(body.value?.length, names(simulator).filter((name) => /^[ab]/iu.test(name)).length);
  simulator.behaviour.orOfStartsWith = 'refused';
  assert.equal((await client.get(path)).body.error?.code, 'Request_UnsupportedQuery');
  assert.equal((await client.get(`/users?$filter=${one('a')}`)).status, 200);
});

test('counts lag where told to: the latest users are missing from them', async () => {
  await using simulator = await serve({ users: 100, odd: false, behaviour: { countLag: 3 } });
  const client = await signIn(simulator);
  assert.equal((await client.get('/users/$count', advanced)).text, '97');
  const { body } = await client.get('/users?$count=true&$top=1', advanced);
  assert.equal(body['@odata.count'], 97);
  const { items } = await client.all('/users');
  assert.equal(items.length, 100);
});

test('in rounds, requests sent together are one round trip, and those after each other are several', async () => {
  await using simulator = await serve({ users: 60, inRounds: true });
  const client = await signIn(simulator);
  simulator.requests.clear();
  await Promise.all([client.get('/users'), client.get('/groups'), client.get('/organization')]);
  assert.equal(simulator.requests.rounds, 1);
  await client.all('/users?$top=20');
  assert.equal(simulator.requests.rounds, 4);
  assert.deepEqual(
    simulator.requests.map(({ round }) => round),
    [1, 1, 1, 2, 3, 4],
  );
});
