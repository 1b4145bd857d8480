import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { memberIds, pick } from '../scenarios/scenario.ts';
import { violations } from './axe.ts';
import { photograph, withBrowser } from './browser.ts';
import { directory } from './directory.ts';

describe('groups', () => {
  const browser = withBrowser();

  test('are found, and show the people and groups in them and those that they are in', async (t) => {
    const story = await directory(t, browser, { users: 120 });
    const { open, groupId, text, complaints } = story;
    const page = await open('/groups');
    await page.getByRole('searchbox').fill('kbuk');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: 'kbuk', exact: true }).click();
    await page.waitForURL(new RegExp(`/groups/${groupId}$`, 'u'));
    const nested = memberIds(story, 'group');
    assert.ok(nested.length > 0);
    for (const id of nested) {
      assert.equal(await page.locator(`.lines a[href$="/groups/${id}"]`).count(), 1, id);
      assert.match(await text(`/groups/${id}`), new RegExp(`/groups/${groupId}"`, 'u'));
    }
    assert.deepEqual(complaints, []);
  });

  test('have their members searched, and a person has their groups', async (t) => {
    const { text, groupId, rows } = await directory(t, browser, { users: 120 });
    const member = pick(
      rows(`SELECT u.* FROM microsoft_graph_memberships m JOIN microsoft_graph_users u ON u.id = m.member_id
             WHERE m.group_id = '${groupId}' AND u.mail IS NOT NULL`),
    );
    const found = await text(
      `/groups/${groupId}?q=${encodeURIComponent(String(member['user_principal_name']))}`,
    );
    assert.match(found, new RegExp(`/people/${String(member['id'])}"`, 'u'));
    assert.equal([...found.matchAll(/<tr>/gu)].length, 2);
    assert.match(
      await text(`/people/${String(member['id'])}`),
      new RegExp(`/groups/${groupId}"`, 'u'),
    );
    assert.match(await text(`/groups/${groupId}?q=nobodyiscalledthis`), /Nobody is found/u);
  });

  test('that are not there are told so', async (t) => {
    const { base } = await directory(t, browser);
    assert.equal((await fetch(`${base}/groups/none`)).status, 404);
    assert.equal((await fetch(`${base}/groups?q=none&cursor=x`)).status, 200);
  });

  test('look right, and axe finds nothing against them', async (t) => {
    const { open, groupId } = await directory(t, browser, { users: 120 });
    const page = await open('/groups');
    for (const [path, name] of [
      ['', 'groups'],
      [`/${groupId}`, 'group'],
    ] as const) {
      await page.goto(page.url().replace(/\/groups.*$/u, `/groups${path}`));
      assert.deepEqual(await photograph(page, name), []);
      assert.deepEqual(await violations(page), [], path);
    }
  });
});
