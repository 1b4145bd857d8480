/** What every store must keep of the promises in `search.ts`, as tests for `node:test`. See `contract.ts`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Statements } from '../directory/statement.ts';
import { at, group, other, run, tenant, user } from './contract.ts';
import type { Listed, ListPage, PeopleQuery, Search } from './search.ts';
import type { PersonRow, Store } from './store.ts';

const everyone: PeopleQuery = {
  text: '',
  status: null,
  department: null,
  guests: null,
  group: null,
  sort: 'name',
  descending: false,
};
const first: ListPage = { cursor: null, limit: 50 };

/** So many people of one name and a number. */
const named = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(4, '0');
    return user(`${name.toLowerCase()}${number}`, { displayName: `${name} ${number}` });
  });

const ids = (items: readonly { readonly id: string }[]): string =>
  items.map(({ id }) => id).join(' ');

const edge = (groupId: string, memberId: string, memberKind: 'user' | 'group' = 'user') => ({
  groupId,
  memberId,
  memberKind,
  member: true,
});

/** All pages of a list, forwards to the end and back again. */
async function bothWays<Item>(
  read: (cursor: string | null) => Promise<Listed<Item>>,
): Promise<{ readonly there: readonly Item[]; readonly back: readonly Item[] }> {
  const there: Item[] = [];
  let page = await read(null);
  assert.equal(page.previous, null);
  there.push(...page.items);
  while (page.next !== null) {
    page = await read(page.next);
    there.push(...page.items);
  }
  const back = [...page.items];
  while (page.previous !== null) {
    page = await read(page.previous);
    back.unshift(...page.items);
  }
  return { there, back };
}

const staff: Statements = {
  users: [
    user('a', { displayName: 'Łukasz Ørsted', department: 'Sales', jobTitle: 'Head of Ångström' }),
    user('b', { displayName: 'Anna-Marie O’Neill', department: 'Sales' }, 'a'),
    user('c', { displayName: '王小明', department: 'IT', mail: 'ming@fabrikam.example' }, 'a'),
    user('d', { displayName: null, userType: 'Guest', department: null }, 'b'),
    user('e', { displayName: 'Bob', accountEnabled: 0, department: 'IT' }),
  ],
};

const find = async (store: Search, query: Partial<PeopleQuery>): Promise<string> =>
  ids((await store.searchPeople(tenant, { ...everyone, ...query }, first)).items);

/** Registers the suite for one kind of store. `open` gives an empty store each time. */
export function searchContract(
  name: string,
  open: (context: TestContext) => Promise<Store & Search>,
): void {
  describe(`${name} keeps the contract of searching`, () => {
    test('before any run there is nobody, and nothing fails', async (t) => {
      const store = await open(t);
      assert.deepEqual(await store.searchPeople(tenant, everyone, first), {
        items: [],
        total: 0,
        more: false,
        next: null,
        previous: null,
      });
      assert.deepEqual(await store.departments(tenant), []);
      assert.deepEqual(await store.groupsOf(tenant, 'a'), []);
      assert.equal((await store.changesOf(tenant, 'a', first)).total, 0);
    });

    test('people are found by the beginnings of words, whatever their case and marks', async (t) => {
      const store = await open(t);
      await run(store, staff);
      assert.equal(await find(store, { text: 'LUK' }), 'a');
      assert.equal(await find(store, { text: 'orsted łukasz' }), 'a');
      assert.equal(await find(store, { text: 'angstrom' }), 'a');
      assert.equal(await find(store, { text: 'neill' }), 'b');
      assert.equal(await find(store, { text: 'eill' }), '');
      assert.equal(await find(store, { text: '王' }), 'c');
      assert.equal(await find(store, { text: 'sales ann' }), 'b');
      assert.equal(await find(store, { text: 'ming@fabrikam.example' }), 'c');
      assert.equal(await find(store, { text: 'ming@fabrikam.example.org' }), '');
      assert.equal(await find(store, { text: 'd@contoso.example' }), 'd');
    });

    test('names of letters that take two units are found, however long', async (t) => {
      const store = await open(t);
      const long = '𐌀'.repeat(70);
      const users = [0, 1].map((odd) => user(`u${odd}`, { displayName: 'x'.repeat(odd) + long }));
      await run(store, { users });
      assert.equal(await find(store, { text: long }), 'u0');
      assert.equal(await find(store, { text: `x${long}` }), 'u1');
    });

    test('what a question says is never taken for anything but words', async (t) => {
      const store = await open(t);
      await run(store, staff);
      for (const text of ['"', "'", '*', '%', '_', 'a" OR "b', 'NOT anna', '.sactive', '1.anna']) {
        const found = await store.searchPeople(tenant, { ...everyone, text }, first);
        assert.ok(found.total <= 5, text);
      }
      assert.equal(await find(store, { text: '% bob' }), 'e');
      assert.equal(await find(store, { text: 'sactive' }), '');
    });

    test('filters by status, department and guests go together with words', async (t) => {
      const store = await open(t);
      await run(store, staff);
      assert.equal(await find(store, { status: 'disabled' }), 'e');
      assert.equal(await find(store, { status: 'active', department: 'IT' }), 'c');
      assert.equal(await find(store, { status: 'in_scope', department: 'IT' }), 'e c');
      assert.equal(await find(store, { department: '' }), 'd');
      assert.equal(await find(store, { department: 'it' }), '');
      assert.equal(await find(store, { guests: true }), 'd');
      assert.equal(await find(store, { guests: false, text: 'contoso', status: 'disabled' }), 'e');
      assert.deepEqual(await store.departments(tenant), [
        { name: '', people: 1 },
        { name: 'IT', people: 2 },
        { name: 'Sales', people: 2 },
      ]);
    });

    test('sorts by name, by department and by when their status began, up and down', async (t) => {
      const store = await open(t);
      await run(store, staff);
      assert.equal(await find(store, { guests: false }), 'b e a c');
      assert.equal(await find(store, { guests: false, descending: true }), 'c a e b');
      assert.equal(await find(store, { guests: false, sort: 'department' }), 'e c b a');
      const since = await find(store, { sort: 'since' });
      assert.deepEqual(since.split(' ').toSorted(), ['a', 'b', 'c', 'd', 'e']);
    });

    test('what a run changes is found the new way and no longer the old one', async (t) => {
      const store = await open(t);
      await run(store, staff);
      assert.equal(await find(store, { text: 'bob' }), 'e');
      const changed = [user('e', { displayName: 'Robert', department: 'Sales' })];
      const absences = [{ id: 'c', reason: 'left_scope' }] as const;
      await run(store, { users: changed, absences });
      assert.equal(await find(store, { text: 'bob' }), '');
      assert.equal(await find(store, { text: 'rob', status: 'active', department: 'Sales' }), 'e');
      assert.equal(await find(store, { status: 'left' }), 'c');
      assert.equal(await find(store, { status: 'in_scope', department: 'IT' }), '');
      const found = await store.searchPeople(tenant, { ...everyone, status: 'in_scope' }, first);
      assert.equal(found.total, 4);
    });

    test('pages go to the end and back without a gap or a repeat, in each order', async (t) => {
      const store = await open(t);
      const users = Array.from({ length: 23 }, (_, index) =>
        user(`u${index}`, { displayName: `N ${index % 4}`, department: `D${index % 3}` }),
      );
      await run(store, { users });
      for (const sort of ['name', 'department', 'since'] as const) {
        for (const descending of [false, true]) {
          for (const text of ['', 'n']) {
            const query = { ...everyone, sort, descending, text };
            const { there, back } = await bothWays(async (cursor) =>
              store.searchPeople(tenant, query, { cursor, limit: 5 }),
            );
            assert.equal(new Set(there.map(({ id }) => id)).size, 23, `${sort} ${text}`);
            assert.equal(ids(there), ids(back));
          }
        }
      }
    });

    test('a cursor that is none, or of another list, begins at the start', async (t) => {
      const store = await open(t);
      await run(store, staff);
      const whole = await store.searchPeople(tenant, everyone, first);
      for (const cursor of ['', 'x', 'W10', '{}', 'WzAsMSwyLDNd', '%00']) {
        assert.deepEqual(await store.searchPeople(tenant, everyone, { ...first, cursor }), whole);
      }
      const changes = await store.changesOf(tenant, 'a', first);
      for (const key of ['1.5', '1e300', '"1"', 'null']) {
        const cursor = Buffer.from(`[0,${key}]`).toString('base64url');
        assert.deepEqual(await store.changesOf(tenant, 'a', { ...first, cursor }), changes, key);
      }
    });

    test('searching is about one tenant (rule 10)', async (t) => {
      const store = await open(t);
      await run(store, staff);
      await run(store, { users: [user('x', { displayName: 'Bob' })] }, other);
      assert.equal(await find(store, { text: 'bob' }), 'e');
      assert.equal(ids((await store.searchPeople(other, everyone, first)).items), 'x');
      assert.equal(
        ids((await store.searchPeople(other, { ...everyone, text: 'b' }, first)).items),
        'x',
      );
    });

    test('managers go up to the top; a circle is told, and walked once', async (t) => {
      const store = await open(t);
      await run(store, staff);
      const chain = await store.managers(tenant, 'd');
      assert.deepEqual([ids(chain.people), chain.end, chain.backTo], ['b a', 'top', null]);
      await run(store, {
        users: [
          user('a', { displayName: 'Łukasz Ørsted' }, 'd'),
          user('e', { displayName: 'Bob' }, 'e'),
        ],
      });
      const round = await store.managers(tenant, 'd');
      assert.deepEqual([ids(round.people), round.end, round.backTo], ['b a', 'cycle', 'd']);
      const self = await store.managers(tenant, 'e');
      assert.deepEqual([ids(self.people), self.end, self.backTo], ['', 'cycle', 'e']);
    });

    test('reports are those in scope, by name, with how many report to them', async (t) => {
      const store = await open(t);
      await run(store, staff);
      const page = await store.reports(tenant, 'a', first);
      assert.deepEqual(
        page.items.map(({ id, reports }) => [id, reports]),
        [
          ['b', 1],
          ['c', 0],
        ],
      );
      assert.equal(page.total, 2);
      const one = await store.reports(tenant, 'a', { cursor: null, limit: 1 });
      assert.equal(ids(one.items), 'b');
      const rest = await store.reports(tenant, 'a', { cursor: one.next, limit: 1 });
      assert.deepEqual([ids(rest.items), rest.next], ['c', null]);
      await run(store, { absences: [{ id: 'c', reason: 'left_scope' }] });
      assert.equal(ids((await store.reports(tenant, 'a', first)).items), 'b');
      await run(store, { absences: [{ id: 'a', reason: 'soft_deleted' }] });
      assert.equal((await store.reports(tenant, 'a', first)).total, 0);
    });

    test('a manager outside the scope is found, and has reports', async (t) => {
      const store = await open(t);
      const boss = {
        id: 'boss',
        kind: 'orgContact',
        userPrincipalName: null,
        displayName: 'Émile Boss',
        mail: null,
      } as const;
      await run(store, { users: [user('a', {}, 'boss')], managers: [boss] });
      assert.equal(await find(store, { text: 'emile', status: 'outside' }), 'boss');
      assert.equal(await find(store, { status: 'in_scope' }), 'a');
      assert.equal(ids((await store.reports(tenant, 'boss', first)).items), 'a');
      assert.equal(ids((await store.managers(tenant, 'a')).people), 'boss');
      assert.equal(ids(await store.tops(tenant, 10)), 'boss');
    });

    test('tops are those with reports and without a manager, the most reports first', async (t) => {
      const store = await open(t);
      await run(store, staff);
      await run(store, { users: [user('f', {}), user('g', {}, 'f'), user('h', {}, 'h')] });
      const tops = await store.tops(tenant, 10);
      assert.deepEqual(
        tops.map(({ id, reports }) => [id, reports]),
        [
          ['a', 2],
          ['f', 1],
        ],
      );
    });

    test('groups are found by name, with their members; nested ones are around each other', async (t) => {
      const store = await open(t);
      const users = [user('a'), user('b')];
      const groups = [group('outer'), group('inner'), group('apart')];
      const memberships = [edge('outer', 'inner', 'group'), edge('inner', 'a'), edge('outer', 'b')];
      await run(store, { users, groups, memberships });
      const listed = await store.searchGroups(tenant, '', first);
      assert.deepEqual(
        listed.items.map(({ id, people, groups: within }) => [id, people, within]),
        [
          ['apart', 0, 0],
          ['inner', 1, 0],
          ['outer', 1, 1],
        ],
      );
      assert.equal(ids((await store.searchGroups(tenant, 'INN', first)).items), 'inner');
      assert.equal((await store.group(tenant, 'outer'))?.groups, 1);
      assert.equal(await store.group(tenant, 'none'), null);
      const around = await store.groupsAround(tenant, 'inner');
      assert.deepEqual([ids(around.within), ids(around.above)], ['', 'outer']);
      assert.deepEqual(
        (await store.groupsOf(tenant, 'a')).map(({ id, direct }) => [id, direct]),
        [
          ['inner', true],
          ['outer', false],
        ],
      );
      assert.equal(await find(store, { group: 'inner' }), 'a');
      assert.equal(await find(store, { group: 'outer', text: 'b' }), 'b');
      assert.equal(await find(store, { group: 'outer', text: 'a' }), '');
    });

    test('groups that hold each other are walked once', async (t) => {
      const store = await open(t);
      const groups = [group('g'), group('h')];
      const memberships = [edge('g', 'h', 'group'), edge('h', 'g', 'group'), edge('g', 'a')];
      await run(store, { users: [user('a')], groups, memberships });
      assert.equal(ids(await store.groupsOf(tenant, 'a')), 'g h');
    });

    test('what happened to a person is told newest first, with names', async (t) => {
      const store = await open(t);
      await run(store, staff);
      await run(store, {
        users: [user('b', { displayName: 'Anna-Marie O’Neill', department: 'IT' }, 'e')],
        groups: [group('g')],
        memberships: [edge('g', 'b')],
      });
      const { items, total } = await store.changesOf(tenant, 'b', first);
      assert.equal(total, 4);
      const told = items.map(({ change, oldName, newName, newValue }) =>
        [change, oldName, newName ?? newValue].join(' '),
      );
      assert.equal(told.at(-1), 'created  ');
      assert.deepEqual(told.slice(0, 3).toSorted(), [
        'membership_added  g',
        'supervisor_set Łukasz Ørsted Bob',
        'updated  IT',
      ]);
      const page = await store.changesOf(tenant, 'b', { cursor: null, limit: 3 });
      const rest = await store.changesOf(tenant, 'b', { cursor: page.next, limit: 3 });
      assert.equal(rest.items[0]?.change, 'created');
      assert.equal((await store.changesOf(tenant, 'nobody', first)).total, 0);
    });

    test('a plan is counted by kind, and read by kinds', async (t) => {
      const store = await open(t);
      await run(store, staff);
      const claim = await store.claim(tenant, {
        kind: 'full',
        dryRun: true,
        at,
        leaseSeconds: 60,
      });
      const absences = ['a', 'b', 'c'].map((id) => ({ id, reason: 'left_scope' as const }));
      await store.stage(claim, { users: [user('new')], absences });
      await store.enter(claim, 'deciding');
      for (let from = null as Parameters<Store['draw']>[2]; ;) {
        from = (await store.draw(claim, { disabledUsers: 'keep' }, from)).next;
        if (from === null) break;
      }
      await store.finish(claim, { status: 'succeeded', at, report: '{}' });
      const { runId } = claim;
      assert.deepEqual(await store.plannedCounts(tenant, runId), { create: 1, soft_delete: 3 });
      const { there, back } = await bothWays(async (cursor) =>
        store.plannedOf(tenant, runId, ['soft_delete'], { cursor, limit: 2 }),
      );
      assert.deepEqual(
        there.map(({ subjectId }) => subjectId),
        ['a', 'b', 'c'],
      );
      assert.deepEqual(there, back);
    });

    test('runs that failed are found among those that did not', async (t) => {
      const store = await open(t);
      const options = { kind: 'full', dryRun: false, at, leaseSeconds: 60 } as const;
      const claim = await store.claim(tenant, options);
      const error = { code: 'graph.failed', message: 'No.' };
      await store.finish(claim, { status: 'failed', at, report: '{}', error });
      await run(store, staff);
      const failed = await store.failedRuns(tenant, 5);
      assert.deepEqual(
        failed.map(({ runId }) => runId),
        [claim.runId],
      );
    });

    test('whoever is forgotten is found no more, and links to them are gone', async (t) => {
      const store = await open(t);
      await run(store, staff);
      assert.equal(await find(store, { text: 'luk' }), 'a');
      await run(store, {
        users: [user('b', { displayName: 'Anna' }), user('c', { displayName: '王小明' })],
        absences: [{ id: 'a', reason: 'left_scope' }],
      });
      await store.forget(tenant, 'a', { at, by: 'test' });
      assert.equal(await find(store, { text: 'luk' }), '');
      assert.equal((await store.changesOf(tenant, 'a', first)).total, 0);
      // The next run gives the numbers of changes that were forgotten again.
      await run(store, { users: [user('f', { displayName: 'Łucja' })] });
      assert.equal(await find(store, { text: 'luc' }), 'f');
    });

    test('many who are found, and who stand together far down the order, come in order too', async (t) => {
      const store = await open(t);
      await run(store, { users: [...named('Abel', 4_300), ...named('Zed', 1_100)] });
      const found = async (cursor: string | null, descending: boolean) =>
        await store.searchPeople(
          tenant,
          { ...everyone, text: 'zed', descending },
          { cursor, limit: 2 },
        );
      const top = await found(null, false);
      assert.deepEqual([ids(top.items), top.more], ['zed0000 zed0001', true]);
      const second = await found(top.next, false);
      assert.equal(ids(second.items), 'zed0002 zed0003');
      assert.equal(ids((await found(second.previous, false)).items), 'zed0000 zed0001');
      assert.equal(ids((await found(null, true)).items), 'zed1099 zed1098');
    });

    test('of more people than are sorted at once, the right ones come first', async (t) => {
      const store = await open(t);
      const users = Array.from({ length: 2_300 }, (_, index) => {
        const number = String(index).padStart(4, '0');
        return user(`u${number}`, {
          displayName: `Person ${number}`,
          department: index % 3 === 0 ? 'Few' : 'Many',
        });
      });
      const memberships = users.map(({ id }) => edge('g', id));
      await run(store, { users, groups: [group('g')], memberships });
      const page = { cursor: null, limit: 2 };
      const asked = async (query: Partial<PeopleQuery>): Promise<Listed<PersonRow>> =>
        await store.searchPeople(tenant, { ...everyone, ...query }, page);
      const many = await asked({ text: 'person', descending: true });
      assert.deepEqual([ids(many.items), many.more], ['u2299 u2298', true]);
      assert.ok(many.total < 2_300);
      const whole = await asked({});
      assert.deepEqual([ids(whole.items), whole.total, whole.more], ['u0000 u0001', 2_300, false]);
      const few = await asked({ text: 'person', department: 'Few' });
      assert.deepEqual([ids(few.items), few.total, few.more], ['u0000 u0003', 767, false]);
      const members = await asked({ group: 'g', descending: true });
      assert.deepEqual([ids(members.items), members.more], ['u2299 u2298', true]);
      const member = await asked({ group: 'g', text: '22' });
      assert.deepEqual([ids(member.items), member.total], ['u2200 u2201', 100]);
    });
  });
}
