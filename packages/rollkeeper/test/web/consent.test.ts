import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { BrowserContext, Page } from 'playwright-core';

import { start } from '../scenarios/command.ts';
import { scenario } from '../scenarios/scenario.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { photograph, withBrowser } from './browser.ts';
import { freePort, hosted } from './host.ts';

const prefix = '/microsoft/graph';

interface Story extends Scenario {
  readonly origin: string;
  readonly page: Page;
  readonly window: BrowserContext;
}

describe('consent', () => {
  const browser = withBrowser();

  /** A tenant where nobody has consented, the pages in a host, and an administrator's browser. */
  async function story(t: TestContext, changes: Record<string, string> = {}): Promise<Story> {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const told = await scenario(
      t,
      { consented: false },
      { ROLLKEEPER_URL: origin, MSGRAPH_TENANT_ID: '', ...changes },
    );
    const keeper = await told.reopened({});
    await hosted(t, keeper.web({ authorize: () => 'manage' }), port);
    told.entra.desk.redirectUris = [`${origin}${prefix}/consent/answer`];
    const window = await browser.context();
    t.after(async () => await window.close());
    return { ...told, keeper, origin, window, page: await window.newPage() };
  }

  async function press({ page, origin }: Story): Promise<void> {
    await page.goto(`${origin}${prefix}/consent`);
    await page.getByRole('button', { name: 'Get consent' }).click();
  }

  test('granted: the tenant is kept once a token for it works, and a run needs no tenant', async (t) => {
    const told = await story(t);
    const { page, keeper, tenantId, entra } = told;
    await assert.rejects(keeper.sync(), /No tenant is known/u);
    await press(told);
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('The tenant is connected.').waitFor();
    assert.match(await page.locator('main').innerText(), new RegExp(tenantId, 'u'));
    assert.deepEqual(await photograph(page, 'consent-granted'), []);
    assert.equal((await keeper.sync()).report.status, 'succeeded');
    assert.equal(entra.application.consented, true);
    await page.reload();
    await page.getByText('does not belong to a consent').waitFor();
  });

  test('the page shows the redirect URI of the settings, what is asked for, and looks right', async (t) => {
    const { page, origin, window } = await story(t);
    await page.goto(`${origin}${prefix}/consent`);
    const redirectUri = `${origin}${prefix}/consent/answer`;
    assert.equal(await page.locator('.copy code').innerText(), redirectUri);
    await window.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), redirectUri);
    for (const permission of ['User.Read.All', 'GroupMember.Read.All', 'Member.Read.Hidden']) {
      assert.ok(await page.getByText(permission, { exact: true }).isVisible(), permission);
    }
    assert.deepEqual(await photograph(page, 'consent'), []);
    const forged = await fetch(`${origin}${prefix}/consent`, { headers: { Host: 'evil.example' } });
    assert.doesNotMatch(await forged.text(), /evil/u);
  });

  test('an error counts, though the same answer says that an administrator has consented', async (t) => {
    const told = await story(t);
    const { page, origin, tenantId, entra } = told;
    entra.application.consented = true;
    await page.goto(`${origin}${prefix}/consent`);
    const button = page.getByRole('button', { name: 'Get consent' });
    const state = new URL(await stateOf(told, button)).searchParams.get('state') ?? '';
    await page.goto(
      `${origin}${prefix}/consent/answer?admin_consent=True&tenant=${tenantId}&error=access_denied&error_description=No&state=${state}`,
    );
    assert.equal(await page.getByRole('alert').count(), 1);
    assert.deepEqual(told.rows('SELECT tenant_id FROM rollkeeper_consents'), []);
  });

  for (const [button, says] of [
    ['Cancel', /Consent was cancelled/u],
    ['Sign in as somebody who is no administrator', /may not consent for the whole tenant/u],
  ] as const) {
    test(`refused by “${button}”: says so, and what to do; nothing is kept`, async (t) => {
      const told = await story(t);
      await press(told);
      await told.page.getByRole('button', { name: button }).click();
      const alert = told.page.getByRole('alert');
      assert.match(await alert.innerText(), says);
      assert.deepEqual(
        await photograph(told.page, `consent-${button.slice(0, 4).toLowerCase()}`),
        [],
      );
      assert.deepEqual(told.rows('SELECT tenant_id FROM rollkeeper_consents'), []);
      assert.deepEqual(told.rows('SELECT id_hash FROM rollkeeper_tickets'), []);
    });
  }

  test('a forged state is refused, from this browser and from another', async (t) => {
    const told = await story(t);
    const { page, origin, tenantId, entra } = told;
    entra.application.consented = true;
    const answer = (state: string): string =>
      `${origin}${prefix}/consent/answer?admin_consent=True&tenant=${tenantId}&state=${state}`;
    await page.goto(answer('made-up'));
    await page.getByText('does not belong to a consent').waitFor();
    const begun = new Promise<string>((resolve) => {
      page.on('request', (request) => {
        if (request.url().includes('/adminconsent')) resolve(request.url());
      });
    });
    await press(told);
    const state = new URL(await begun).searchParams.get('state') ?? '';
    assert.ok(!JSON.stringify(told.rows('SELECT * FROM rollkeeper_tickets')).includes(state));
    const other = await browser.context();
    const stolen = await other.newPage();
    await stolen.goto(answer(state));
    await stolen.getByText('does not belong to a consent').waitFor();
    await other.close();
    assert.deepEqual(told.rows('SELECT tenant_id FROM rollkeeper_consents'), []);
    await page.goto(answer(state));
    await page.getByText('The tenant is connected.').waitFor();
  });

  test('a forged tenant is not believed: no token for it works', async (t) => {
    const told = await story(t);
    const { page, origin, entra } = told;
    entra.application.consented = true;
    const forged = '99999999-9999-4999-8999-999999999999';
    await page.goto(`${origin}${prefix}/consent`);
    const button = page.getByRole('button', { name: 'Get consent' });
    const state = new URL((await stateOf(told, button)) ?? '').searchParams.get('state') ?? '';
    await page.goto(
      `${origin}${prefix}/consent/answer?admin_consent=True&tenant=${forged}&state=${state}`,
    );
    assert.match(await page.getByRole('alert').innerText(), /AADSTS90002/u);
    assert.deepEqual(told.rows('SELECT tenant_id FROM rollkeeper_consents'), []);
  });

  test('another tenant than the one in the settings is a fault that names both', async (t) => {
    const configured = '99999999-9999-4999-8999-999999999999';
    const told = await story(t, { MSGRAPH_TENANT_ID: configured });
    const { page, origin, entra, tenantId } = told;
    entra.application.consented = true;
    await page.goto(`${origin}${prefix}/consent`);
    const button = page.getByRole('button', { name: 'Get consent' });
    const state = new URL((await stateOf(told, button)) ?? '').searchParams.get('state') ?? '';
    await page.goto(
      `${origin}${prefix}/consent/answer?admin_consent=True&tenant=${tenantId}&state=${state}`,
    );
    const text = await page.getByRole('alert').innerText();
    assert.ok(text.includes(configured) && text.includes(tenantId), text);
    assert.deepEqual(told.rows('SELECT tenant_id FROM rollkeeper_consents'), []);
  });

  test('a redirect URI that is not registered stays at Entra, and the page explains its code', async (t) => {
    const told = await story(t);
    told.entra.desk.redirectUris = ['https://elsewhere.example/'];
    await press(told);
    await told.page.getByText('AADSTS50011').waitFor();
    await told.page.goto(`${told.origin}${prefix}/consent`);
    const row = told.page.getByRole('row', { name: /AADSTS50011/u });
    assert.match(
      await row.innerText(),
      /must be http:\/\/localhost:\d+\/microsoft\/graph\/consent\/answer/u,
    );
  });

  test('a delay in Entra is waited for', async (t) => {
    const told = await story(t);
    told.entra.desk.consent = 'grant';
    told.entra.desk.replicationRefusals = 1;
    await press(told);
    await told.page.getByText('has not passed it on').waitFor();
    assert.deepEqual(await photograph(told.page, 'consent-delayed'), []);
    await told.page.getByRole('link', { name: 'Ask again now' }).click();
    await told.page.getByText('The tenant is connected.').waitFor();
  });

  test('a missing permission and a withdrawn consent are told, and lead to consent again', async (t) => {
    const told = await story(t);
    const { page, origin, entra } = told;
    entra.desk.consent = 'grant';
    entra.desk.grants = ['User.Read.All'];
    await press(told);
    await page.getByText('The tenant is connected.').waitFor();
    await page.goto(`${origin}${prefix}/consent`);
    assert.match(await page.locator('main').innerText(), /Not granted: GroupMember\.Read\.All/u);
    assert.ok(await page.getByRole('button', { name: 'Consent again' }).isVisible());
    assert.deepEqual(await photograph(page, 'consent-missing'), []);
    entra.application.consented = false;
    await page.reload();
    assert.match(await page.locator('main').innerText(), /Consent does not hold/u);
    assert.match(await page.locator('main').innerText(), /AADSTS700016/u);
    assert.ok(await page.getByRole('button', { name: 'Consent again' }).isVisible());
  });

  test('whoever may only view neither sees the page nor begins', async (t) => {
    const { keeper } = await scenario(t);
    const origin = await hosted(t, keeper.web({ authorize: () => 'view' }));
    assert.equal((await fetch(`${origin}${prefix}/consent`)).status, 403);
  });

  test('rollkeeper consent does the same from a terminal', async (t) => {
    const { settings, entra, tenantId, rows } = await scenario(t, { consented: false });
    entra.desk.consent = 'grant';
    const { MSGRAPH_TENANT_ID: _, ...env } = settings;
    const running = start(['consent', '--port', '0'], { env });
    const address = await new Promise<string>((resolve) => {
      running.process.stdout?.once('data', (text: string) => resolve(text.trim()));
    });
    const response = await fetch(address);
    assert.match(await response.text(), /The tenant is connected/u);
    const { code, stdout } = await running.ended;
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Connected: .* \\(${tenantId}\\)`, 'u'));
    assert.deepEqual(
      rows('SELECT tenant_id FROM rollkeeper_consents').map((row) => row['tenant_id']),
      [tenantId],
    );
  });

  test('rollkeeper consent exits 3 where consent was refused', async (t) => {
    const { settings, entra } = await scenario(t, { consented: false });
    entra.desk.consent = 'cancel';
    const running = start(['consent', '--port', '0'], { env: settings });
    const address = await new Promise<string>((resolve) => {
      running.process.stdout?.once('data', (text: string) => resolve(text.trim()));
    });
    assert.equal((await fetch(address)).status, 400);
    const { code, stderr } = await running.ended;
    assert.equal(code, 3, stderr);
    assert.match(stderr, /Consent was cancelled/u);
  });
});

/** The address of Entra that a button leads to; the browser does not follow it. */
async function stateOf(
  { page, entra }: Story,
  button: ReturnType<Page['locator']>,
): Promise<string> {
  entra.desk.consent = 'page';
  await button.click();
  await page.waitForURL(/\/adminconsent/u);
  return page.url();
}
