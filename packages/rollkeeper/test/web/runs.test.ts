import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { directMembers } from '../scenarios/scenario.ts';
import { violations } from './axe.ts';
import { photograph, withBrowser } from './browser.ts';
import type { Directory } from './directory.ts';
import { directory } from './directory.ts';

describe('runs', () => {
  const browser = withBrowser();

  /** A tenant whose second run holds removals. */
  async function holding(t: TestContext): Promise<Directory & { gone: readonly string[] }> {
    const threshold = { ROLLKEEPER_DELETION_THRESHOLD: '10,90%,5' };
    const story = await directory(t, browser, { users: 80 }, threshold);
    const gone = directMembers(story).slice(0, 12);
    assert.equal(gone.length, 12);
    for (const id of gone) story.entra.tenant.deleteUser(id);
    const { report } = await story.keeper.sync();
    assert.equal(report.status, 'quarantined');
    return { ...story, gone };
  }

  const left = (rows: Directory['rows']): number =>
    rows("SELECT id FROM microsoft_graph_people WHERE status = 'deleted'").length;

  test('are listed with what they did, and each tells what it cost', async (t) => {
    const { text } = await directory(t, browser);
    assert.match(await text('/runs'), /\/runs\/1"/u);
    const run = await text('/runs/1');
    for (const fact of ['People created', 'Requests', 'Waited for Graph', 'Reading', '/\\$batch']) {
      assert.match(run, new RegExp(fact, 'u'));
    }
    assert.match(await text('/runs/7'), /Not found/u);
    assert.match(await text('/runs/x'), /Not found/u);
  });

  test('are drawn over time once there are two', async (t) => {
    const { text, keeper } = await directory(t, browser);
    assert.doesNotMatch(await text('/runs'), /<svg/u);
    await keeper.sync();
    const page = await text('/runs');
    assert.equal([...page.matchAll(/<svg[^>]*role="img"/gu)].length, 3);
    assert.match(page, /Requests to Graph in the last 2 runs/u);
  });

  test('that hold removals show exactly whom, and why', async (t) => {
    const { text, gone } = await holding(t);
    const page = await text('/runs/2');
    for (const id of gone) assert.ok(page.includes(`/people/${id}"`), id);
    assert.match(page, /12 removals wait for a decision: 12 people leaving/u);
    assert.match(page, /reaches the count/u);
  });

  test('are allowed their deletes only after a page that names the number', async (t) => {
    const { open, gone, rows, keeper, tenantId, complaints } = await holding(t);
    const page = await open('/runs/2');
    await page.getByRole('button', { name: 'Allow deletes' }).click();
    assert.equal(await page.locator('h1').innerText(), 'Allow deletes of run 2');
    assert.equal(left(rows), 0);
    await page.getByLabel('Reason').fill('They moved to another company');
    await page.getByRole('button', { name: 'Allow 12 deletes' }).click();
    await page.waitForURL(/\/runs\/2$/u);
    for (let tries = 0; left(rows) !== gone.length && tries < 100; tries += 1) {
      await page.waitForTimeout(100);
    }
    assert.equal(left(rows), gone.length);
    const run = await keeper.run(tenantId, 2);
    assert.equal(run?.decision?.what, 'approved');
    assert.equal(run?.decision?.by, 'Ada Example');
    assert.equal(run?.decision?.reason, 'They moved to another company');
    await page.reload();
    assert.equal(await page.getByRole('button', { name: 'Allow deletes' }).count(), 0);
    assert.deepEqual(complaints, []);
  });

  test('are rejected, and then everyone stays', async (t) => {
    const { open, rows, keeper, tenantId } = await holding(t);
    const page = await open('/runs/2');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('button', { name: 'Reject 12 removals' }).click();
    await page.waitForURL(/\/runs\/2$/u);
    assert.equal((await keeper.run(tenantId, 2))?.decision?.what, 'rejected');
    await keeper.sync();
    assert.equal(left(rows), 0);
    assert.match(await page.locator('main').innerText(), /rejected by Ada Example/u);
  });

  test('are decided by nobody who may only view, nor with a number that is no longer right', async (t) => {
    const { base, text, rows, open } = await holding(t);
    assert.doesNotMatch(await text('/runs/2', 'view'), /Allow deletes/u);
    const seen = await fetch(`${base}/runs/2/allow`, { headers: { 'x-may': 'view' } });
    assert.equal(seen.status, 403);
    await seen.body?.cancel();
    const page = await open('/runs/2/allow');
    await page
      .locator('input[name="count"]')
      .evaluate((input) => input.setAttribute('value', '11'));
    await page.getByRole('button', { name: 'Allow 12 deletes' }).click();
    assert.match(await page.locator('main').innerText(), /The number has changed/u);
    assert.equal(left(rows), 0);
  });

  test('that failed are explained among the diagnostics, with what to quote to Microsoft', async (t) => {
    const { text, entra, keeper } = await directory(t, browser);
    entra.faults.add({
      match: { path: /\/(?:members|delta)/u },
      times: Number.POSITIVE_INFINITY,
      status: 403,
      body: {
        error: {
          code: 'Authorization_RequestDenied',
          message: 'Insufficient privileges',
          innerError: { 'request-id': '9e8f4a60-23ab-4cbb-9a3c-0f9d3a2b1c00' },
        },
      },
    });
    await assert.rejects(keeper.sync());
    const page = await text('/diagnostics');
    assert.match(page, /lacks a permission/u);
    assert.match(page, /grant consent/u);
    assert.match(page, /To quote to Microsoft/u);
    assert.match(page, /9e8f4a60-23ab-4cbb-9a3c-0f9d3a2b1c00/u);
    assert.match(page, /Authorization_RequestDenied/u);
  });

  test('explain what is pasted, and keep nothing of it', async (t) => {
    const { open, complaints, rows } = await directory(t, browser);
    const page = await open('/diagnostics');
    await page
      .getByRole('textbox')
      .fill("format 500: The operation has timed out. ('generalException') secret-of-mine");
    await page.getByRole('button', { name: 'Explain' }).click();
    assert.match(await page.locator('.answer').innerText(), /generalException/u);
    assert.doesNotMatch(await page.content(), /secret-of-mine/u);
    assert.equal(rows('SELECT * FROM rollkeeper_runs').length, 1);
    await page.getByRole('textbox').fill('<script>alert(1)</script>');
    await page.getByRole('button', { name: 'Explain' }).click();
    assert.match(await page.locator('main').innerText(), /not recognised/u);
    assert.deepEqual(complaints, []);
  });

  test('look right, and axe finds nothing against them', async (t) => {
    const { open, keeper } = await holding(t);
    await keeper.sync();
    const page = await open('/runs');
    for (const [path, name] of [
      ['/runs', 'runs'],
      ['/runs/1', 'run'],
      ['/runs/2', 'run-held'],
      ['/runs/2/allow', 'run-allow'],
      ['/runs/2/reject', 'run-reject'],
      ['/diagnostics', 'diagnostics'],
    ] as const) {
      await page.goto(page.url().replace(/\/microsoft\/graph.*$/u, `/microsoft/graph${path}`));
      assert.deepEqual(await photograph(page, name), []);
      assert.deepEqual(await violations(page), [], path);
    }
  });
});
