import assert from 'node:assert/strict';
import { test } from 'node:test';

import { managerOf, memberIds, ordinaryMembers, pick, scenario } from '../scenarios/scenario.ts';
import { tellStoriesOnPostgres } from '../scenarios/scenario.ts';
import { stopPostgresAtEnd } from '../store/postgres-server.ts';
import { ask, prefix } from './asking.ts';
import { hosted } from './host.ts';

stopPostgresAtEnd();
tellStoriesOnPostgres();

test('the pages of a tenant whose rows are in PostgreSQL are served', async (t) => {
  const story = await scenario(t, { users: 120 });
  const { keeper, rows, groupId, settings } = story;
  assert.match(settings['ROLLKEEPER_DATABASE_URL'] ?? '', /^postgres/u);
  const authorize = () => 'manage' as const;
  const base = `${await hosted(t, keeper.web({ authorize }))}${prefix}`;
  const page = async (path: string): Promise<string> => {
    const { status, text } = await ask(`${base}${path}`);
    assert.equal(status, 200, path);
    return text;
  };
  for (const path of ['/people', '/org-chart']) assert.match(await page(path), /yet/u);

  const { report } = await keeper.sync();
  assert.equal(report.status, 'succeeded');
  const count = Number(pick(rows('SELECT count(*) AS n FROM microsoft_graph_users'))['n']);
  assert.ok(count > 50);

  const people = await page('/people');
  assert.equal([...people.matchAll(/<tr>/gu)].length, 51);
  assert.match(people, new RegExp(`of ${count}\\b`, 'u'));
  const next = /href="([^"]*cursor=[^"]*)"/u.exec(people)?.[1] ?? '';
  assert.notEqual(next, '');
  const second = await page(
    new URL(next.replaceAll('&amp;', '&'), `${base}/people`).href.slice(base.length),
  );
  assert.notEqual(second, people);

  const id = pick(ordinaryMembers(story).filter((one) => managerOf(story, one) !== null));
  const manager = String(managerOf(story, id));
  const row = pick(
    rows(`SELECT user_principal_name AS name FROM microsoft_graph_people WHERE id = '${id}'`),
  );
  const name = String(row['name']);
  const found = await page(`/people?q=${encodeURIComponent(name)}`);
  assert.match(found, new RegExp(`/people/${id}"`, 'u'));
  assert.equal([...found.matchAll(/<tr>/gu)].length, 2);
  assert.match(await page('/people?q=nobodyiscalledthis'), /Nobody is found/u);
  assert.ok((await page('/people.csv')).includes(name));

  const person = await page(`/people/${id}`);
  assert.ok(person.includes(name) && person.includes(manager));
  assert.match(person, new RegExp(`/groups/`, 'u'));
  assert.ok((await page(`/org-chart/${manager}`)).includes(id));
  assert.match(await page('/org-chart'), /\/org-chart\/[\w-]+"/u);

  assert.match(await page('/groups'), new RegExp(`/groups/${groupId}"`, 'u'));
  const inside = await page(`/groups/${groupId}`);
  for (const nested of memberIds(story, 'group')) assert.ok(inside.includes(nested), nested);

  assert.match(await page('/runs'), /\/runs\/1"/u);
  assert.match(await page('/runs/1'), /People created/u);
  assert.equal((await ask(`${base}/runs/7`)).status, 404);
  assert.equal((await ask(`${base}/people/none`)).status, 404);
  await page('/diagnostics');
});

test('removals that are held are shown, and a person who is gone is found as such', async (t) => {
  const story = await scenario(t, { users: 80 }, { ROLLKEEPER_DELETION_THRESHOLD: '10,90%,5' });
  const { keeper, entra } = story;
  await keeper.sync();
  const base = `${await hosted(t, keeper.web({ authorize: () => 'manage' as const }))}${prefix}`;
  const [one = '', ...others] = ordinaryMembers(story).slice(0, 13);
  entra.tenant.deleteUser(one);
  await keeper.sync();
  const { text } = await ask(`${base}/people?status=deleted`);
  assert.ok(text.includes(`/people/${one}"`));
  for (const id of others) entra.tenant.deleteUser(id);
  const { report } = await keeper.sync();
  assert.equal(report.status, 'quarantined');
  const held = await ask(`${base}/runs/3`);
  for (const id of others) assert.ok(held.text.includes(`/people/${id}"`), id);
  assert.match(held.text, /12 removals wait for a decision/u);
});
