import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import { advanced, askToken, Client, signIn, type Got, type Item } from './client.ts';
import { serve } from './serving.ts';

const typeOf = (item: Item): unknown => item['@odata.type'];

async function served(
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; client: Client } & AsyncDisposable> {
  const simulator = await serve({ users: 100, ...options });
  return {
    simulator,
    client: await signIn(simulator),
    [Symbol.asyncDispose]: async () => await simulator.close(),
  };
}

function refused({ status, body }: Got, expected: number, code: string, message?: RegExp): void {
  assert.equal(status, expected);
  assert.equal(body.error?.code, code);
  if (message !== undefined) assert.match(body.error.message, message);
}

describe('a user', () => {
  test('has no hash in a path unless it is escaped', async () => {
    await using world = await served();
    const { client, simulator } = world;
    const guest = simulator.tenant.user(simulator.tenant.oddities['guest'] ?? '');
    const name = guest?.userPrincipalName ?? '';
    assert.match(name, /#EXT#/);
    assert.equal((await client.get(`/users/${name.replaceAll('#', '%23')}`)).body['id'], guest?.id);
    // What follows the hash is never sent.
    refused(await client.get(`/users/${name}`), 404, 'Request_ResourceNotFound');
  });

  test('whose name begins with a dollar is asked for in quotes', async () => {
    await using world = await served();
    const { client, simulator } = world;
    const userPrincipalName = '$cash@larkfield.example';
    const { id } = simulator.tenant.createUser({ userPrincipalName });
    assert.equal((await client.get(`/users('${userPrincipalName}')`)).body['id'], id);
  });

  test('who is unknown is named in the refusal', async () => {
    await using world = await served();
    refused(
      await world.client.get('/users/nobody@larkfield.example'),
      404,
      'Request_ResourceNotFound',
      /^Resource 'nobody@larkfield.example' does not exist or one of its queried reference-property objects are not present\.$/,
    );
  });

  test('may have a contact as manager', async () => {
    await using world = await served({
      permissions: ['User.Read.All', 'GroupMember.Read.All', 'OrgContact.Read.All'],
    });
    const { client, simulator } = world;
    const { managerContact = '', contact = '' } = simulator.tenant.oddities;
    const { body } = await client.get(`/users/${managerContact}/manager`);
    assert.equal(body['@odata.type'], '#microsoft.graph.orgContact');
    assert.equal(body['id'], contact);
    assert.equal(body['displayName'], 'Yusuf Outside');
  });

  test('is in groups directly and by groups in groups', async () => {
    await using world = await served();
    const { client, simulator } = world;
    const { groupCycleB = '', groupCycleA = '', group = '' } = simulator.tenant.oddities;
    const [member] = simulator.tenant.members(groupCycleB).filter(({ kind }) => kind === 'user');
    const inGroups = async (relation: string) =>
      (await client.all(`/users/${member?.id ?? ''}/${relation}?$select=id`)).items.map(
        ({ id }) => id,
      );
    const direct = await inGroups('memberOf');
    assert.ok(direct.includes(groupCycleB));
    assert.equal(direct.includes(group), false);
    const all = await inGroups('transitiveMemberOf');
    for (const id of [groupCycleA, groupCycleB, group]) assert.ok(all.includes(id));
    const cast = await client.get(`/users/${member?.id ?? ''}/memberOf/microsoft.graph.group`);
    assert.deepEqual(new Set(cast.body.value?.map(({ id }) => id)), new Set(direct));
  });
});

describe('the members of a group', () => {
  test('come with their types, and with a cast without', async () => {
    await using world = await served();
    const { client, simulator } = world;
    const { group = '' } = simulator.tenant.oddities;
    const all = (await client.all(`/groups/${group}/members?$select=id&$top=999`)).items;
    const types = new Set(all.map(typeOf));
    for (const kind of ['user', 'group', 'device', 'orgContact']) {
      assert.ok(types.has(`#microsoft.graph.${kind}`), kind);
    }
    const cast = (await client.all(`/groups/${group}/members/microsoft.graph.user?$select=id`))
      .items;
    assert.deepEqual(new Set(cast.map(typeOf)), new Set([undefined]));
    const users = all.filter((item) => typeOf(item) === '#microsoft.graph.user');
    assert.deepEqual(
      cast.map(({ id }) => id),
      users.map(({ id }) => id),
    );
  });

  test('are found through groups in groups, once each, round a circle too', async () => {
    await using world = await served();
    const { client, simulator } = world;
    const { group = '', groupCycleA = '', groupCycleB = '' } = simulator.tenant.oddities;
    const { items } = await client.all(`/groups/${group}/transitiveMembers?$select=id&$top=999`);
    const ids = items.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of [groupCycleA, groupCycleB]) assert.ok(ids.includes(id));
    const nested = await client.all(
      `/groups/${groupCycleA}/transitiveMembers/microsoft.graph.group?$select=id`,
    );
    assert.deepEqual(
      nested.items.map(({ id }) => id),
      [groupCycleB],
    );
  });

  test('need the advanced query for a cast where that is asked of the simulator', async () => {
    await using world = await served({ behaviour: { castNeedsAdvanced: true } });
    const { client, simulator } = world;
    const path = `/groups/${simulator.tenant.oddities['group'] ?? ''}/transitiveMembers/microsoft.graph.user`;
    refused(await client.get(path), 400, 'Request_UnsupportedQuery');
    assert.equal((await client.get(`${path}?$count=true`, advanced)).status, 200);
  });

  test('cannot be groups in a Microsoft 365 group', async () => {
    await using world = await served({
      permissions: ['User.Read.All', 'GroupMember.Read.All', 'Member.Read.Hidden'],
    });
    const { hiddenGroup = '' } = world.simulator.tenant.oddities;
    const path = `/groups/${hiddenGroup}/members/microsoft.graph.group`;
    refused(await world.client.get(path), 400, 'Request_UnsupportedQuery');
  });

  test('that are service principals are left out, and listed where that is asked of the simulator', async () => {
    await using world = await served();
    const { client, simulator } = world;
    const path = `/groups/${simulator.tenant.oddities['group'] ?? ''}/members?$select=id&$top=999`;
    const kinds = async () => (await client.all(path)).items.map(typeOf);
    assert.equal((await kinds()).includes('#microsoft.graph.servicePrincipal'), false);
    simulator.behaviour.servicePrincipalMembers = 'listed';
    assert.equal((await kinds()).includes('#microsoft.graph.servicePrincipal'), true);
  });

  test('are hidden without the permission for it, in each way that is asked of the simulator', async () => {
    await using world = await served();
    const { client, simulator } = world;
    const { hiddenGroup = '' } = simulator.tenant.oddities;
    const ask = async () =>
      await client.get(`/groups/${hiddenGroup}/members?$select=id,displayName`);
    refused(await ask(), 403, 'Authorization_RequestDenied');
    simulator.behaviour.hiddenMembership = 'empty';
    assert.deepEqual((await ask()).body.value, []);
    simulator.behaviour.hiddenMembership = 'nulls';
    const { body } = await ask();
    assert.equal(body.value?.length, 4);
    for (const item of body.value ?? []) assert.equal(item.displayName, null);
    simulator.application.permissions = [
      ...simulator.application.permissions,
      'Member.Read.Hidden',
    ];
    const seeing = await signIn(simulator);
    const shown = await seeing.get(`/groups/${hiddenGroup}/members?$select=id,displayName`);
    for (const item of shown.body.value ?? []) assert.notEqual(item.displayName, null);
  });
});

describe('deleted items', () => {
  test('are listed by type, with the day of their deletion, and one at a time', async () => {
    await using world = await served();
    const { client, simulator } = world;
    const { softDeleted = '' } = simulator.tenant.oddities;
    const [user] = [...simulator.tenant.users()];
    simulator.tenant.deleteUser(user?.id ?? '');
    const { items } = await client.all('/directory/deletedItems/microsoft.graph.user?$top=1');
    assert.deepEqual(new Set(items.map(({ id }) => id)), new Set([softDeleted, user?.id]));
    for (const item of items) assert.match(String(item['deletedDateTime']), /^\d{4}-/);
    const { body } = await client.get(`/directory/deletedItems/${softDeleted}`);
    assert.equal(body['@odata.type'], '#microsoft.graph.user');
    refused(await client.get(`/users/${softDeleted}`), 404, 'Request_ResourceNotFound');
    refused(await client.get('/directory/deletedItems'), 400, 'BadRequest');
  });

  test('keep nobody who was deleted for good', async () => {
    await using world = await served();
    const { client, simulator } = world;
    const { softDeleted = '' } = simulator.tenant.oddities;
    simulator.tenant.purgeUser(softDeleted);
    refused(
      await client.get(`/directory/deletedItems/${softDeleted}`),
      404,
      'Request_ResourceNotFound',
    );
  });

  test('hold groups too, security groups among them, for who may read groups', async () => {
    await using world = await served({ permissions: ['User.Read.All', 'Group.Read.All'] });
    const { client, simulator } = world;
    const { emptyGroup = '' } = simulator.tenant.oddities;
    simulator.tenant.deleteGroup(emptyGroup);
    const { body } = await client.get('/directory/deletedItems/microsoft.graph.group');
    assert.deepEqual(
      body.value?.map(({ id, groupTypes, securityEnabled }) => ({
        id,
        groupTypes,
        securityEnabled,
      })),
      [{ id: emptyGroup, groupTypes: [], securityEnabled: false }],
    );
    refused(await client.get(`/groups/${emptyGroup}`), 404, 'Request_ResourceNotFound');
  });
});

test('the organization is the tenant, with its domains', async () => {
  await using world = await served({ permissions: ['User.Read.All'] });
  const { client, simulator } = world;
  const { body } = await client.get('/organization?$select=id,displayName,verifiedDomains');
  const [tenant] = body.value ?? [];
  assert.equal(tenant?.id, simulator.tenant.id);
  const domains = Object(tenant?.['verifiedDomains']).map(({ name }: { name: string }) => name);
  assert.deepEqual(domains, simulator.tenant.verifiedDomains);
});

describe('permissions', () => {
  const needs: readonly (readonly [path: string, permission: string])[] = [
    ['/users', 'User.Read.All'],
    ['/users/delta', 'User.Read.All'],
    ['/groups', 'GroupMember.Read.All'],
    ['/groups/delta', 'GroupMember.Read.All'],
    ['/groups/{group}/members', 'GroupMember.Read.All'],
    ['/groups/{group}/transitiveMembers', 'GroupMember.Read.All'],
    ['/organization', 'User.Read.All'],
    ['/directory/deletedItems/microsoft.graph.user', 'User.Read.All'],
    ['/directory/deletedItems/microsoft.graph.group', 'Group.Read.All'],
    ['/servicePrincipals/{self}/appRoleAssignments', 'Application.Read.All'],
  ];
  for (const [path, permission] of needs) {
    test(`${path} needs ${permission}`, async () => {
      await using world = await served({ permissions: [] });
      const { client, simulator } = world;
      const whole = path
        .replace('{group}', simulator.tenant.oddities['group'] ?? '')
        .replace('{self}', simulator.application.servicePrincipalId);
      refused(
        await client.get(whole),
        403,
        'Authorization_RequestDenied',
        /^Insufficient privileges to complete the operation\.$/,
      );
      simulator.application.permissions = [permission];
      assert.equal((await (await signIn(simulator)).get(whole)).status, 200);
    });
  }

  test('the basic profile shows names and addresses, the rest as nulls or not at all', async () => {
    await using world = await served({ permissions: ['User.ReadBasic.All'] });
    const { client, simulator } = world;
    const path = '/users?$top=1&$select=id,displayName,department';
    const [user] = (await client.get(path)).body.value ?? [];
    assert.ok(user?.displayName);
    assert.equal(user['department'], null);
    simulator.behaviour.nullsWithoutPermission = false;
    refused(await client.get(path), 403, 'Authorization_RequestDenied');
    refused(await client.get('/users/delta'), 403, 'Authorization_RequestDenied');
  });

  test('members who may not be read come as type and id, whatever was selected', async () => {
    await using world = await served({ permissions: ['GroupMember.Read.All'] });
    const { client, simulator } = world;
    const path = `/groups/${simulator.tenant.oddities['group'] ?? ''}/members?$select=id,displayName`;
    const { items } = await client.all(path);
    const user = items.find((item) => typeOf(item) === '#microsoft.graph.user');
    assert.ok(user?.id);
    const { id: _, '@odata.type': __, ...rest } = user;
    assert.equal(rest['userPrincipalName'], null);
    assert.deepEqual(rest['businessPhones'], [], 'a collection is never null');
    assert.deepEqual(
      Object.values(rest)
        .flat()
        .filter((value) => value !== null),
      [],
    );
  });
});

describe('refusals', () => {
  test('a token of another audience, of nobody, or none is a 401', async () => {
    await using world = await served();
    const { simulator } = world;
    for (const token of ['', 'a.b.c']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is easier to read
      const got: Got = await new Client(simulator, token).get('/users');
      refused(got, 401, 'InvalidAuthenticationToken');
    }
  });

  test('a token of another tenant is a 401', async () => {
    await using world = await served();
    await using other = await served({ seed: 2 });
    const { body } = await askToken(other.simulator);
    const foreign = new Client(world.simulator, String(body['access_token']));
    refused(await foreign.get('/users'), 401, 'InvalidAuthenticationToken');
  });

  test('a path that is not there is named, and nothing is written', async () => {
    await using world = await served();
    refused(
      await world.client.get('/printers'),
      400,
      'BadRequest',
      /^Resource not found for the segment 'printers'\.$/,
    );
    const { status } = await world.client.post('/users', { displayName: 'New' });
    assert.equal(status, 405);
  });

  test('every answer names its request, in the header and in the body of an error', async () => {
    await using world = await served();
    const mine = { 'client-request-id': 'b1909fc0-aa5c-4b43-8a1f-000000000000' };
    const { body, headers } = await world.client.get('/users/nobody', mine);
    const inner = Object(body.error?.innerError);
    assert.equal(inner['request-id'], headers.get('request-id'));
    assert.equal(inner['client-request-id'], mine['client-request-id']);
    assert.equal(headers.get('client-request-id'), mine['client-request-id']);
  });

  test('the inner error is spelt in the other way too, where that is asked of the simulator', async () => {
    await using world = await served({ behaviour: { errorCase: 'innererror' } });
    const { body } = await world.client.get('/users/nobody');
    assert.equal(body.error?.innerError, undefined);
    assert.ok(body.error?.innererror);
  });
});
