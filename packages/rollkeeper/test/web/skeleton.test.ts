import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { scenario } from '../scenarios/scenario.ts';
import { photograph, withBrowser } from './browser.ts';
import { hosted } from './host.ts';

const prefix = '/microsoft/graph';

describe('the pages in a host', () => {
  const browser = withBrowser();

  test('refuse to be made without anybody who says who may see them', async (context) => {
    const { keeper } = await scenario(context);
    // @ts-expect-error: what a caller in JavaScript may do
    assert.throws(() => keeper.web(), { code: 'usage' });
    // @ts-expect-error: what a caller in JavaScript may do
    assert.throws(() => keeper.web({}), { code: 'usage' });
  });

  test('show nothing to whom the host says no, at any address', async (context) => {
    const { keeper } = await scenario(context);
    const origin = await hosted(context, keeper.web({ authorize: () => null }));
    for (const path of ['/', '/people', '/nowhere']) {
      const response = await fetch(`${origin}${prefix}${path}`);
      assert.equal(response.status, 403, path);
      assert.doesNotMatch(await response.text(), /<nav/u);
    }
  });

  test("send the host's own answer where it gives one", async (context) => {
    const { keeper } = await scenario(context);
    const authorize = (): Response => Response.redirect('https://host.example/sign-in');
    const origin = await hosted(context, keeper.web({ authorize }));
    const response = await fetch(`${origin}${prefix}/`, { redirect: 'manual' });
    assert.equal(response.status, 302);
    assert.equal(response.headers.get('location'), 'https://host.example/sign-in');
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/u);
  });

  test("hand the host's own request to authorize, for pages and the fragment", async (context) => {
    const { keeper } = await scenario(context);
    const web = keeper.web({
      authorize: (_, host?: { readonly user: string }) => (host?.user === 'Ada' ? 'view' : null),
    });
    const request = new Request(`http://host.example${prefix}/`);
    const ada = { host: { user: 'Ada' } };
    assert.equal((await web(request, ada)).status, 200);
    assert.equal((await web(request)).status, 403);
    assert.match(await web.settingsFragment(request, ada), /<section/u);
    assert.equal(await web.settingsFragment(request), '');
  });

  test('carry headers that allow no script, frame or guess of others', async (context) => {
    const { keeper } = await scenario(context);
    const origin = await hosted(context, keeper.web({ authorize: () => 'view' }));
    for (const path of ['/', '/nowhere', '/assets/x/site.css']) {
      const { headers } = await fetch(`${origin}${prefix}${path}`);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/u);
      assert.match(policy, /frame-ancestors 'none'/u);
      assert.doesNotMatch(policy, /unsafe/u);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
    }
  });

  test('serve their files under addresses that may be kept for ever', async (context) => {
    const { keeper } = await scenario(context);
    const origin = await hosted(context, keeper.web({ authorize: () => 'view' }));
    const page = await (await fetch(`${origin}${prefix}/`)).text();
    const files = [...page.matchAll(/(?:href|src)="([^"]*\/assets\/[^"]*)"/gu)].map(([, at]) => at);
    assert.equal(files.length, 4);
    for (const file of files) {
      const response = await fetch(`${origin}${file}`);
      assert.equal(response.status, 200, file);
      assert.match(response.headers.get('cache-control') ?? '', /immutable/u);
      const etag = response.headers.get('etag') ?? '';
      await response.body?.cancel();
      const again = await fetch(`${origin}${file}`, { headers: { 'If-None-Match': etag } });
      assert.equal(again.status, 304, file);
    }
  });

  test('stand under another prefix as well', async (context) => {
    const { keeper } = await scenario(context);
    const origin = await hosted(context, keeper.web({ authorize: () => 'view', prefix: '/a/b/' }));
    const page = await (await fetch(`${origin}/a/b/`)).text();
    assert.match(page, /href="\/a\/b\/people"/u);
    assert.doesNotMatch(page, /microsoft\/graph/u);
  });

  test('refuse what another site sends, and what comes without the token', async (context) => {
    const { keeper } = await scenario(context);
    const origin = await hosted(context, keeper.web({ authorize: () => 'manage' }));
    const post = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${origin}${prefix}/nowhere`, { method: 'POST', headers })).status;
    assert.equal(await post({ 'Sec-Fetch-Site': 'cross-site' }), 403);
    assert.equal(await post({ Origin: 'https://example.org' }), 403);
    assert.equal(await post({}), 403);
    assert.equal(await post({ 'Sec-Fetch-Site': 'same-origin' }), 403);
    assert.equal(await post({ 'Sec-Fetch-Site': 'same-origin', 'X-Rollkeeper-Token': 'x' }), 403);
  });

  test('take no body that is longer than any form, whoever sends it, and told or not', async (context) => {
    const { keeper } = await scenario(context);
    const origin = await hosted(context, keeper.web({ authorize: () => null }));
    const piece = new Uint8Array(64 * 1024).fill(97);
    const send = async (body: NonNullable<RequestInit['body']>): Promise<number> => {
      const headers = {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Sec-Fetch-Site': 'same-origin',
      };
      const init: RequestInit = { method: 'POST', headers, body, duplex: 'half' };
      return (await fetch(`${origin}${prefix}/sync`, init)).status;
    };
    const pieces = (count: number): ReadableStream =>
      ReadableStream.from(Array.from({ length: count }, () => piece));
    assert.equal(await send('a'.repeat(64 * 1024)), 403);
    assert.equal(await send(pieces(1)), 403);
    assert.equal(await send('a'.repeat(5 * 64 * 1024)), 413);
    assert.equal(await send(pieces(5)), 413);
  });

  test('look right narrow and wide, light and dark, with times in the zone of the reader', async (context) => {
    const { keeper } = await scenario(context);
    await keeper.sync();
    const authorize = () => ({ may: 'manage', name: 'Ada Example' }) as const;
    const origin = await hosted(context, keeper.web({ authorize }));
    const window = await browser.context();
    const page = await window.newPage();
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${origin}${prefix}/`);
    assert.deepEqual(await photograph(page, 'overview'), []);
    const time = page.locator('time').first();
    assert.doesNotMatch(await time.innerText(), /UTC/u);
    assert.match((await time.getAttribute('title')) ?? '', /^\d{4}-.*Z$/u);
    assert.deepEqual(problems, []);
    await window.close();
  });
});
