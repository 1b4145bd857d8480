import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { scenario } from '../scenarios/scenario.ts';
import { withBrowser } from '../web/browser.ts';
import { formToken, passwords, started } from './example.ts';
import type { Example } from './example.ts';

/** An example and how it is started. */
export interface Host {
  /** Its folder in `examples/`. */
  readonly name: string;
  /** What Node is given to run. */
  readonly words: readonly string[];
  /** Whether the prefix is a setting of it: in Next it is the folder of the route. */
  readonly anyPrefix: boolean;
}

/** The facts that hold in every host. */
export function hostFacts({ name, words, anyPrefix }: Host): void {
  const prefix = '/microsoft/graph';
  const example = async (
    context: TestContext,
    changes: Readonly<Record<string, string>> = {},
  ): Promise<Example> => {
    const { keeper, settings } = await scenario(context, { latencyMs: 100 });
    await keeper.sync();
    return await started(context, name, words, { ...settings, ...changes });
  };

  describe(`the example for ${name}`, () => {
    const browser = withBrowser();

    test('shows each what its own authorize lets them see', async (t) => {
      const { ask } = await example(t);
      for (const path of ['/', '/people', '/sync/events']) {
        const refused = await ask(`${prefix}${path}`, null);
        assert.equal(refused.status, 403, path);
        assert.doesNotMatch(await refused.text(), /<nav/u);
      }
      const people = await ask(`${prefix}/people?sort=name`, 'view');
      assert.equal(people.status, 200);
      assert.match(people.headers.get('content-security-policy') ?? '', /default-src 'none'/u);
      assert.match(await people.text(), /<nav/u);
      assert.equal((await ask(`${prefix}/check`, 'view')).status, 403);
      assert.match(await (await ask(prefix, 'manage')).text(), /Sync now/u);
      const head = await ask(`${prefix}/people`, 'view', { method: 'HEAD' });
      assert.equal(head.status, 200);
      assert.equal(await head.text(), '');
    });

    test('takes a form with its proof, refuses it without, and tells how the run goes', async (t) => {
      const { ask } = await example(t);
      const { token, cookie } = await formToken(await ask(`${prefix}/`, 'manage'));
      const sync = async (given: string): Promise<number> => {
        const body = new URLSearchParams({ token: given });
        const headers = { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' };
        return (await ask(`${prefix}/sync`, 'manage', { method: 'POST', headers, body })).status;
      };
      assert.equal(await sync('another'), 403);
      assert.equal(await sync(token), 303);
      const events = await ask(`${prefix}/sync/events`, 'manage');
      assert.match(events.headers.get('content-type') ?? '', /^text\/event-stream/u);
      assert.match(events.headers.get('cache-control') ?? '', /no-transform/u);
      const pieces = await Array.fromAsync(events.body ?? [], (piece) =>
        Buffer.from(piece).toString(),
      );
      assert.match(pieces.join(''), /event: progress[\s\S]*event: ended/u);
      assert.doesNotMatch(pieces[0] ?? '', /event: ended/u, 'they come one after the other');
    });

    test("answers the scheduler's bearer with one run, and nobody else", async (t) => {
      const taskToken = 'a-token-of-twenty-four-signs';
      const { ask } = await example(t, { ROLLKEEPER_TASK_TOKEN: taskToken });
      const task = async (headers: Record<string, string>): Promise<Response> =>
        await ask(`${prefix}/tasks/sync`, null, { method: 'POST', headers });
      assert.equal((await task({})).status, 401);
      const answer = await task({ Authorization: `Bearer ${taskToken}` });
      assert.equal(answer.status, 200);
      assert.equal(((await answer.json()) as { readonly status: string }).status, 'succeeded');
    });

    test('includes the fragment in its own settings page, in a browser', async (t) => {
      const { origin, ask } = await example(t);
      assert.equal((await ask('/settings', null)).status, 401);
      const fragment = /<section class="rollkeeper">/u;
      assert.match(await (await ask('/settings', 'view')).text(), fragment);
      const window = await browser.context({
        httpCredentials: { username: 'who', password: passwords.manage, send: 'always' },
      });
      t.after(async () => await window.close());
      const page = await window.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(`${origin}/settings`);
      await page.getByRole('link', { name: 'Open Rollkeeper' }).click();
      await page.getByRole('button', { name: 'Sync now' }).click();
      await page.getByRole('heading', { name: 'A run is under way' }).waitFor();
      await page.getByRole('button', { name: 'Sync now' }).waitFor();
      assert.match(await page.locator('main').innerText(), /succeeded/u);
      assert.deepEqual(problems, []);
    });

    if (!anyPrefix) return;
    test('stands under another prefix as well', async (t) => {
      const { ask } = await example(t, { PREFIX: '/inside/directory' });
      const page = await (await ask('/inside/directory/', 'view')).text();
      assert.match(page, /href="\/inside\/directory\/people"/u);
      assert.equal((await ask(`${prefix}/`, 'view')).status, 404);
      assert.match(await (await ask('/settings', 'view')).text(), /href="\/inside\/directory\/"/u);
    });
  });
}
