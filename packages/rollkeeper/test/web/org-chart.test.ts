import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Page } from 'playwright-core';

import { pick } from '../scenarios/scenario.ts';
import { violations } from './axe.ts';
import { photograph, withBrowser } from './browser.ts';
import { directory } from './directory.ts';

/** Goes on with the tabulator until the focus is on a link inside `within`. */
async function tabInto(page: Page, within: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const inside = await page.evaluate(
      `document.activeElement?.closest(${JSON.stringify(within)}) !== null && document.activeElement?.tagName === 'A'`,
    );
    if (inside === true) return;
  }
  assert.fail(`The keyboard does not reach ${within}`);
}

describe('the org chart', () => {
  const browser = withBrowser();

  test('is walked by keyboard alone, from the top down and back up', async (t) => {
    const { open, complaints } = await directory(t, browser, { users: 120 });
    const page = await open('/org-chart');
    await tabInto(page, '.lines');
    const top = await page.evaluate<string>('document.activeElement.innerText');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/org-chart\/.+/u);
    assert.equal(await page.locator('h1').innerText(), top);
    await tabInto(page, '.tree');
    const report = await page.evaluate<string>('document.activeElement.innerText');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: report }).waitFor();
    await tabInto(page, '.lines');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: top }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test('says in its list all that its drawing shows, and hides the drawing from readers of screens', async (t) => {
    const { open, rows } = await directory(t, browser, { users: 120 });
    const boss = pick(
      rows(`SELECT supervisor_id AS id, count(*) AS n FROM microsoft_graph_user_supervisors
             GROUP BY 1 HAVING n BETWEEN 3 AND 20 ORDER BY n DESC`),
    );
    const page = await open(`/org-chart/${String(boss['id'])}`);
    const hrefs = async (within: string): Promise<readonly string[]> => {
      const found = await page
        .locator(`${within} a`)
        .evaluateAll((links) => links.map((link) => String(link.getAttribute('href'))));
      return [...new Set(found)].toSorted();
    };
    const drawn = await hrefs('.chart');
    const listed = await hrefs('.chart-words');
    assert.ok(drawn.length >= 3);
    assert.deepEqual(
      drawn.filter((href) => !listed.includes(href)),
      [],
    );
    assert.equal(await page.locator('.chart').getAttribute('aria-hidden'), 'true');
    assert.equal(await page.locator('.chart a:not([tabindex="-1"])').count(), 0);
    await page.locator('.chart a').first().click();
    await page.waitForURL((url) => drawn.includes(url.pathname));
  });

  test('draws circles, oneself as manager, nobody, and managers outside', async (t) => {
    const { text, entra } = await directory(t, browser, { users: 120 });
    const { oddities } = entra.tenant;
    const chart = async (name: string): Promise<string> =>
      await text(`/org-chart/${oddities[name]}`);
    assert.match(await chart('managerCycleA'), /It goes round in a circle/u);
    assert.match(await chart('managerCycleA'), /↻/u);
    assert.match(await chart('ownManager'), /their own manager/u);
    assert.match(await chart('noManager'), /Entra names no manager/u);
    assert.match(await chart('managerContact'), /outside/u);
  });

  test('finds whom it is asked for, and starts from them', async (t) => {
    const { open, rows } = await directory(t, browser);
    const person = pick(
      rows('SELECT * FROM microsoft_graph_users WHERE mail IS NOT NULL ORDER BY id'),
    );
    const page = await open('/org-chart');
    await page.getByRole('searchbox').fill(String(person['user_principal_name']));
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('.lines a').first().click();
    await page.waitForURL(new RegExp(`/org-chart/${String(person['id'])}$`, 'u'));
  });

  test('goes through many reports a page at a time', async (t) => {
    const { open, keeper, entra, rows } = await directory(t, browser, { users: 120 });
    const ids = rows('SELECT id FROM microsoft_graph_users ORDER BY id').map((row) =>
      String(row['id']),
    );
    const [boss = '', ...others] = ids;
    for (const id of others.slice(0, 40)) entra.tenant.setManager(id, boss);
    await keeper.sync();
    const page = await open(`/org-chart/${boss}`);
    const first = await page.locator('.tree > li').count();
    assert.ok(first < 40);
    assert.match(await page.locator('.chart').innerText(), /more in the list/u);
    await page.getByRole('link', { name: 'Next' }).click();
    assert.ok((await page.locator('.tree > li').count()) > 0);
  });

  test('prints its drawing without what is for the screen', async (t) => {
    const { open, rows } = await directory(t, browser);
    const link = pick(rows('SELECT supervisor_id AS id FROM microsoft_graph_user_supervisors'));
    const page = await open(`/org-chart/${String(link['id'])}`);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.chart').isVisible(), true);
    assert.equal(await page.locator('.filters').isVisible(), false);
    assert.equal(await page.locator('header nav').isVisible(), false);
  });

  test('looks right, and axe finds nothing against it', async (t) => {
    const { open, entra } = await directory(t, browser, { users: 200 });
    const { oddities } = entra.tenant;
    const page = await open('/org-chart');
    for (const [path, name] of [
      ['', 'org-chart'],
      [`/${String(oddities['managerCycleA'])}`, 'org-chart-circle'],
      [`/${String(oddities['html'])}`, 'org-chart-person'],
    ] as const) {
      await page.goto(page.url().replace(/\/org-chart.*$/u, `/org-chart${path}`));
      assert.deepEqual(await photograph(page, name), []);
      assert.deepEqual(await violations(page), [], path);
    }
  });
});
