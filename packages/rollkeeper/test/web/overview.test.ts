import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { SimulatorOptions } from 'entra-simulator';

import { scenario } from '../scenarios/scenario.ts';
import { photograph, withBrowser } from './browser.ts';
import { hosted } from './host.ts';

const prefix = '/microsoft/graph';
const manage = () => ({ may: 'manage', name: 'Ada Example' }) as const;

describe('the overview', () => {
  const browser = withBrowser();

  test('Sync now shows the progress as it happens, and then how it ended', async (t) => {
    const options: SimulatorOptions = { latencyMs: 150 };
    const { keeper } = await scenario(t, options);
    const origin = await hosted(t, keeper.web({ authorize: manage }));
    const window = await browser.context();
    t.after(async () => await window.close());
    const page = await window.newPage();
    // A first run, so that the tenant is known and there is something to compare with.
    await keeper.sync();
    await page.goto(`${origin}${prefix}/`);
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByRole('heading', { name: 'A run is under way' }).waitFor();
    const text = page.locator('.progress-text');
    assert.match(await text.innerText(), /begins|began|Reading|Deciding|Applying/u);
    await page.getByRole('button', { name: 'Sync now' }).waitFor();
    assert.match(await page.locator('main').innerText(), /succeeded/u);
    assert.deepEqual(await photograph(page, 'overview'), []);
  });

  test('without script the page loads itself again while a run is under way', async (t) => {
    const { keeper } = await scenario(t, { latencyMs: 300 });
    const origin = await hosted(t, keeper.web({ authorize: manage }));
    await keeper.tenantId();
    const window = await browser.context({ javaScriptEnabled: false });
    t.after(async () => await window.close());
    const page = await window.newPage();
    await page.goto(`${origin}${prefix}/`);
    await page.getByRole('button', { name: 'Sync now' }).click();
    assert.match(await page.locator('main').innerText(), /A run is under way/u);
    await page.getByRole('button', { name: 'Sync now' }).waitFor();
    assert.match(await page.locator('main').innerText(), /succeeded/u);
  });

  test('Check goes through every precondition live, and says what to do', async (t) => {
    const { keeper, entra } = await scenario(t);
    const origin = await hosted(t, keeper.web({ authorize: manage }));
    const window = await browser.context();
    t.after(async () => await window.close());
    const page = await window.newPage();
    await page.goto(`${origin}${prefix}/check`);
    assert.match(await page.locator('main').innerText(), /A run has what it needs/u);
    assert.deepEqual(await photograph(page, 'check'), []);
    entra.application.secretExpired = true;
    entra.revokeTokens();
    await page.goto(`${origin}${prefix}/check`);
    const text = await page.locator('main').innerText();
    assert.match(text, /AADSTS7000222/u);
    assert.deepEqual(await photograph(page, 'check-failed'), []);
  });

  test('tells of a credential that runs out, and of a run that failed', async (t) => {
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    const { keeper, entra } = await scenario(t, {}, { MSGRAPH_CLIENT_SECRET_EXPIRES: soon });
    entra.application.permissions = [];
    await assert.rejects(keeper.sync());
    const origin = await hosted(t, keeper.web({ authorize: manage }));
    const window = await browser.context();
    t.after(async () => await window.close());
    const page = await window.newPage();
    await page.goto(`${origin}${prefix}/`);
    const text = await page.locator('main').innerText();
    assert.match(text, /The credential runs out soon/u);
    assert.match(text, /The last run failed/u);
    assert.deepEqual(await photograph(page, 'overview-warnings'), []);
  });

  test('shows application, tenant, group with its members, credential, schedule, threshold and the next run', async (t) => {
    const expires = '2031-05-31';
    const changes = {
      MSGRAPH_CLIENT_SECRET_EXPIRES: expires,
      ROLLKEEPER_SCHEDULE: '2h',
      ROLLKEEPER_DELETION_THRESHOLD: '50,10%,3',
    };
    const { keeper, entra, tenantId, rows, settings } = await scenario(t, {}, changes);
    await keeper.sync();
    const scheduled = keeper.start();
    const web = keeper.web({ authorize: () => 'view' });
    const page = await (await web(new Request(`http://localhost${prefix}/`))).text();
    const people = rows('SELECT id FROM microsoft_graph_users').length;
    for (const fact of [
      entra.application.clientId,
      tenantId,
      `<bdi>kbuk</bdi> (${people} people)`,
      'client secret',
      `datetime="${expires}T00:00:00.000Z"`,
      'every 2 h',
      '50, or 10 % above 3',
    ]) {
      assert.ok(page.includes(fact), fact);
    }
    const next = scheduled.next()?.toISOString().slice(0, 16) ?? '';
    assert.ok(page.includes(`datetime="${next}`), next);
    assert.ok(!page.includes(settings['MSGRAPH_CLIENT_SECRET'] ?? ''));
  });

  test('whoever may only view decides nothing', async (t) => {
    const { keeper } = await scenario(t);
    await keeper.sync();
    const origin = await hosted(t, keeper.web({ authorize: () => 'view' }));
    const page = await (await fetch(`${origin}${prefix}/`)).text();
    assert.doesNotMatch(page, /<form|\/check"/u);
    assert.equal((await fetch(`${origin}${prefix}/check`)).status, 403);
  });

  test('another site can neither send a form nor frame a page', async (t) => {
    const { keeper, tenantId } = await scenario(t);
    await keeper.sync();
    const origin = await hosted(t, keeper.web({ authorize: manage }));
    const evil = await hosted(
      t,
      async () =>
        new Response(
          `<form method="post" action="${origin}${prefix}/sync"><button>Win</button></form>
           <iframe src="${origin}${prefix}/"></iframe>`,
          { headers: { 'Content-Type': 'text/html' } },
        ),
    );
    const window = await browser.context();
    t.after(async () => await window.close());
    const page = await window.newPage();
    await page.goto(evil.replace('127.0.0.1', 'localhost'));
    const framed = page.frames().find((frame) => frame.parentFrame() !== null);
    assert.equal(await framed?.getByText('Overview').count(), 0);
    await page.getByRole('button', { name: 'Win' }).click();
    await page.getByText('did not come from a page of this application').waitFor();
    assert.equal((await keeper.runs(tenantId)).length, 1);
  });

  test('a fragment for the settings page of the host says how things stand', async (t) => {
    const { keeper } = await scenario(t);
    await keeper.sync();
    const web = keeper.web({
      authorize: (request) => (request.headers.get('cookie') === 'me' ? 'manage' : null),
    });
    const request = new Request('http://host.example/settings', { headers: { Cookie: 'me' } });
    const fragment = await web.settingsFragment(request);
    assert.match(fragment, /<section class="rollkeeper">/u);
    assert.match(fragment, /href="\/microsoft\/graph\/consent"/u);
    assert.match(fragment, /succeeded/u);
    assert.doesNotMatch(fragment, /<html|<form/u);
    assert.equal(await web.settingsFragment(new Request('http://host.example/settings')), '');
  });
});
