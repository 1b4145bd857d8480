import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { directMembers, pick } from '../scenarios/scenario.ts';
import { withBrowser } from './browser.ts';
import { directory } from './directory.ts';

describe('the pages', () => {
  const browser = withBrowser();

  test('are worked with where there is no script: searched, paged, explained and decided', async (t) => {
    const threshold = { ROLLKEEPER_DELETION_THRESHOLD: '10,90%,5' };
    const story = await directory(t, browser, { users: 120 }, threshold);
    const { base, entra, keeper, rows, tenantId } = story;
    const window = await browser.context({ javaScriptEnabled: false });
    t.after(async () => await window.close());
    const page = await window.newPage();
    await page.goto(`${base}/people`);
    const first = await page.locator('tbody a').first().innerText();
    assert.match(
      await page.locator('time').first().innerText(),
      /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/u,
    );
    await page.getByRole('link', { name: 'Next' }).click();
    assert.notEqual(await page.locator('tbody a').first().innerText(), first);
    const somebody = pick(
      rows('SELECT user_principal_name AS name FROM microsoft_graph_users ORDER BY id'),
    );
    await page.getByRole('searchbox').fill(String(somebody['name']));
    await page.getByRole('button', { name: 'Search' }).click();
    assert.equal(await page.locator('tbody tr').count(), 1);
    await page.goto(`${base}/diagnostics`);
    await page.getByRole('textbox').fill('AADSTS7000222');
    await page.getByRole('button', { name: 'Explain' }).click();
    assert.match(await page.locator('.answer').innerText(), /secret/u);
    for (const id of directMembers(story).slice(0, 12)) entra.tenant.deleteUser(id);
    await keeper.sync();
    await page.goto(`${base}/runs/2`);
    await page.getByRole('button', { name: 'Reject …' }).click();
    await page.getByRole('button', { name: 'Reject 12 removals' }).click();
    assert.equal((await keeper.run(tenantId, 2))?.decision?.what, 'rejected');
    await page.goto(`${base}/consent`);
    assert.equal(await page.getByRole('button', { name: 'Copy' }).count(), 0);
  });

  test('fetch nothing from other hosts', async (t) => {
    const { open, base, groupId, entra } = await directory(t, browser);
    const page = await open('/');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    const { html } = entra.tenant.oddities;
    for (const path of [
      '/',
      '/consent',
      '/check',
      '/people',
      `/people/${String(html)}`,
      `/org-chart/${String(html)}`,
      `/groups/${groupId}`,
      '/runs',
      '/runs/1',
      '/diagnostics',
    ]) {
      await page.goto(`${base}${path}`);
    }
    assert.ok(asked.length > 10);
    assert.deepEqual(
      [...new Set(asked.filter((origin) => origin !== 'null'))],
      [new URL(base).origin],
    );
  });
});
