import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { directMembers, scenario } from '../scenarios/scenario.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { ask, Jar, ownForm, prefix, tokenOn } from './asking.ts';
import type { Asking, Heard } from './asking.ts';
import { withBrowser } from './browser.ts';
import { hosted } from './host.ts';
import { pages } from './routes.ts';

interface Story extends Scenario {
  readonly origin: string;
  readonly base: string;
  /** A browser of an administrator: its cookies and the token of its forms. */
  readonly jar: Jar;
  readonly token: string;
  send(path: string, asking: Asking): Promise<Heard>;
  /** What an attacker would have changed: runs, decisions, begun consents. */
  changed(): string;
}

/** A tenant whose second run holds removals, and somebody who may decide about them, or may not. */
async function holding(t: TestContext, may: 'view' | 'manage'): Promise<Story> {
  const story = await scenario(
    t,
    { users: 80 },
    { ROLLKEEPER_DELETION_THRESHOLD: '10,90%,5', ROLLKEEPER_URL: 'http://localhost:1' },
  );
  await story.keeper.sync();
  for (const id of directMembers(story).slice(0, 12)) story.entra.tenant.deleteUser(id);
  assert.equal((await story.keeper.sync()).report.status, 'quarantined');
  const origin = await hosted(t, story.keeper.web({ authorize: () => may }));
  const base = `${origin}${prefix}`;
  const jar = new Jar();
  const page = await ask(`${base}/diagnostics`);
  jar.take(page);
  const token = tokenOn(page);
  assert.notEqual(token, '');
  return {
    ...story,
    origin,
    base,
    jar,
    token,
    send: async (path, { headers, ...asking }) =>
      await ask(`${base}${path}`, {
        method: 'POST',
        headers: { Cookie: jar.header, ...headers },
        ...asking,
      }),
    changed: () =>
      JSON.stringify([
        story.rows('SELECT * FROM rollkeeper_runs ORDER BY run_id'),
        story.rows('SELECT * FROM rollkeeper_tickets'),
        story.rows('SELECT * FROM rollkeeper_held ORDER BY subject_id'),
      ]),
  };
}

const changing = pages.filter(({ method, may }) => method === 'POST' && may === 'manage');
const at = (path: string): string => path.replace(':number', '2');

describe('a request that changes something', () => {
  const browser = withBrowser();

  test('is done by nobody who may only view, and nothing is changed', async (t) => {
    const { send, token, changed } = await holding(t, 'view');
    const before = changed();
    for (const { path } of changing) {
      const body = new URLSearchParams({ token, count: '12' }).toString();
      assert.equal((await send(at(path), { headers: ownForm, body })).status, 403, path);
    }
    for (const { path, method } of pages.filter(({ may }) => may === 'manage')) {
      if (method === 'GET') {
        assert.equal((await send(at(path), { method })).status, 403, path);
      }
    }
    assert.equal(changed(), before);
  });

  test('is refused whatever another site can send, and nothing is changed', async (t) => {
    const { send, token, changed, jar } = await holding(t, 'manage');
    const before = changed();
    const form = new URLSearchParams({ token, count: '12' }).toString();
    const urlencoded = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const forged: Readonly<Record<string, Asking>> = {
      'a form of another site': {
        headers: { ...urlencoded, 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
        body: form,
      },
      'a form of a neighbour under the same domain': {
        headers: { ...urlencoded, 'Sec-Fetch-Site': 'same-site' },
        body: form,
      },
      'no page at all': { headers: { ...urlencoded, 'Sec-Fetch-Site': 'none' }, body: form },
      'another site that names our origin too': {
        headers: { ...urlencoded, 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:1' },
        body: form,
      },
      'an old browser without a word of where from': { headers: urlencoded, body: form },
      'a frame without an origin': { headers: { ...urlencoded, Origin: 'null' }, body: form },
      'an origin that begins like ours': {
        headers: { ...urlencoded, Origin: 'http://localhost:1.evil.example' },
        body: form,
      },
      'the host that the request names': {
        headers: { ...urlencoded, Origin: 'http://evil.example', Host: 'evil.example' },
        body: form,
      },
      'our origin by a referrer alone': {
        headers: { ...urlencoded, Referer: 'http://localhost:1/microsoft/graph/' },
        body: form,
      },
      'a page of ours without the token': { headers: ownForm, body: 'count=12' },
      'a page of ours with the token of another browser': {
        headers: ownForm,
        body: new URLSearchParams({ token: 'A'.repeat(43), count: '12' }).toString(),
      },
      'a page of ours with the token in the address': { headers: ownForm, body: 'count=12' },
      'JSON that calls itself text': {
        headers: { 'Content-Type': 'text/plain', 'Sec-Fetch-Site': 'cross-site' },
        body: JSON.stringify({ token, count: 12 }),
      },
      'JSON of our own origin, with the token inside': {
        headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
        body: JSON.stringify({ token, count: 12 }),
      },
      'a browser whose cookie was thrown away': {
        headers: { ...ownForm, Cookie: '' },
        body: form,
      },
      'a cookie that an attacker chose, too short to be ours': {
        headers: { ...ownForm, Cookie: 'rollkeeper-browser=x' },
        body: form,
      },
    };
    for (const [what, asking] of Object.entries(forged)) {
      for (const { path } of changing) {
        const query = what.includes('in the address') ? `?token=${token}` : '';
        const heard = await send(`${at(path)}${query}`, asking);
        assert.equal(heard.status, 403, `${what}: ${path}`);
      }
    }
    assert.equal(changed(), before);
    assert.notEqual(jar.header, '');
  });

  test('is not done by another method, or one that is called otherwise', async (t) => {
    const { send, token, changed } = await holding(t, 'manage');
    const before = changed();
    const body = new URLSearchParams({ token, count: '12', _method: 'POST' }).toString();
    for (const { path } of changing) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
        const heard = await send(`${at(path)}?${body}`, {
          method,
          headers: {
            'Sec-Fetch-Site': 'same-origin',
            'X-Rollkeeper-Token': token,
            'X-HTTP-Method-Override': 'POST',
            'X-Method-Override': 'POST',
          },
        });
        assert.ok(heard.status < 500, `${method} ${path}: ${heard.status}`);
        assert.equal(heard.headers['access-control-allow-methods'], undefined);
      }
    }
    assert.equal(changed(), before);
  });

  test('is done with the proof, so that the refusals above mean something', async (t) => {
    const { send, token, changed } = await holding(t, 'manage');
    const before = changed();
    const body = new URLSearchParams({ token, count: '12' }).toString();
    const heard = await send('/runs/2/reject', { headers: ownForm, body });
    assert.equal(heard.status, 303);
    assert.notEqual(changed(), before);
  });

  test('of another origin is refused from a real browser: by form, by fetch, in a frame', async (t) => {
    const { base, changed, origin } = await holding(t, 'manage');
    const before = changed();
    const evil = await hosted(
      t,
      async () =>
        await Promise.resolve(
          new Response(
            `<form method="post" action="${base}/runs/2/reject"><input name="count" value="12"><button>Win</button></form><iframe src="${base}/"></iframe>`,
            { headers: { 'Content-Type': 'text/html' } },
          ),
        ),
    );
    const window = await browser.context();
    t.after(async () => await window.close());
    const page = await window.newPage();
    await page.goto(`${base}/`);
    const framing: string[] = [];
    page.on('console', (message) => framing.push(message.text()));
    await page.goto(evil);
    await page.waitForLoadState('load');
    assert.match(framing.join('\n'), /frame/iu);
    assert.equal(await page.frameLocator('iframe').locator('main').count(), 0);
    const read = await page.evaluate(
      `fetch('${base}/people.csv', { credentials: 'include' }).then((a) => a.text(), () => 'refused')`,
    );
    assert.equal(read, 'refused');
    await page.evaluate(
      `fetch('${base}/sync', { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'Content-Type': 'text/plain' }, body: '{}' }).catch(() => 'not read')`,
    );
    await page.getByRole('button', { name: 'Win' }).click();
    await page.getByText('did not come from a page of this application').waitFor();
    assert.ok(page.url().startsWith(origin));
    assert.equal(changed(), before);
  });
});
