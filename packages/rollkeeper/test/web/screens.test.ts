import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Page } from 'playwright-core';

import type { WebHandler } from '../../src/web/web.ts';
import { pick, scenario } from '../scenarios/scenario.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { violations } from './axe.ts';
import { photograph, withBrowser } from './browser.ts';
import { hosted } from './host.ts';

const prefix = '/microsoft/graph';

/** Pages that are seen seldom look right as well: what fails, what is empty, what is begun, what is very long. */
describe('a page that is seen seldom', () => {
  const browser = withBrowser();

  /** A window on what a handler serves. */
  async function windowOn(
    t: TestContext,
    web: WebHandler,
  ): Promise<(path: string) => Promise<Page>> {
    const origin = await hosted(t, web);
    const window = await browser.context();
    t.after(async () => await window.close());
    const page = await window.newPage();
    return async (path) => {
      await page.goto(`${origin}${prefix}${path}`);
      return page;
    };
  }

  /** It is no wider than its window, and axe finds nothing against it. */
  async function looksRight(page: Page, name: string): Promise<void> {
    assert.deepEqual(await photograph(page, name), [], name);
    assert.deepEqual(await violations(page), [], name);
  }

  const managed = ({ keeper }: Pick<Scenario, 'keeper'>): WebHandler =>
    keeper.web({ authorize: () => ({ may: 'manage', name: 'Ada Example' }) });

  test('says that there is none, that it is not allowed, or that it failed', async (t) => {
    const { keeper } = await scenario(t);
    await keeper.sync();
    const authorize = ({ url }: Request) => {
      if (url.endsWith('/groups')) throw new Error('The session store of the host is away.');
      return url.endsWith('/runs') ? null : ('view' as const);
    };
    const told: unknown[] = [];
    const open = await windowOn(t, keeper.web({ authorize, onError: (error) => told.push(error) }));
    await looksRight(await open('/nowhere'), 'error-404');
    await looksRight(await open('/check'), 'error-403');
    await looksRight(await open('/runs'), 'error-403-stranger');
    await looksRight(await open('/groups'), 'error-500');
    assert.equal(told.length, 1);
    await looksRight(await open('/'), 'overview-view');
  });

  test('says that the database is away', async (t) => {
    const story = await scenario(t);
    const database = join(dirname(story.databaseFile), 'gone', 'rows.db');
    const keeper = await story.reopened({ ROLLKEEPER_DATABASE_URL: `sqlite:${database}` });
    const open = await windowOn(t, managed({ keeper }));
    const page = await open('/people');
    assert.match(await page.locator('main').innerText(), /rows\.db/u);
    await looksRight(page, 'error-database');
  });

  test('has nothing to show before the first run, and says what to do', async (t) => {
    const { reopened } = await scenario(t, { consented: false });
    const keeper = await reopened({
      MSGRAPH_TENANT_ID: '',
      ROLLKEEPER_URL: 'http://localhost:4600',
    });
    const open = await windowOn(t, managed({ keeper }));
    await looksRight(await open('/'), 'overview-new');
    await looksRight(await open('/people'), 'people-new');
    await looksRight(await open('/org-chart'), 'org-chart-new');
    await looksRight(await open('/groups'), 'groups-new');
    await looksRight(await open('/runs'), 'runs-new');
  });

  test('finds nobody and nothing', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const open = await windowOn(t, managed(story));
    await looksRight(await open('/groups?q=nothingiscalledthis'), 'groups-none');
    await looksRight(await open('/org-chart?q=nobodyiscalledthis'), 'org-chart-none');
    await looksRight(await open('/people?q=a&status=all&sort=since&order=down'), 'people-sorted');
  });

  test('shows a run that is under way', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    story.entra.faults.add({
      match: { path: /delta/u },
      hang: true,
      times: Number.POSITIVE_INFINITY,
    });
    const open = await windowOn(t, managed(story));
    const page = await open('/');
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByRole('heading', { name: 'A run is under way' }).waitFor();
    await looksRight(page, 'overview-busy');
    await story.keeper.close();
  });

  test('explains an error, and those of runs that failed', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    story.entra.application.permissions = ['User.Read.All'];
    story.entra.revokeTokens();
    await assert.rejects(story.keeper.sync({ full: true }));
    const open = await windowOn(t, managed(story));
    const page = await open('/diagnostics');
    await page
      .getByRole('textbox')
      .fill("format 500: The operation has timed out. ('generalException')");
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.locator('.answer').waitFor();
    await looksRight(page, 'diagnostics-answer');
    await looksRight(await open('/runs/2'), 'run-failed');
    await looksRight(await open('/'), 'overview-failed');
  });

  test('bears names without end and marks of every kind', async (t) => {
    const story = await scenario(t);
    const { oddities } = story.entra.tenant;
    const odd = String(oddities['longName']);
    story.entra.tenant.updateUser(odd, {
      department: 'Department'.repeat(6),
      jobTitle: 'Head of Everything That Is Not Looked After By Anybody Else '.repeat(2),
    });
    await story.keeper.sync();
    const open = await windowOn(t, managed(story));
    await looksRight(await open(`/people/${odd}`), 'person-long');
    await looksRight(await open(`/org-chart/${odd}`), 'org-chart-long');
    const name = pick(
      story.rows(`SELECT display_name FROM microsoft_graph_people WHERE id = '${odd}'`),
    );
    const start = String(name['display_name']).slice(0, 12);
    await looksRight(await open(`/people?q=${encodeURIComponent(start)}`), 'people-long');
  });

  test('shows where the keyboard is', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const open = await windowOn(t, managed(story));
    const page = await open('/');
    const outlines: string[] = [];
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      outlines.push(
        await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle'),
      );
      if (presses === 8) assert.deepEqual(await photograph(page, 'focus'), []);
    }
    assert.deepEqual([...new Set(outlines)], ['solid']);
  });

  test('is printed', async (t) => {
    const story = await scenario(t, { users: 120 });
    await story.keeper.sync();
    const boss = pick(
      story.rows(`SELECT supervisor_id AS id, count(*) AS n FROM microsoft_graph_user_supervisors
             GROUP BY 1 HAVING n BETWEEN 3 AND 20 ORDER BY n DESC`),
    );
    const open = await windowOn(t, managed(story));
    const page = await open(`/org-chart/${String(boss['id'])}`);
    await looksRight(page, 'org-chart-boss');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.deepEqual(await photograph(page, 'org-chart-print'), []);
    // Paper is white, also for whoever likes screens dark.
    const paper = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    assert.match(paper, /rgba?\(255, 255, 255|rgba\(0, 0, 0, 0\)/u);
  });

  test('is a part of a page of the host', async (t) => {
    const { keeper } = await scenario(t);
    await keeper.sync();
    const web = keeper.web({ authorize: () => 'manage' });
    const origin = await hosted(t, async (request) => {
      const fragment = await web.settingsFragment(request);
      return new Response(
        `<!doctype html><html lang="en"><title>Settings</title><meta name="viewport" content="width=device-width">
         <body style="font-family: sans-serif; margin: 1rem"><main><h1>Settings of the intranet</h1>${fragment}</main>`,
        { headers: { 'Content-Type': 'text/html; charset=utf-8' } },
      );
    });
    const window = await browser.context();
    t.after(async () => await window.close());
    const page = await window.newPage();
    await page.goto(origin);
    await looksRight(page, 'fragment');
  });

  test('moves nothing after it was first seen', async (t) => {
    const story = await scenario(t, { users: 120 });
    await story.keeper.sync();
    const keeper = await story.reopened({ ROLLKEEPER_URL: 'http://localhost:4600' });
    const open = await windowOn(t, managed({ keeper }));
    for (const path of ['/', '/people', '/runs', '/runs/1', '/consent']) {
      await (await open('/diagnostics')).setViewportSize({ width: 360, height: 800 });
      const page = await open(path);
      const moved = await page.evaluate<number>(
        `new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => { for (const { value } of list.getEntries()) sum += value; })
            .observe({ type: 'layout-shift', buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum), 50)));
        })`,
      );
      assert.ok(moved < 0.02, `${path}: ${moved}`);
    }
  });
});
