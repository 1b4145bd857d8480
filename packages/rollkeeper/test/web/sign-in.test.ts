import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Page } from 'playwright-core';

import { scenario } from '../scenarios/scenario.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { photograph, withBrowser } from './browser.ts';
import { freePort, hosted } from './host.ts';
import { served } from './served.ts';

const prefix = '/microsoft/graph';

interface Story extends Scenario {
  readonly origin: string;
  readonly page: Page;
  /** Ordinary people of the tenant. */
  readonly people: readonly { readonly id: string; readonly userPrincipalName: string }[];
}

describe('signing in', () => {
  const browser = withBrowser();

  /** The pages with a sign-in of their own, for the administrators that are listed. */
  async function story(
    t: TestContext,
    listed: (told: Scenario, people: Story['people']) => string,
  ): Promise<Story> {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const told = await scenario(t);
    const people = [...told.entra.tenant.users()].map(({ id, userPrincipalName }) => ({
      id,
      userPrincipalName: userPrincipalName ?? '',
    }));
    const keeper = await told.reopened({
      ROLLKEEPER_URL: origin,
      ROLLKEEPER_ADMINISTRATORS: listed(told, people),
    });
    await hosted(t, keeper.web({ signIn: {} }), port);
    told.entra.desk.redirectUris = [`${origin}${prefix}/sign-in/answer`];
    const window = await browser.context();
    t.after(async () => await window.close());
    return { ...told, people, origin, page: await window.newPage() };
  }

  async function signIn({ page, origin, entra }: Story, who: string): Promise<void> {
    entra.desk.signsIn = who;
    await page.goto(`${origin}${prefix}/`);
    await page.getByRole('button', { name: 'Sign in with Microsoft' }).click();
    await page.waitForURL((url) => url.pathname !== `${prefix}/sign-in`);
    await page.locator('main').waitFor();
  }

  const reaches = async (told: Story, who: string): Promise<boolean> => {
    await signIn(told, who);
    await told.page.getByRole('heading', { level: 1, name: /Overview|^Sign in$/u }).waitFor();
    return await told.page.getByRole('heading', { level: 1, name: 'Overview' }).isVisible();
  };

  test('a listed administrator signs in by object id, and out again', async (t) => {
    const told = await story(t, (_, people) => people[3]?.id ?? '');
    const { page, origin, people } = told;
    await page.goto(`${origin}${prefix}/people`);
    assert.deepEqual(await photograph(page, 'sign-in'), []);
    await page.getByText('Microsoft says AADSTS50011?').click();
    assert.equal(await page.locator('.copy code').innerText(), `${origin}${prefix}/sign-in/answer`);
    assert.equal(await reaches(told, people[3]?.id ?? ''), true);
    assert.deepEqual(await photograph(page, 'overview-signed-in'), []);
    const cookies = await page.context().cookies();
    const session = cookies.find(({ name }) => name === 'rollkeeper-session');
    assert.deepEqual([session?.httpOnly, session?.sameSite], [true, 'Lax']);
    const kept = JSON.stringify(told.rows('SELECT * FROM rollkeeper_sessions'));
    assert.ok(!kept.includes(session?.value ?? 'nothing'));
    await page.locator('.account > summary').click();
    assert.deepEqual(await photograph(page, 'account'), []);
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    const again = await fetch(`${origin}${prefix}/`, {
      redirect: 'manual',
      headers: { Cookie: `rollkeeper-session=${session?.value ?? ''}` },
    });
    assert.equal(again.status, 303);
  });

  test('a user name in the list will do, and membership of a group at any depth', async (t) => {
    const byName = await story(t, (_, people) => people[4]?.userPrincipalName.toUpperCase() ?? '');
    assert.equal(await reaches(byName, byName.people[4]?.id ?? ''), true);
    const byGroup = await story(t, ({ groupId }) => `group:${groupId}`);
    const [member = ''] = byGroup.entra.tenant.transitiveUserIds(byGroup.groupId);
    const stranger = byGroup.people.find(
      ({ id }) => ![...byGroup.entra.tenant.transitiveUserIds(byGroup.groupId)].includes(id),
    );
    assert.equal(await reaches(byGroup, stranger?.id ?? ''), false);
    assert.equal(await reaches(byGroup, member), true);
  });

  test('whoever is not listed is told so, by id, and gets no session', async (t) => {
    const told = await story(t, (_, people) => people[3]?.id ?? '');
    await signIn(told, told.people[5]?.id ?? '');
    const alert = await told.page.getByRole('alert').innerText();
    assert.match(alert, /is not listed/u);
    assert.ok(alert.includes(told.people[5]?.id ?? 'nobody'));
    assert.deepEqual(await photograph(told.page, 'sign-in-refused'), []);
    assert.deepEqual(told.rows('SELECT * FROM rollkeeper_sessions'), []);
  });

  test('a cancelled sign-in and a made-up answer are told', async (t) => {
    const told = await story(t, (_, people) => people[3]?.id ?? '');
    await signIn(told, 'cancel');
    assert.match(await told.page.getByRole('alert').innerText(), /Nobody signed in/u);
    await told.page.goto(`${told.origin}${prefix}/sign-in/answer?code=x&state=made-up`);
    assert.match(await told.page.getByRole('alert').innerText(), /was begun here/u);
  });

  test('signing out everywhere ends the sessions of other browsers too', async (t) => {
    const told = await story(t, (_, people) => people[3]?.id ?? '');
    const who = told.people[3]?.id ?? '';
    const elsewhere = await browser.context();
    const other: Story = { ...told, page: await elsewhere.newPage() };
    assert.equal(await reaches(told, who), true);
    assert.equal(await reaches(other, who), true);
    await told.page.locator('.account > summary').click();
    await told.page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await told.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await other.page.reload();
    await other.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await elsewhere.close();
  });

  test('under https cookies are bound to the host and never sent in clear', async (t) => {
    const { reopened } = await scenario(t);
    const origin = 'https://people.example';
    const keeper = await reopened({
      ROLLKEEPER_URL: origin,
      ROLLKEEPER_ADMINISTRATORS: 'a@b.example',
    });
    const web = keeper.web({ signIn: { oneTimeKey: 'k'.repeat(32) } });
    const { headers } = await web(new Request(`${origin}${prefix}/sign-in`));
    const cookie = headers.get('set-cookie') ?? '';
    assert.match(cookie, /^__Host-rollkeeper-browser=[\w-]{43};/u);
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) {
      assert.ok(cookie.includes(attribute), attribute);
    }
    assert.doesNotMatch(cookie, /Domain/u);
  });

  test('attempts are counted, and too many refused', async (t) => {
    const { origin } = await story(t, (_, people) => people[3]?.id ?? '');
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 25; attempt += 1) {
      const answer = await fetch(`${origin}${prefix}/sign-in/answer?code=x&state=y`);
      statuses.push(answer.status);
    }
    assert.equal(statuses[0], 403);
    assert.equal(statuses.at(-1), 429);
  });

  test('before administrators are listed, the address on the terminal lets in once', async (t) => {
    const { settings } = await scenario(t);
    const { oneTime, origin } = await served(t, settings, '--every', 'off');
    const window = await browser.context();
    const page = await window.newPage();
    await page.goto(oneTime ?? '');
    assert.deepEqual(await photograph(page, 'sign-in-once'), []);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const other = await fetch(oneTime ?? '');
    assert.equal(other.status, 403);
    await page.goto(oneTime ?? '');
    assert.deepEqual(await photograph(page, 'sign-in-once-spent'), []);
    await window.clearCookies();
    await page.goto(`${origin}${prefix}/people`);
    assert.deepEqual(await photograph(page, 'sign-in-nobody-listed'), []);
    const wrong = await fetch(`${origin}${prefix}/sign-in/once?key=wrong`);
    assert.equal(wrong.status, 403);
    await window.close();
  });
});
