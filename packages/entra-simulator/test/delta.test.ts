import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import { serve } from './serving.ts';
import { signIn, type Client, type Got, type Item } from './client.ts';

/** A round of changes to its end: what it held, its pages, and the link to the next one. */
async function round(client: Client, path: string, headers: Record<string, string> = {}) {
  const { items, pages } = await client.all(path, headers);
  const link = pages.at(-1)?.body['@odata.deltaLink'];
  assert.ok(link);
  for (const { body } of pages) {
    assert.notEqual('@odata.nextLink' in body, '@odata.deltaLink' in body, 'never both links');
  }
  return { items, pages, link };
}

async function served(options: SimulatorOptions = {}): Promise<Simulator> {
  return await serve({ users: 60, odd: false, ...options });
}

const byId = (items: readonly Item[], id: string) => items.filter((item) => item.id === id);

test('the first round shows every user over pages, the next one nothing', async () => {
  await using simulator = await served({ behaviour: { deltaPageSize: 25 } });
  const client = await signIn(simulator);
  const first = await round(client, '/users/delta?$select=displayName,manager');
  assert.deepEqual(
    first.pages.map((page) => page.body.value?.length),
    [25, 25, 10],
  );
  assert.ok(Array.isArray(first.items[1]?.['manager@delta']));
  const second = await round(client, first.link);
  assert.deepEqual(second.items, []);
});

test('what was never set is absent, and what was set to null is null', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const one = simulator.tenant.createUser({ displayName: 'New Comer' });
  const first = await round(client, '/users/delta?$select=displayName,jobTitle');
  assert.deepEqual(byId(first.items, one.id), [{ displayName: 'New Comer', id: one.id }]);
  simulator.tenant.updateUser(one.id, { jobTitle: null });
  const second = await round(client, first.link);
  assert.deepEqual(second.items, [{ displayName: 'New Comer', jobTitle: null, id: one.id }]);
});

test('a change to a property that is not tracked stays unsaid', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const { link } = await round(client, '/users/delta?$select=displayName');
  const [id = ''] = [...simulator.tenant.users()].map((user) => user.id);
  simulator.tenant.updateUser(id, { city: 'Elsewhere' });
  assert.deepEqual((await round(client, link)).items, []);
});

test('return=minimal states only what changed', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const { link } = await round(client, '/users/delta?$select=displayName,city');
  const [id = ''] = [...simulator.tenant.users()].map((user) => user.id);
  simulator.tenant.updateUser(id, { city: 'Elsewhere' });
  const { items } = await round(client, link, { Prefer: 'return=minimal' });
  assert.deepEqual(items, [{ city: 'Elsewhere', id }]);
});

test('soft delete, restore and purge show as changed, anew and deleted', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const { link } = await round(client, '/users/delta?$select=displayName');
  const [first, second] = [...simulator.tenant.users()];
  assert.ok(first && second);
  simulator.tenant.deleteUser(first.id);
  const left = await round(client, link);
  assert.deepEqual(left.items, [{ id: first.id, '@removed': { reason: 'changed' } }]);
  simulator.tenant.restoreUser(first.id);
  simulator.tenant.purgeUser(second.id);
  const after = await round(client, left.link);
  assert.deepEqual(byId(after.items, first.id), [{ displayName: first.displayName, id: first.id }]);
  assert.deepEqual(byId(after.items, second.id), [
    { id: second.id, '@removed': { reason: 'deleted' } },
  ]);
});

test('managers are tracked as links that come and go', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const { link } = await round(client, '/users/delta?$select=displayName,manager');
  const [boss, second, third] = [...simulator.tenant.users()];
  assert.ok(boss && second && third);
  simulator.tenant.setManager(third.id, second.id);
  const replaced = await round(client, link);
  assert.deepEqual(byId(replaced.items, third.id)[0]?.['manager@delta'], [
    { '@odata.type': '#microsoft.graph.user', id: boss.id, '@removed': { reason: 'deleted' } },
    { '@odata.type': '#microsoft.graph.user', id: second.id },
  ]);
  simulator.behaviour.removedLinkReason = 'changed';
  simulator.tenant.setManager(third.id, null);
  const gone = await round(client, replaced.link);
  assert.deepEqual(byId(gone.items, third.id)[0]?.['manager@delta'], [
    { '@odata.type': '#microsoft.graph.user', id: second.id, '@removed': { reason: 'changed' } },
  ]);
});

test('latest gives a link that reports what happens from then on', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const { items, link } = await round(client, '/users/delta?$select=city&$deltatoken=latest');
  assert.deepEqual(items, []);
  const { id } = simulator.tenant.createUser({ city: 'Oslo' });
  assert.deepEqual((await round(client, link)).items, [{ city: 'Oslo', id }]);
  simulator.behaviour.deltaTokenLatest = 'ignores-select';
  const other = await round(client, '/users/delta?$select=city&$deltatoken=latest');
  simulator.tenant.updateUser(id, { city: 'Bergen' });
  assert.deepEqual((await round(client, other.link)).items, []);
  simulator.behaviour.deltaTokenLatest = 'refused';
  assert.equal((await client.get('/users/delta?$deltatoken=latest')).status, 400);
});

test('members are tracked, and a large group repeats over pages', async () => {
  await using simulator = await served({ behaviour: { memberSlice: 5 } });
  const client = await signIn(simulator);
  const groupId = simulator.tenant.group('kbuk')?.id ?? '';
  const path = `/groups/delta?$select=displayName,members&$filter=id eq '${groupId}'`;
  const first = await round(client, path);
  assert.ok(first.pages.length > 1);
  const members = first.items.flatMap((item) => Object(item['members@delta']));
  assert.equal(members.length, simulator.tenant.members(groupId).length);
  const [gone] = simulator.tenant.members(groupId);
  assert.ok(gone);
  simulator.tenant.removeMember(groupId, gone.id);
  const { id } = simulator.tenant.createUser();
  simulator.tenant.addMember(groupId, id);
  const second = await round(client, first.link);
  assert.deepEqual(second.items, [
    {
      displayName: 'kbuk',
      id: groupId,
      'members@delta': [
        { '@odata.type': '#microsoft.graph.user', id: gone.id, '@removed': { reason: 'deleted' } },
        { '@odata.type': '#microsoft.graph.user', id },
      ],
    },
  ]);
});

test('a soft-deleted member stays a member of the group, a purged one does not', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const groupId = simulator.tenant.group('kbuk')?.id ?? '';
  const { link } = await round(client, `/groups/delta?$select=members&$filter=id eq '${groupId}'`);
  const [member] = simulator.tenant.members(groupId);
  assert.ok(member);
  simulator.tenant.deleteUser(member.id);
  const soft = await round(client, link);
  assert.deepEqual(soft.items, []);
  simulator.tenant.purgeUser(member.id);
  const { items } = await round(client, soft.link);
  assert.deepEqual(items[0]?.['members@delta'], [
    { '@odata.type': '#microsoft.graph.user', id: member.id, '@removed': { reason: 'deleted' } },
  ]);
});

test('a deleted group shows as removed and a new one with its members', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const { link } = await round(client, '/groups/delta?$select=displayName,members');
  const made = simulator.tenant.createGroup({ displayName: 'Made' });
  const [user] = [...simulator.tenant.users()];
  simulator.tenant.addMember(made.id, user?.id ?? '');
  const groupId = simulator.tenant.group('kbuk')?.id ?? '';
  simulator.tenant.deleteGroup(groupId);
  const { items } = await round(client, link);
  assert.deepEqual(byId(items, groupId), [{ id: groupId, '@removed': { reason: 'changed' } }]);
  assert.equal(byId(items, made.id)[0]?.displayName, 'Made');
  assert.equal(Object(byId(items, made.id)[0]?.['members@delta']).length, 1);
});

test('a link older than seven days is refused in the way asked for', async () => {
  let now = Date.now();
  await using simulator = await served({ now: () => now, tokenSeconds: 86_400 * 30 });
  const client = await signIn(simulator);
  const { link } = await round(client, '/users/delta?$select=id');
  now += 6 * 86_400_000;
  assert.equal((await client.get(link)).status, 200);
  now += 2 * 86_400_000;
  const seen: (readonly [number, string | undefined, string | null])[] = [];
  for (const way of [
    '410-syncStateNotFound',
    '400-syncStateNotFound',
    '410-location',
    '400-badRequest',
    '410',
  ] as const) {
    simulator.behaviour.expiredDelta = way;
    // oxlint-disable-next-line no-await-in-loop -- the way changes each time
    const answer: Got = await client.get(link);
    seen.push([answer.status, answer.body.error?.code, answer.headers.get('location')]);
  }
  assert.deepEqual(seen, [
    [410, 'syncStateNotFound', null],
    [400, 'syncStateNotFound', null],
    [410, 'resyncRequired', `${simulator.url}/v1.0/users/delta?$deltatoken=`],
    [400, 'Request_BadRequest', null],
    [410, 'Gone', null],
  ]);
  assert.equal((await client.get(`${simulator.url}/v1.0/users/delta?$deltatoken=`)).status, 200);
});

test('what cannot be combined with change tracking is refused', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const many = Array.from({ length: 51 }, (_, at) => `id eq '${at}'`).join(' or ');
  for (const query of [
    '$top=5',
    '$expand=manager',
    '$orderby=displayName',
    "$filter=displayName eq 'x'",
    `$filter=${many}`,
    '$deltatoken=nonsense',
  ]) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is easier to read
    assert.equal((await client.get(`/users/delta?${query}`)).status, 400, query);
  }
});

test('objects repeat and pages come empty where that is asked for', async () => {
  await using simulator = await served({
    behaviour: { deltaRepeats: true, emptyPages: true, deltaPageSize: 10 },
  });
  const client = await signIn(simulator);
  const { items, pages } = await round(client, '/users/delta?$select=displayName');
  assert.ok(items.length > 60);
  assert.equal(new Set(items.map(({ id }) => id)).size, 60);
  assert.ok(pages.some((page) => page.body.value?.length === 0));
});

test('in any order, a round says the same, its links and the slices of a group included', async () => {
  const said = async (deltaOrder: 'as-made' | 'any') => {
    await using simulator = await served({
      behaviour: { deltaOrder, memberSlice: 2, deltaPageSize: 3 },
    });
    const client = await signIn(simulator);
    const { tenant } = simulator;
    const users = await round(client, '/users/delta?$select=displayName,manager');
    const groups = await round(client, '/groups/delta?$select=displayName,members');
    const [group = ''] = [...tenant.groups()].map(({ id }) => id);
    const people = [...tenant.users()].slice(0, 9).map(({ id }) => id);
    for (const [at, id] of people.entries()) {
      tenant.updateUser(id, { displayName: `Number ${at}` });
      tenant.setManager(id, people[(at + 1) % people.length] ?? null);
      tenant.removeMember(group, id);
    }
    return {
      users: (await round(client, users.link)).items,
      groups: (await round(client, groups.link)).items,
    };
  };
  const [made, any] = [await said('as-made'), await said('any')];
  const sorted = (items: readonly Item[]): readonly string[] =>
    items
      .flatMap((item) => {
        const links = [item['manager@delta'], item['members@delta']].flatMap((of) => of ?? []);
        return [item.id, ...links.map((link) => `${item.id} ${JSON.stringify(link)}`)];
      })
      .toSorted();
  const without = (lines: readonly string[]): readonly string[] => [...new Set(lines)];
  assert.notDeepEqual(any.users, made.users);
  assert.deepEqual(without(sorted(any.users)), without(sorted(made.users)));
  assert.deepEqual(without(sorted(any.groups)), without(sorted(made.groups)));
  const places = (items: readonly Item[]): readonly string[] => items.map(({ id }) => id);
  assert.ok(places(any.groups).length > 4, 'the group comes in slices');
});

test('a change that is told late is in a later round, and in no other', async () => {
  await using simulator = await served();
  const client = await signIn(simulator);
  const { behaviour, tenant } = simulator;
  const first = await round(client, '/users/delta?$select=displayName');
  const [one = '', two = ''] = [...tenant.users()].map(({ id }) => id);
  tenant.updateUser(one, { displayName: 'First' });
  tenant.updateUser(two, { displayName: 'Second' });
  behaviour.deltaBehind = 1;
  const second = await round(client, first.link);
  assert.deepEqual(
    second.items.map(({ id }) => id),
    [one],
  );
  behaviour.deltaBehind = 5;
  assert.deepEqual((await round(client, second.link)).items, []);
  behaviour.deltaBehind = 0;
  const last = await round(client, second.link);
  assert.deepEqual(
    last.items.map(({ id }) => id),
    [two],
  );
});
