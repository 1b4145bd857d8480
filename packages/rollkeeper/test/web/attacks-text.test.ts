import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { ordinaryMembers, pick } from '../scenarios/scenario.ts';
import { ask, Jar, ownForm, tokenOn } from './asking.ts';
import { withBrowser } from './browser.ts';
import type { Directory } from './directory.ts';
import { directory, prefix } from './directory.ts';

/** What runs wherever it is not shown as text, and turns the line that it stands on. */
const markup = `"'><img src=x onerror="alert(1)"><script>alert(2)</script>\u202Egnp`;
const live = /<img src=x|<script>alert|javascript:alert/u;

/** A page without what forms send back exactly as it is kept, and nobody sees. */
const visible = (text: string): string => text.replaceAll(/ value="[^"]*"/gu, '');

/** An extension of the directory that holds phone numbers of people at home, written without a country. */
const home = 'extension_0d1c2b3a00004000800000000000000b_homePhone';

interface Hostile extends Directory {
  readonly victim: string;
}

/** A tenant where one person, and the group, are called by markup; their phone has changed. */
async function hostile(t: TestContext, browser: ReturnType<typeof withBrowser>): Promise<Hostile> {
  const story = await directory(
    t,
    browser,
    { users: 40 },
    { MSGRAPH_EXTRA_ATTRIBUTES: `faxNumber,${home},onPremisesExtensionAttributes` },
  );
  const { tenant } = story.entra;
  const victim = pick(ordinaryMembers(story));
  tenant.updateUser(victim, {
    displayName: markup,
    givenName: markup,
    surname: markup,
    jobTitle: markup,
    department: markup,
    officeLocation: markup,
    mobilePhone: '+39 555 0100 77',
    businessPhones: ['+39 555 0100 88'],
    [home]: '0100 66',
    onPremisesExtensionAttributes: {
      extensionAttribute3: '+39 555 0100 55',
      extensionAttribute4: 'cm',
    },
  });
  tenant.updateGroup(story.groupId, { description: markup });
  await story.keeper.sync();
  tenant.updateUser(victim, {
    mobilePhone: '+39 555 0100 99',
    [home]: '0100 44',
    onPremisesExtensionAttributes: {
      extensionAttribute3: '+39 555 0100 33',
      extensionAttribute4: 'cm',
    },
  });
  await story.keeper.sync();
  return { ...story, victim };
}

/** Every page that can be reached by links from the overview, as somebody who may `may`. */
async function crawl({ base }: Directory, may: 'view' | 'manage'): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  const ahead = [`${prefix}/`];
  for (let at = ahead.pop(); at !== undefined && seen.size < 250; at = ahead.pop()) {
    if (seen.has(at)) continue;
    const { status, text } = await ask(new URL(at, base).href, { headers: { 'x-may': may } });
    assert.ok(status === 200 || status === 403, `${at}: ${status}`);
    seen.set(at, text);
    for (const [, href = ''] of text.matchAll(/href="([^"#]+)"/gu)) {
      const path = href.replaceAll('&amp;', '&');
      const isSorted = /[?&](?:sort|order|department)=/u.test(path);
      if (path.startsWith(prefix) && !path.includes('/assets/') && !isSorted) ahead.push(path);
    }
  }
  return seen;
}

const phones = /\+39 555 0100|0100 (?:33|44|55|66|77|88|99)/u;

describe('text of others', () => {
  const browser = withBrowser();

  test('is text on every page, none of which has script or style of its own', async (t) => {
    const story = await hostile(t, browser);
    const pages = await crawl(story, 'manage');
    assert.ok(pages.size > 60, String(pages.size));
    let shown = 0;
    for (const [at, text] of pages) {
      if (at.includes('.csv')) continue;
      assert.doesNotMatch(text, live, at);
      assert.doesNotMatch(visible(text), /\u202E/u, at);
      assert.doesNotMatch(text, /<script(?![^>]* src=")|<style|\son\w+="|\sstyle="/u, at);
      assert.doesNotMatch(text, /(?:src|action)="(?:https?:)?\/\//u, at);
      if (text.includes('&lt;script&gt;alert(2)')) shown += 1;
    }
    assert.ok(shown > 3, `the name stood on ${shown} pages`);
  });

  test('runs nothing in a browser, on no page that shows it', async (t) => {
    const { open, complaints, victim, groupId } = await hostile(t, browser);
    const page = await open(`/people/${victim}`);
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    for (const path of ['', '?q=%22%3E%3Cscript%3Ealert(3)%3C/script%3E']) {
      for (const at of [
        `/people/${victim}`,
        `/org-chart/${victim}`,
        `/groups/${groupId}`,
        '/people',
        '/org-chart',
        '/groups',
      ]) {
        await page.goto(`${page.url().split(prefix, 1)[0] ?? ''}${prefix}${at}${path}`);
        await page.locator('main').waitFor();
      }
    }
    assert.equal(dialogs, 0);
    assert.deepEqual(complaints, []);
  });

  test('in any parameter of an address is text, and no fault', async (t) => {
    const { base, victim } = await hostile(t, browser);
    const values = [
      markup,
      '\0',
      "' OR 1=1 --",
      '%',
      '_',
      '*',
      '"',
      '9'.repeat(400),
      'x'.repeat(1_000),
      '\uD800',
      '{"a":1}',
      'WzFd',
    ];
    for (const path of [
      '/people',
      '/people.csv',
      '/groups',
      '/org-chart',
      '/runs',
      '/runs/1',
      `/people/${victim}`,
      `/org-chart/${victim}`,
    ]) {
      for (const value of values) {
        const query = new URLSearchParams(
          [
            'q',
            'cursor',
            'status',
            'department',
            'sort',
            'guests',
            'after',
            'held',
            'plan',
            'reports',
            'changes',
          ].map((key): [string, string] => [key, value]),
        );
        const heard = await ask(`${base}${path}?${query.toString()}`, {
          headers: { 'x-may': 'view' },
        });
        assert.equal(heard.status, 200, `${path} ${JSON.stringify(value).slice(0, 40)}`);
        if (path !== '/people.csv') assert.doesNotMatch(heard.text, live, path);
        else assert.match(heard.headers['content-disposition'] ?? '', /^attachment/u);
      }
    }
  });

  test('that is pasted to be explained comes back as text', async (t) => {
    const { base } = await hostile(t, browser);
    const jar = new Jar();
    const page = await ask(`${base}/diagnostics`);
    jar.take(page);
    for (const text of [
      markup,
      JSON.stringify({
        error: { code: markup, message: markup, innerError: { 'request-id': markup } },
      }),
      JSON.stringify({
        error: markup,
        error_description: markup,
        trace_id: markup,
        error_codes: [markup],
      }),
      `AADSTS700016: ${markup} Trace ID: ${markup}`,
      `500 ('${markup}')`,
    ]) {
      const body = new URLSearchParams({ token: tokenOn(page), text }).toString();
      const headers = { ...ownForm, Cookie: jar.header };
      const heard = await ask(`${base}/diagnostics`, { method: 'POST', headers, body });
      assert.equal(heard.status, 200);
      assert.doesNotMatch(heard.text, live);
    }
  });
});

describe('phone numbers', () => {
  const browser = withBrowser();

  test('are on no page, in no file and in no history for whoever may only view', async (t) => {
    const story = await hostile(t, browser);
    const seen = await crawl(story, 'view');
    assert.ok(seen.size > 60, String(seen.size));
    assert.ok([...seen.keys()].some((at) => at.includes('people.csv')));
    for (const [at, text] of seen) assert.doesNotMatch(text, phones, at);
    for (const word of ['0100', '555', '+39', '99']) {
      const found = await story.text(`/people?q=${encodeURIComponent(word)}&status=all`, 'view');
      assert.ok(!found.includes(`/people/${story.victim}"`), word);
    }
    const may = await crawl(story, 'manage');
    const withPhones = [...may].filter(([, text]) => phones.test(text)).map(([at]) => at);
    assert.ok(withPhones.some((at) => at.includes('people.csv')));
    assert.ok(withPhones.some((at) => at.endsWith(story.victim)));
    const person = may.get(`${prefix}/people/${story.victim}`) ?? '';
    for (const number of ['33', '44', '55', '66'])
      assert.ok(person.includes(`0100 ${number}`), number);
    const viewed = seen.get(`${prefix}/people/${story.victim}`) ?? '';
    assert.match(viewed, /onPremisesExtensionAttributes changed/u);
    assert.match(viewed, /extensionAttribute4/u);
  });
});
