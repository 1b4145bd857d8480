import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

import { pick } from '../scenarios/scenario.ts';
import { violations } from './axe.ts';
import { photograph, withBrowser } from './browser.ts';
import { directory } from './directory.ts';

describe('people', () => {
  const browser = withBrowser();

  test('are searched, filtered, sorted and paged from the page, and every step has an address', async (t) => {
    const { open, rows, complaints } = await directory(t, browser, { users: 200 });
    const count = Number(pick(rows('SELECT count(*) AS n FROM microsoft_graph_users'))['n']);
    assert.ok(count > 100);
    const page = await open('/people');
    const names = async (): Promise<readonly string[]> =>
      await page.locator('tbody tr td:first-child a').allInnerTexts();
    const first = await names();
    assert.equal(first.length, 50);
    assert.match(
      await page.locator('.pager-position').innerText(),
      new RegExp(`of ${count} `, 'u'),
    );
    await page.getByRole('link', { name: 'Next' }).click();
    const second = await names();
    assert.equal(second.filter((name) => first.includes(name)).length < 50, true);
    await page.getByRole('link', { name: 'Previous' }).click();
    assert.deepEqual(await names(), first);
    await page.getByRole('link', { name: 'Name', exact: true }).click();
    assert.equal(await page.locator('th[aria-sort="descending"]').count(), 1);
    assert.notDeepEqual(await names(), first);
    await page.getByRole('searchbox').fill('head');
    await page.getByLabel('Status').selectOption('disabled');
    await page.getByRole('button', { name: 'Search' }).click();
    assert.match(page.url(), /q=head/u);
    assert.match(page.url(), /status=disabled/u);
    await page.getByRole('link', { name: 'Reset' }).click();
    assert.deepEqual(await names(), first);
    assert.deepEqual(complaints, []);
  });

  test('whom nobody is called like are told about, not drawn as a table without rows', async (t) => {
    const { text } = await directory(t, browser);
    const page = await text('/people?q=nobodyiscalledthis');
    assert.match(page, /Nobody is found/u);
    assert.doesNotMatch(page, /<table/u);
  });

  test('what is searched follows a run of the process that serves them, before anybody asks', async (t) => {
    const { reopened, databaseFile } = await directory(t, browser);
    const database = `${databaseFile}-own`;
    const keeper = await reopened({ ROLLKEEPER_DATABASE_URL: `sqlite:${database}` });
    const tenantId = await keeper.tenantId();
    keeper.web({ authorize: () => 'view' });
    keeper.start({ every: '1h' });
    const kept = (): number => {
      using reader = new DatabaseSync(database, { readOnly: true });
      const sql = 'SELECT coalesce(sum(people), 0) AS people FROM rollkeeper_search_totals';
      return Number(pick(reader.prepare(sql).all())['people']);
    };
    while (kept() === 0) await wait(20);
    const people = [];
    for await (const person of keeper.people(tenantId)) people.push(person);
    assert.equal(kept(), people.length);
  });

  test('before the first run there is nobody, and the page says what to do', async (t) => {
    const story = await directory(t, browser);
    const keeper = await story.reopened({
      ROLLKEEPER_DATABASE_URL: `sqlite:${story.databaseFile}2`,
    });
    const handler = keeper.web({ authorize: () => 'view' });
    for (const path of ['/people', '/org-chart']) {
      const response = await handler(new Request(`http://localhost/microsoft/graph${path}`));
      assert.equal(response.status, 200, path);
      assert.match(await response.text(), /yet/u);
    }
    const csv = await handler(new Request('http://localhost/microsoft/graph/people.csv'));
    assert.ok(csv.status === 404 || csv.status === 200);
    await csv.body?.cancel();
  });

  test('show names full of markup, marks that turn the direction, emoji and lines as text', async (t) => {
    const { open, entra, complaints } = await directory(t, browser);
    const { oddities } = entra.tenant;
    const html = pick([...entra.tenant.users()].filter(({ id }) => id === oddities['html']));
    const page = await open(`/people/${html.id}`);
    assert.equal(await page.locator('h1').innerText(), String(html.displayName));
    assert.equal(await page.locator('h1 script, h1 b').count(), 0);
    for (const odd of ['emoji', 'bidirectional', 'newline', 'han', 'longName'] as const) {
      await page.goto(page.url().replace(/[^/]+$/u, String(oddities[odd])));
      const heading = page.locator('h1 > bdi');
      assert.equal(await heading.count(), 1, odd);
      assert.doesNotMatch(await heading.innerText(), /[\u202A-\u202E\u2066-\u2069\n]/u, odd);
    }
    assert.deepEqual(complaints, []);
  });

  test('who may only view sees no phone number: not on a page, not in the history, not in a file', async (t) => {
    const { text, rows, entra, keeper } = await directory(t, browser);
    const person = pick(
      rows(`SELECT id, mobile_phone FROM microsoft_graph_users WHERE mobile_phone IS NOT NULL`),
    );
    const [id, before, after] = [
      String(person['id']),
      String(person['mobile_phone']),
      '+1 555 0199',
    ];
    entra.tenant.updateUser(id, { mobilePhone: after });
    await keeper.sync();
    const managed = await text(`/people/${id}`);
    assert.ok(managed.includes(before) && managed.includes(after));
    assert.ok((await text('/people.csv')).includes(after));
    for (const path of [`/people/${id}`, '/people', '/people.csv', `/org-chart/${id}`]) {
      const page = await text(path, 'view');
      for (const phone of [before, after, 'mobilePhone,', 'businessPhones,']) {
        assert.equal(page.includes(phone), false, `${path} ${phone}`);
      }
    }
    assert.match(await text(`/people/${id}`, 'view'), /mobilePhone changed/u);
  });

  test('the file has everyone whom the table finds, on all its pages, and starts no formula', async (t) => {
    const { base, text, rows } = await directory(t, browser, { users: 200 });
    const response = await fetch(`${base}/people.csv`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/csv/u);
    assert.match(response.headers.get('content-disposition') ?? '', /attachment/u);
    const csv = await response.text();
    const ids = rows('SELECT id FROM microsoft_graph_users').map((row) => String(row['id']));
    for (const id of ids) assert.ok(csv.includes(`${id},`), id);
    assert.doesNotMatch(csv, /(?:^|,)"?[=+@-]/mu);
    const few = await text('/people.csv?q=head');
    assert.ok(few.length < csv.length && few.startsWith('id,userPrincipalName'));
  });

  test('a person has their managers, reports, groups, and what changed when', async (t) => {
    const { text, rows, entra, keeper } = await directory(t, browser);
    const link = pick(rows('SELECT * FROM microsoft_graph_user_supervisors'));
    const [id, boss] = [String(link['user_id']), String(link['supervisor_id'])];
    assert.match(await text(`/people/${id}`), new RegExp(`/people/${boss}"`, 'u'));
    assert.match(await text(`/people/${boss}`), new RegExp(`/people/${id}"`, 'u'));
    entra.tenant.updateUser(id, { jobTitle: 'Keeper of <b>Rolls</b>' });
    await keeper.sync();
    const page = await text(`/people/${id}`);
    assert.match(page, /jobTitle: <bdi>Keeper of &lt;b&gt;Rolls/u);
    assert.match(page, /Came into scope/u);
    assert.match(page, /\/groups\//u);
  });

  test('who is not there is told so, whatever the address', async (t) => {
    const { base } = await directory(t, browser);
    for (const path of ['/people/none', '/people/%00', '/people/%3Cscript%3E', '/org-chart/none']) {
      assert.equal((await fetch(`${base}${path}`)).status, 404, path);
    }
    for (const query of ['?sort=x&order=y&status=z&cursor=%FF', `?q=${'x'.repeat(3_000)}`]) {
      assert.equal((await fetch(`${base}/people${query}`)).status, 200, query.slice(0, 20));
    }
  });

  test('look right, and axe finds nothing against them', async (t) => {
    const { open, entra } = await directory(t, browser, { users: 200 });
    const page = await open('/people');
    for (const [path, name] of [
      ['/people', 'people'],
      ['/people?q=nobodyiscalledthis', 'people-none'],
      [`/people/${String(entra.tenant.oddities['html'])}`, 'person'],
    ] as const) {
      await page.goto(page.url().replace(/\/microsoft\/graph.*$/u, `/microsoft/graph${path}`));
      assert.deepEqual(await photograph(page, name), []);
      assert.deepEqual(await violations(page), [], path);
    }
  });
});
