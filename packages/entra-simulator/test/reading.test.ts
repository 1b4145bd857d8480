import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './serving.ts';
import { signIn } from './client.ts';

test('every user comes once over opaque next links', async () => {
  await using simulator = await serve({ users: 250 });
  const client = await signIn(simulator);
  const { items, pages } = await client.all('/users?$select=id,displayName&$top=99');
  assert.deepEqual(
    pages.map((page) => page.body.value?.length),
    [99, 99, 52],
  );
  assert.equal(new Set(items.map(({ id }) => id)).size, 250);
  assert.deepEqual(Object.keys(items[0] ?? {}), ['id', 'displayName']);
});

test('a page holds 100 users unless told otherwise, with the default properties', async () => {
  await using simulator = await serve({ users: 250 });
  const client = await signIn(simulator);
  const { body } = await client.get('/users');
  assert.equal(body.value?.length, 100);
  assert.equal(Object.keys(body.value?.[0] ?? {}).length, 11);
});

test('a user is found by id, by user name, by a keyed segment and by an escaped guest name', async () => {
  await using simulator = await serve();
  const client = await signIn(simulator);
  const guest = simulator.tenant.user(simulator.tenant.oddities['guest'] ?? '');
  assert.ok(guest);
  const name = encodeURIComponent(guest.userPrincipalName);
  for (const path of [`/users/${guest.id}`, `/users/${name}`, `/users('${name}')`]) {
    const { body } = await client.get(`${path}?$select=id,userType`);
    assert.equal(body['id'], guest.id);
    assert.equal(body['userType'], 'Guest');
  }
});

test('the list shows managers when they are expanded', async () => {
  await using simulator = await serve({ users: 100, odd: false });
  const client = await signIn(simulator);
  const { body } = await client.get(
    '/users?$select=id&$expand=manager($select=id,displayName)&$top=20',
  );
  const [first, second] = body.value ?? [];
  assert.equal(first?.manager, undefined);
  assert.deepEqual(second?.manager, {
    '@odata.type': '#microsoft.graph.user',
    id: first?.id,
    displayName: simulator.tenant.user(first?.id ?? '')?.displayName,
  });
});

test('a manager who is not set is a 404 that names the manager', async () => {
  await using simulator = await serve();
  const client = await signIn(simulator);
  const answer = await client.get(`/users/${simulator.tenant.oddities['noManager']}/manager`);
  assert.equal(answer.status, 404);
  assert.equal(answer.body.error?.code, 'Request_ResourceNotFound');
  assert.match(answer.body.error.message, /^Resource 'manager' does not exist/);
});

test('groups are found by name, a doubled apostrophe included', async () => {
  await using simulator = await serve();
  const client = await signIn(simulator);
  const ask = async (name: string) =>
    (await client.get(`/groups?$filter=${encodeURIComponent(`displayName eq '${name}'`)}`)).body
      .value ?? [];
  assert.equal((await ask('kbuk')).length, 1);
  assert.equal((await ask('Duplicate')).length, 2);
  assert.equal((await ask("O''Neil''s team")).length, 1);
  assert.equal((await ask('Nobody knows')).length, 0);
});

test('walking a nested group by its direct members finds exactly the users of the tenant model', async () => {
  await using simulator = await serve({ users: 300, members: 200 });
  const client = await signIn(simulator);
  const groupId = simulator.tenant.oddities['group'] ?? '';
  const found = new Set<string>();
  const seen = new Set<string>();
  const open = [groupId];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    // oxlint-disable-next-line no-await-in-loop -- one group leads to the next
    const { items } = await client.all(`/groups/${at}/members?$select=id&$top=50`);
    for (const { id, '@odata.type': type } of items) {
      if (type === '#microsoft.graph.user') found.add(id);
      if (type === '#microsoft.graph.group') open.push(id);
    }
  }
  assert.equal(found.size, 200);
  assert.deepEqual(found, simulator.tenant.transitiveUserIds(groupId));
  const { items } = await client.all(
    `/groups/${groupId}/transitiveMembers/microsoft.graph.user?$select=id&$top=999`,
  );
  assert.deepEqual(new Set(items.map(({ id }) => id)), found);
});

test('a soft-deleted user is gone from users and members and stands in the deleted items', async () => {
  await using simulator = await serve();
  const client = await signIn(simulator);
  const id = simulator.tenant.oddities['softDeleted'] ?? '';
  assert.equal((await client.get(`/users/${id}`)).status, 404);
  const { body } = await client.get('/directory/deletedItems/microsoft.graph.user');
  assert.deepEqual(
    body.value?.map((one) => one.id),
    [id],
  );
  assert.equal((await client.get(`/directory/deletedItems/${id}`)).status, 200);
  simulator.tenant.restoreUser(id);
  assert.equal((await client.get(`/users/${id}`)).status, 200);
  const { items } = await client.all(
    `/groups/${simulator.tenant.oddities['group']}/members?$select=id&$top=999`,
  );
  assert.ok(items.some((one) => one.id === id));
});

test('members of a type that may not be read come with type and id, the rest null', async () => {
  await using simulator = await serve();
  const client = await signIn(simulator);
  const { items } = await client.all(
    `/groups/${simulator.tenant.oddities['group']}/members?$top=999`,
  );
  const device = items.find((one) => one['@odata.type'] === '#microsoft.graph.device');
  assert.equal(device?.displayName, null);
  assert.equal(
    items.some((one) => one['@odata.type'] === '#microsoft.graph.servicePrincipal'),
    false,
  );
  assert.ok(items.some((one) => one['@odata.type'] === '#microsoft.graph.somethingNew'));
});

test('memberOf shows the groups that hold a user', async () => {
  await using simulator = await serve({ users: 100 });
  const client = await signIn(simulator);
  const id =
    [...simulator.tenant.transitiveUserIds(simulator.tenant.oddities['group'] ?? '')][0] ?? '';
  const { items } = await client.all(`/users/${id}/memberOf?$select=id,displayName`);
  assert.ok(items.some(({ displayName }) => displayName === 'kbuk'));
});

test('users are looked up by id in a list of up to fifteen', async () => {
  await using simulator = await serve({ users: 100 });
  const client = await signIn(simulator);
  const ids = [...simulator.tenant.users()].slice(20, 36).map(({ id }) => id);
  const ask = async (some: readonly string[]) =>
    await client.get(
      `/users?$select=id&$expand=manager($select=id)&$filter=id in (${some.map((id) => `'${id}'`).join(',')})`,
    );
  const found = await ask(ids.slice(0, 15));
  assert.deepEqual(found.body.value?.map(({ id }) => id).toSorted(), ids.slice(0, 15).toSorted());
  assert.equal((await ask(ids)).status, 400);
});

test('the one organization is listed, and found by its id alone', async () => {
  await using simulator = await serve();
  const client = await signIn(simulator);
  const { id } = simulator.tenant;
  const listed = await client.get('/organization?$select=id');
  assert.deepEqual(listed.body.value, [{ id }]);
  const single = await client.get(`/organization/${id}?$select=id,displayName`);
  assert.equal(single.body['id'], id);
  assert.equal(typeof single.body['displayName'], 'string');
  const other = await client.get('/organization/00000000-0000-4000-8000-000000000000');
  assert.equal(other.status, 404);
});

test('what a catalogue asks with everything percent-encoded, a slash after the cast included, is answered', async () => {
  await using simulator = await serve({ users: 60, nested: false });
  const client = await signIn(simulator);
  const name = encodeURIComponent("displayName eq 'kbuk'");
  const found = await client.get(`/groups?%24filter=${name}&%24select=id%2CdisplayName&%24top=999`);
  const groupId = String(found.body.value?.[0]?.['id']);
  const cast = await client.get(
    `/groups/${groupId}/members/microsoft.graph.user/?%24select=id%2Cmail&%24expand=manager&%24top=20`,
  );
  assert.equal(cast.status, 200);
  assert.ok(String(cast.body['@odata.nextLink']).startsWith(`${simulator.url}/v1.0/`));
  assert.ok(cast.body.value?.some(({ manager }) => manager !== undefined));
  const plain = await client.get(`/groups/${groupId}/members?%24top=20`);
  const types = new Set(plain.body.value?.map((member) => member['@odata.type']));
  assert.ok(types.has('#microsoft.graph.user'));
});

test('the latency can be changed while serving', async () => {
  await using simulator = await serve({ latencyMs: 60_000 });
  simulator.latencyMs = 0;
  const client = await signIn(simulator);
  assert.equal((await client.get('/organization')).status, 200);
});
