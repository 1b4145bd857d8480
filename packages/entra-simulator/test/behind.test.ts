import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { signIn } from './client.ts';
import { serve } from './serving.ts';

const names = async (client: Awaited<ReturnType<typeof signIn>>, path: string) =>
  (await client.all(path)).items.map((item) => String(item['displayName']));

describe('a part of Graph that is behind', () => {
  test('lists do not show the latest changes yet, and objects and rounds of changes do', async () => {
    await using simulator = await serve({ users: 30, members: 20, odd: false });
    const client = await signIn(simulator);
    const { behaviour, settings, tenant } = simulator;
    const group = tenant.group(settings['MSGRAPH_GROUP_NAME_TO_SYNC'] ?? '')?.id ?? '';
    const { link } = await latest(client);
    behaviour.listsBehind = 3;
    const [someone] = [...tenant.users()];
    const joiner = tenant.createUser({ displayName: 'New Comer' });
    tenant.addMember(group, joiner.id);
    tenant.updateUser(someone?.id ?? '', { displayName: 'Renamed' });

    const listed = await names(client, '/users?$select=id,displayName');
    assert.ok(!listed.includes('New Comer') && !listed.includes('Renamed'));
    assert.ok(listed.includes(String(someone?.displayName)));
    const members = await client.all(`/groups/${group}/members?$select=id`);
    assert.ok(!members.items.some(({ id }) => id === joiner.id));
    const one = await client.get(`/users/${joiner.id}?$select=id,displayName`);
    assert.equal(one.body['displayName'], 'New Comer');
    const told = await client.all(link);
    assert.deepEqual(
      told.items.map(({ id }) => id).toSorted(),
      [joiner.id, String(someone?.id)].toSorted(),
    );

    behaviour.listsBehind = 2;
    assert.ok((await names(client, '/users?$select=id,displayName')).includes('New Comer'));
    behaviour.listsBehind = 0;
    assert.ok((await names(client, '/users?$select=id,displayName')).includes('Renamed'));
  });

  test('objects asked for by id are not there yet, or still, and lists say otherwise', async () => {
    await using simulator = await serve({ users: 30, members: 20, odd: false });
    const client = await signIn(simulator);
    const { behaviour, tenant } = simulator;
    behaviour.objectsBehind = 2;
    const [leaver] = [...tenant.users()];
    tenant.deleteUser(leaver?.id ?? '');
    const joiner = tenant.createUser({ displayName: 'New Comer' });
    assert.equal((await client.get(`/users/${joiner.id}`)).status, 404);
    assert.equal((await client.get(`/users/${leaver?.id}`)).status, 200);
    const listed = await names(client, '/users?$select=id,displayName');
    assert.ok(listed.includes('New Comer'));
    assert.ok(!listed.includes(String(leaver?.displayName)));
    const deleted = await client.get(`/directory/deletedItems/${leaver?.id}`);
    assert.equal(deleted.status, 404);
    behaviour.objectsBehind = 0;
    assert.equal((await client.get(`/users/${joiner.id}`)).status, 200);
    assert.equal((await client.get(`/users/${leaver?.id}`)).status, 404);
  });

  test('what arrives late is what was written, ids and dates included', async () => {
    let now = Date.UTC(2026, 0, 1);
    await using simulator = await serve({ users: 10, odd: false, now: () => now });
    const client = await signIn(simulator);
    const { behaviour, tenant } = simulator;
    const created = tenant.createUser({ displayName: 'New Comer' });
    now += 60_000;
    tenant.updateUser(created.id, { jobTitle: 'Later' });
    behaviour.objectsBehind = 1;
    const { body } = await client.get(`/users/${created.id}?$select=createdDateTime,jobTitle`);
    assert.equal(body['createdDateTime'], created.createdDateTime);
    assert.equal(body['jobTitle'], null);
  });
});

async function latest(client: Awaited<ReturnType<typeof signIn>>) {
  const { body } = await client.get('/users/delta?$select=displayName&$deltatoken=latest');
  return { link: String(body['@odata.deltaLink']) };
}
