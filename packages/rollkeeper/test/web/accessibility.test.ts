import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { scenario } from '../scenarios/scenario.ts';
import { violations } from './axe.ts';
import { withBrowser } from './browser.ts';
import { freePort, hosted } from './host.ts';

const prefix = '/microsoft/graph';

describe('every page', () => {
  const browser = withBrowser();
  test('has no fault that axe finds, whoever looks at it', async (t) => {
    const { keeper, groupId, tenantId } = await scenario(t);
    await keeper.sync();
    const origin = await hosted(
      t,
      keeper.web({ authorize: () => ({ may: 'manage', name: 'Ada' }) }),
    );
    const viewed = await hosted(t, keeper.web({ authorize: () => 'view' }));
    const [run] = await keeper.runs(tenantId, { limit: 1 });
    let somebody = '';
    for await (const { id } of keeper.users(tenantId)) somebody = id;
    const window = await browser.context();
    t.after(async () => await window.close());
    const page = await window.newPage();
    const paths = [
      '/',
      '/consent',
      '/consent/answer?state=made-up',
      '/check',
      '/people',
      `/people/${somebody}`,
      '/org-chart',
      `/org-chart/${somebody}`,
      '/groups',
      `/groups/${groupId}`,
      '/runs',
      `/runs/${run?.runId ?? 0}`,
      '/diagnostics',
      '/nowhere',
    ];
    const found: string[] = [];
    for (const path of paths) {
      await page.goto(`${origin}${prefix}${path}`);
      found.push(...(await violations(page)));
    }
    for (const path of ['/', '/people', '/consent']) {
      await page.goto(`${viewed}${prefix}${path}`);
      found.push(...(await violations(page)));
    }
    assert.deepEqual(found, []);
  });

  test('of signing in has none either', async (t) => {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const told = await scenario(t, {}, { ROLLKEEPER_URL: origin });
    const keeper = await told.reopened({ ROLLKEEPER_ADMINISTRATORS: told.tenantId });
    await hosted(t, keeper.web({ signIn: {} }), port);
    const window = await browser.context();
    t.after(async () => await window.close());
    const page = await window.newPage();
    await page.goto(`${origin}${prefix}/`);
    const found = [...(await violations(page))];
    await page.goto(`${origin}${prefix}/sign-in/answer?state=x&code=y`);
    found.push(...(await violations(page)));
    assert.deepEqual(found, []);
  });
});
