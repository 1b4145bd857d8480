import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { Client } from 'pg';

import { at, group, other, run, tenant, user } from '../../src/store/contract.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import { searchContract } from '../../src/store/search-contract.ts';
import type { Listed, PeopleQuery, Search } from '../../src/store/search.ts';
import type { PersonRow, Store } from '../../src/store/store.ts';
import { postgresServer, stopPostgresAtEnd } from './postgres-server.ts';

stopPostgresAtEnd();

async function opened(t: TestContext, url?: string): Promise<Store & Search> {
  const store = await openPostgres(url ?? (await (await postgresServer()).database(t)));
  t.after(async () => await store.close());
  return store;
}

searchContract('PostgreSQL', async (t) => await opened(t));

const anybody: PeopleQuery = {
  text: '',
  status: null,
  department: null,
  guests: null,
  group: null,
  sort: 'name',
  descending: false,
};

const find = async (
  store: Search,
  query: Partial<PeopleQuery> = {},
  from = tenant,
): Promise<Listed<PersonRow>> =>
  await store.searchPeople(from, { ...anybody, ...query }, { cursor: null, limit: 10 });

/** All that our tables hold, as text in small letters. */
async function everythingKept(url: string): Promise<string> {
  const server = await postgresServer();
  const tables = await server.admin(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'rollkeeper' ORDER BY tablename",
    url,
  );
  const texts: string[] = [];
  for (const { tablename: table } of tables) {
    const rows = await server.admin(
      `SELECT t::text AS line FROM rollkeeper.${String(table)} t`,
      url,
    );
    texts.push(...rows.map(({ line }) => `${String(table)} ${String(line)}`));
  }
  return texts.join('\n').toLowerCase();
}

test('whoever is forgotten leaves what was kept for searching, and nobody else does', async (t) => {
  const url = await (await postgresServer()).database(t);
  const store = await opened(t, url);
  const named = { displayName: 'Quetzalcoatl', department: 'Xylophones' };
  await run(store, { users: [user('a', named), user('b', {}, 'a')] });
  await run(store, { users: [user('a', { displayName: 'Tezcatlipoca' })] }, other);
  assert.equal((await find(store, { text: 'quetz' })).total, 1);
  assert.equal((await find(store, { text: 'tezca' }, other)).total, 1);
  assert.match(await everythingKept(url), /rollkeeper_search_people .*quetzalcoatl/u);
  await run(store, {
    users: [user('b')],
    absences: [{ id: 'a', reason: 'permanently_deleted' }],
  });
  await find(store);
  await store.forget(tenant, 'a', { at, by: 'test' });
  // Counts by department are made anew when somebody asks, as after a run.
  assert.equal((await find(store, { text: 'quetz' })).total, 0);
  assert.equal((await store.changesOf(tenant, 'a', { cursor: null, limit: 10 })).total, 0);
  assert.doesNotMatch(await everythingKept(url), /quetzal|xylophone/u);
  assert.equal((await find(store, { text: 'b' })).total, 1);
  assert.equal((await find(store, { text: 'tezca' }, other)).total, 1);
});

test('a question is answered while another process holds what is kept for searching', async (t) => {
  const url = await (await postgresServer()).database(t);
  const store = await opened(t, url);
  await run(store, { users: [user('a')] });
  assert.equal((await find(store)).total, 1);
  await run(store, { users: [user('b')] });
  const holder = new Client({ connectionString: url });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT * FROM rollkeeper.rollkeeper_search FOR UPDATE');
    const found = await find(store);
    assert.deepEqual(
      found.items.map(({ id }) => id),
      ['a'],
    );
    assert.equal((await store.person(tenant, 'b'))?.status, 'active');
  } finally {
    await holder.end();
  }
  const second = await opened(t, url);
  assert.equal((await find(second)).total, 2);
});

test('processes that bring one tenant up to date at once agree', async (t) => {
  const url = await (await postgresServer()).database(t);
  const stores = await Promise.all([1, 2, 3].map(async () => await opened(t, url)));
  const users = Array.from({ length: 300 }, (_, index) => user(`u${index}`));
  for (const store of stores) await run(store, { users, groups: [group('g')] });
  const found = await Promise.all(stores.map(async (store) => await find(store)));
  for (const { total } of found) assert.equal(total, 300);
});
