import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Fault, Rewritable } from 'entra-simulator';

import { RollkeeperError } from '../../src/directory/error.ts';
import { RunFailed } from '../../src/run/ending.ts';
import { directMembers, managerOf, ordinaryMembers, pick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const always = Number.POSITIVE_INFINITY;
const hour = 60 * 60 * 1000;
const usersLink = { path: /^\/users\/delta$/u, query: /^\$deltatoken=(?!latest)/u } as const;

/** Sends every second run's links through: the first delta run may take fewer links for the same groups. */
async function settled(story: Scenario): Promise<void> {
  await story.keeper.sync();
  assert.equal((await story.keeper.sync()).report.kind, 'delta');
}

const one = (story: Scenario, id: string) =>
  story.rows(`SELECT * FROM microsoft_graph_people WHERE id = '${id}'`)[0];

interface Item {
  readonly [name: string]: unknown;
}
const itemsOf = (answer: Rewritable): readonly Item[] =>
  (answer.body as { readonly value: readonly Item[] }).value;
const withItems = (answer: Rewritable, value: readonly Item[]): Rewritable => ({
  ...answer,
  body: { ...(answer.body as object), value },
});

async function failure(run: Promise<unknown>): Promise<RollkeeperError> {
  const failed: unknown = await run.catch((error: unknown) => error);
  assert.ok(failed instanceof RunFailed);
  assert.ok(failed.cause instanceof RollkeeperError, String(failed.cause));
  return failed.cause;
}

describe('an unchanged run', () => {
  test('costs a token and two requests, nested groups and all', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const before = story.everything();
    story.entra.requests.clear();
    const { report } = await story.keeper.sync();
    assert.deepEqual([report.kind, report.requests], ['delta', 2]);
    assert.equal(report.users.unchanged, report.users.inScope);
    const asked = [...story.entra.requests].map(({ url }) => url.replace(/\?.*/u, ''));
    assert.deepEqual(asked.filter((url) => url.startsWith('/v1.0')).toSorted(), [
      '/v1.0/groups/delta',
      '/v1.0/users/delta',
    ]);
    assert.equal(story.everything(), before);
  });

  test('costs one request more for every fifty groups', async (t) => {
    const story = await scenario(t, { nested: false });
    for (let count = 0; count < 70; count += 1) {
      const { id } = story.entra.tenant.createGroup({ displayName: `nested ${count}` });
      story.entra.tenant.addMember(story.groupId, id);
    }
    await settled(story);
    const { report } = await story.keeper.sync();
    assert.deepEqual([report.kind, report.requests], ['delta', 3]);
  });
});

describe('a checkpoint', () => {
  test('stays where it was while a run fails for a moment, and the next run is told the same', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const [leaver = '', changed = ''] = directMembers(story);
    story.entra.tenant.deleteUser(leaver);
    story.entra.tenant.updateUser(changed, { jobTitle: 'Told twice' });
    const before = story.everything();
    for (const path of [usersLink.path, /^\/groups\/delta$/u]) {
      story.entra.faults.add({ match: { path }, status: 503, body: 'busy', times: always });
      assert.equal((await failure(story.keeper.sync())).code, 'graph.failed');
      story.entra.faults.clear();
      assert.equal(story.everything(), before);
    }
    const { report } = await story.keeper.sync();
    assert.equal(report.kind, 'delta');
    assert.deepEqual([report.users.softDeleted, report.users.updated], [1, 1]);
  });

  test('does not move by a dry run (rule 2)', async (t) => {
    const story = await scenario(t);
    await settled(story);
    story.entra.tenant.updateUser(pick(ordinaryMembers(story)), { jobTitle: 'Shown first' });
    assert.equal((await story.keeper.plan()).report.users.updated, 1);
    assert.equal((await story.keeper.sync()).report.users.updated, 1);
    assert.equal((await story.keeper.sync()).report.users.updated, 0);
  });

  test('is taken before what it tells of is read: what happens meanwhile is told by the next run', async (t) => {
    const story = await scenario(t);
    const id = pick(directMembers(story));
    let happened = false;
    story.entra.faults.add({
      match: { path: /\/members$/u },
      rewrite: (answer) => {
        if (!happened)
          story.entra.tenant.createUser({ id: '00000000-0000-4000-8000-00000000abcd' });
        if (!happened)
          story.entra.tenant.addMember(story.groupId, '00000000-0000-4000-8000-00000000abcd');
        happened = true;
        return answer;
      },
    });
    story.entra.faults.add({
      match: { inBatch: true, path: /^\/users$/u },
      rewrite: (answer) => {
        story.entra.tenant.updateUser(id, { jobTitle: 'Meanwhile' });
        return answer;
      },
    });
    await story.keeper.sync();
    const { report } = await story.keeper.sync();
    assert.equal(report.kind, 'delta');
    assert.equal(report.users.created, 1);
    assert.equal(one(story, id)?.['job_title'], 'Meanwhile');
  });

  test('of a group that joins is taken before its members are listed', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const group = story.entra.tenant.createGroup({ displayName: 'Joining' });
    const [outsider] = [...story.entra.tenant.users()].filter(
      ({ id }) => !story.entra.tenant.transitiveUserIds(story.groupId).has(id),
    );
    story.entra.tenant.addMember(group.id, outsider?.id ?? '');
    story.entra.tenant.addMember(story.groupId, group.id);
    story.entra.requests.clear();
    const { report } = await story.keeper.sync();
    assert.deepEqual([report.kind, report.users.created], ['delta', 1]);
    const urls = [...story.entra.requests].map(({ url }) => decodeURIComponent(url));
    const link = urls.findIndex(
      (url) => url.includes('deltatoken=latest') && url.includes(group.id),
    );
    const listed = urls.findIndex((url) => url.includes(`/groups/${group.id}/members`));
    assert.ok(link >= 0 && link < listed, urls.join('\n'));
    // What joined is told once more, and then all groups have one link again.
    for (const _ of [1, 2]) assert.equal((await story.keeper.sync()).report.kind, 'delta');
    assert.equal((await story.keeper.sync()).report.requests, 2, 'one link for all again');
  });

  for (const deltaTokenLatest of ['refused', 'ignores-select'] as const) {
    test(`is had by a whole first round where $deltatoken=latest is ${deltaTokenLatest}`, async (t) => {
      const story = await scenario(t, { behaviour: { deltaTokenLatest } });
      await story.keeper.sync();
      const id = pick(ordinaryMembers(story));
      story.entra.tenant.updateUser(id, { jobTitle: 'Seen', department: 'Seen too' });
      const first = await story.keeper.sync();
      assert.equal(
        first.report.reason,
        deltaTokenLatest === 'refused' ? undefined : 'select_ignored',
      );
      story.entra.tenant.updateUser(id, { department: 'Tracked' });
      const { report } = await story.keeper.sync();
      assert.deepEqual([report.kind, report.users.updated], ['delta', 1]);
      assert.equal(one(story, id)?.['department'], 'Tracked');
    });
  }
});

describe('a resync in the same run', () => {
  const refusals: Readonly<Record<string, Partial<Fault>>> = {
    '410 Gone': { status: 410, body: {} },
    '410 with its address': {
      status: 410,
      body: { error: { code: 'resyncRequired', message: 'resync' } },
      headers: { Location: 'https://graph.microsoft.com/v1.0/users/delta?$deltatoken=' },
    },
    '400 SyncStateNotFound': {
      status: 400,
      body: { error: { code: 'SyncStateNotFound', message: '' } },
    },
    '404 with resyncRequired inside': {
      status: 404,
      body: {
        error: { code: 'itemNotFound', message: '', innerError: { code: 'ResyncRequired' } },
      },
    },
    'a badly formed token': {
      status: 400,
      body: { error: { code: 'Request_BadRequest', message: 'Badly formed token.' } },
    },
  };
  for (const [fact, refusal] of Object.entries(refusals)) {
    test(`follows ${fact}, and finds who was deleted meanwhile`, async (t) => {
      const story = await scenario(t);
      await settled(story);
      const [gone = '', left = ''] = directMembers(story);
      story.entra.tenant.deleteUser(gone);
      story.entra.tenant.removeMember(story.groupId, left);
      story.entra.faults.add({ match: usersLink, ...refusal });
      const { report, tenantId } = await story.keeper.sync();
      assert.deepEqual([report.kind, report.reason], ['resync', 'checkpoint_refused']);
      assert.equal(report.users.softDeleted, 2);
      assert.equal((await story.keeper.run(tenantId, report.run))?.kind, 'resync');
      assert.equal((await story.keeper.sync()).report.kind, 'delta');
    });
  }

  test('drops what the refused round had told before it broke off', async (t) => {
    const story = await scenario(t, { behaviour: { deltaPageSize: 1 } });
    await settled(story);
    const [a = '', b = ''] = ordinaryMembers(story);
    for (const id of [a, b]) story.entra.tenant.updateUser(id, { jobTitle: 'Half told' });
    story.entra.faults.add({
      match: { path: usersLink.path, query: /skiptoken/u },
      rewrite: (answer) => {
        // By the time the link is refused, the first page's person has changed back.
        story.entra.tenant.updateUser(a, { jobTitle: null });
        return { ...answer, status: 410, body: {} };
      },
    });
    const { report } = await story.keeper.sync();
    assert.equal(report.kind, 'resync');
    assert.deepEqual(
      [one(story, a)?.['job_title'], one(story, b)?.['job_title']],
      [null, 'Half told'],
    );
  });

  test('follows a link that is more than six days old, without asking it', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const now = (): number => Date.now() + 6 * 24 * hour + 60_000;
    const later = await story.reopened({}, { now });
    story.entra.requests.clear();
    const { report } = await later.sync();
    assert.deepEqual([report.kind, report.reason], ['resync', 'checkpoint_expired']);
    const asked = [...story.entra.requests].map(({ url }) => decodeURIComponent(url));
    assert.ok(!asked.some((url) => /deltatoken=(?!latest)/u.test(url)));
  });

  test('from before the last run is left behind where it is too old, and that run’s is not', async (t) => {
    let days = 0;
    const now = (): number => Date.now() + days * 24 * 60 * 60 * 1000;
    const story = await scenario(t, { now });
    const keeper = await story.reopened({}, { now });
    await keeper.sync();
    days = 1;
    await keeper.sync();
    days = 1.5;
    await keeper.sync();
    const { tenant } = story.entra;
    const { id } = tenant.createUser({ displayName: 'Asked for' });
    tenant.addMember(story.groupId, id);
    days = 2.9;
    assert.equal((await keeper.sync()).report.users.created, 1);
    // Graph no longer honours what was taken after a day and a half.
    days = 8.6;
    tenant.updateUser(id, { jobTitle: 'Later' });
    const { report } = await keeper.sync();
    assert.deepEqual([report.kind, report.reason], ['full', 'proof']);
    assert.equal(
      story.rows(`SELECT job_title FROM microsoft_graph_users WHERE id = '${id}'`)[0]?.[
        'job_title'
      ],
      'Later',
    );
  });

  test('follows other attributes, and is followed by delta reads of them', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const keeper = await story.reopened({ MSGRAPH_EXTRA_ATTRIBUTES: 'city' });
    const { report } = await keeper.sync();
    assert.deepEqual([report.kind, report.reason], ['resync', 'attributes_changed']);
    const id = pick(ordinaryMembers(story));
    story.entra.tenant.updateUser(id, { city: 'Bergen' });
    assert.equal((await keeper.sync()).report.kind, 'delta');
    assert.equal(one(story, id)?.['attributes'], '{"city":"Bergen"}');
    story.entra.tenant.updateUser(id, { city: null });
    await keeper.sync();
    assert.equal(one(story, id)?.['attributes'], '{"city":null}');
  });

  test('is no answer to a walk without an end: that is an error, and rows stay', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const before = story.everything();
    let page = 0;
    story.entra.faults.add({
      match: { path: usersLink.path },
      times: always,
      rewrite: (answer) => {
        page += 1;
        const link = `${story.entra.url}/v1.0/users/delta?$skiptoken=${page}`;
        return { ...answer, status: 200, body: { value: [], '@odata.nextLink': link } };
      },
    });
    assert.equal((await failure(story.keeper.sync())).code, 'graph.loop');
    assert.equal(story.everything(), before);
  });
});

describe('a proving read', () => {
  test('comes an hour after a first run and then daily, and finds no drift where there is none', async (t) => {
    const story = await scenario(t);
    const start = Date.now();
    let now = start;
    const keeper = await story.reopened({}, { now: () => now });
    const kinds: string[] = [];
    for (const after of [0, 30 * 60_000, hour + 1, 3 * hour, 24 * hour, 25 * hour + 2]) {
      now = start + after;
      const [a = '', b = ''] = ordinaryMembers(story);
      story.entra.tenant.updateUser(a, { jobTitle: `After ${after}` });
      story.entra.tenant.setManager(b, after % 2 === 0 ? a : null);
      const group = story.entra.tenant.createGroup({ displayName: `After ${after}` });
      const { id } = story.entra.tenant.createUser({ displayName: `After ${after}` });
      story.entra.tenant.addMember(group.id, id);
      story.entra.tenant.addMember(story.groupId, group.id);
      const { report } = await keeper.sync();
      assert.equal(report.drift ?? 0, 0);
      assert.ok(report.users.created > 0);
      kinds.push(`${report.kind} ${report.reason ?? '-'}`);
    }
    assert.deepEqual(kinds, [
      'full first',
      'delta -',
      'full proof',
      'delta -',
      'delta -',
      'full proof',
    ]);
  });

  test('counts what the delta reads were never told, and puts it right', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const [missed = '', told = ''] = ordinaryMembers(story);
    story.entra.tenant.updateUser(missed, { jobTitle: 'Missed' });
    story.entra.faults.add({ match: usersLink, rewrite: (answer) => withItems(answer, []) });
    assert.equal((await story.keeper.sync()).report.users.updated, 0);
    story.entra.tenant.updateUser(told, { jobTitle: 'Told' });
    const later = await story.reopened({}, { now: () => Date.now() + 2 * hour });
    const { report } = await later.sync();
    assert.deepEqual([report.reason, report.drift, report.users.updated], ['proof', 1, 2]);
    assert.equal(one(story, missed)?.['job_title'], 'Missed');
  });

  test('does not count what happens while it reads', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const id = pick(ordinaryMembers(story));
    story.entra.faults.add({
      match: { path: /\/members$/u },
      rewrite: (answer) => {
        story.entra.tenant.updateUser(id, { jobTitle: 'Meanwhile' });
        return answer;
      },
    });
    const later = await story.reopened({}, { now: () => Date.now() + 2 * hour });
    const { report } = await later.sync();
    assert.deepEqual([report.reason, report.drift, report.users.updated], ['proof', 0, 1]);
  });

  test('with drift, where no answer ever showed what was selected, ends in links that tell it', async (t) => {
    const story = await scenario(t, { behaviour: { deltaTokenLatest: 'ignores-select' } });
    await settled(story);
    const id = pick(ordinaryMembers(story));
    story.entra.tenant.updateUser(id, { department: 'Unseen' });
    assert.equal((await story.keeper.sync()).report.users.updated, 0);
    const now = (): number => Date.now() + 2 * hour;
    const later = await story.reopened({}, { now });
    assert.equal((await later.sync()).report.drift, 1);
    assert.equal((await later.sync()).report.reason, 'no_checkpoint');
    story.entra.tenant.updateUser(id, { department: 'Seen' });
    const { report } = await later.sync();
    assert.deepEqual([report.kind, report.users.updated], ['delta', 1]);
  });
});

describe('what an item says', () => {
  test('is laid over the row: absent stays, null clears (rule 9)', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const id = pick(ordinaryMembers(story));
    const before = one(story, id);
    story.entra.tenant.updateUser(id, { jobTitle: 'Part', department: null });
    story.entra.faults.add({
      match: usersLink,
      rewrite: (answer) =>
        withItems(
          answer,
          itemsOf(answer).map((item) => ({ id: item['id'], jobTitle: 'Part', department: null })),
        ),
    });
    await story.keeper.sync();
    const after = one(story, id);
    assert.deepEqual([after?.['job_title'], after?.['department']], ['Part', null]);
    assert.deepEqual(
      [after?.['display_name'], after?.['mail'], after?.['user_principal_name']],
      [before?.['display_name'], before?.['mail'], before?.['user_principal_name']],
    );
  });

  test('with a user name of null is a lost permission: the run fails, nobody is emptied', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const before = story.everything();
    story.entra.tenant.updateUser(pick(ordinaryMembers(story)), { jobTitle: 'x' });
    story.entra.faults.add({
      match: usersLink,
      times: always,
      rewrite: (answer) =>
        withItems(
          answer,
          itemsOf(answer).map((item) =>
            Object.fromEntries(
              Object.keys(item).map((name) => [name, name === 'id' ? item['id'] : null]),
            ),
          ),
        ),
    });
    assert.equal((await failure(story.keeper.sync())).code, 'graph.permission_lost');
    assert.equal(story.everything(), before);
  });

  test('twice in two ways is asked of Graph again (rule 4)', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const id = pick(ordinaryMembers(story));
    const manager = pick(ordinaryMembers(story), -1);
    story.entra.tenant.updateUser(id, { jobTitle: 'True' });
    story.entra.tenant.setManager(id, manager);
    story.entra.faults.add({
      match: usersLink,
      rewrite: (answer) =>
        withItems(answer, [
          ...itemsOf(answer),
          ...itemsOf(answer).map((item) => ({ ...item, jobTitle: 'Old', 'manager@delta': [] })),
        ]),
    });
    assert.equal((await story.keeper.sync()).report.kind, 'delta');
    assert.equal(one(story, id)?.['job_title'], 'True');
    const [link] = story.rows(
      `SELECT supervisor_id FROM microsoft_graph_user_supervisors WHERE user_id = '${id}'`,
    );
    assert.equal(link?.['supervisor_id'], manager);
  });

  test('of somebody gone is a question: who is still there stays (rule 1)', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const before = story.everything();
    const [a = '', b = ''] = directMembers(story);
    story.entra.faults.add({
      match: usersLink,
      rewrite: (answer) =>
        withItems(answer, [
          { id: a, '@removed': { reason: 'changed' } },
          { id: b, '@removed': { reason: 'deleted' } },
        ]),
    });
    story.entra.faults.add({
      match: { path: /^\/groups\/delta$/u, query: /^\$deltatoken=(?!latest)/u },
      rewrite: (answer) =>
        withItems(answer, [
          { id: story.groupId, 'members@delta': [{ id: a, '@removed': { reason: 'deleted' } }] },
        ]),
    });
    const { report } = await story.keeper.sync();
    assert.deepEqual([report.kind, report.users.softDeleted], ['delta', 0]);
    assert.equal(story.everything(), before);
  });

  test('of a joiner whom nobody could read is asked again by the next run', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const { id } = story.entra.tenant.createUser({ displayName: 'Late' });
    story.entra.tenant.addMember(story.groupId, id);
    story.entra.faults.add({
      match: { inBatch: true, path: /^\/users$/u },
      rewrite: (answer) => withItems(answer, []),
    });
    const { report, warnings } = await story.keeper.sync();
    assert.deepEqual([report.kind, report.users.created], ['delta', 0]);
    assert.match(warnings.join('\n'), /The next run asks again/u);
    assert.equal((await story.keeper.sync()).report.users.created, 1);
    assert.equal((await story.keeper.sync()).report.requests, 2, 'and no run after that');
  });

  test('of strangers is let go', async (t) => {
    const story = await scenario(t, { users: 200, members: 30 });
    await settled(story);
    const before = story.everything();
    const people = new Set(story.rows('SELECT id FROM microsoft_graph_people').map(({ id }) => id));
    const strangers = [...story.entra.tenant.users()].filter(({ id }) => !people.has(id));
    for (const { id } of strangers) story.entra.tenant.updateUser(id, { jobTitle: 'Elsewhere' });
    assert.ok(strangers.length > 50);
    story.entra.requests.clear();
    const { report } = await story.keeper.sync();
    assert.equal(report.requests, 2);
    assert.equal(story.everything(), before);
  });
});

describe('groups', () => {
  test('renamed are followed, the scope’s own with a warning', async (t) => {
    const story = await scenario(t);
    await settled(story);
    story.entra.tenant.updateGroup(story.groupId, { displayName: 'Other name', description: null });
    const { report, warnings } = await story.keeper.sync();
    assert.equal(report.kind, 'delta');
    assert.match(warnings.join('\n'), /now called “Other name”/u);
    const [row] = story.rows(`SELECT * FROM microsoft_graph_groups WHERE id = '${story.groupId}'`);
    assert.equal(row?.['display_name'], 'Other name');
    assert.deepEqual((await story.keeper.sync()).warnings, [], 'once');
  });

  test('gone, the scope’s own: told, with rows untouched', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const before = story.everything();
    story.entra.tenant.deleteGroup(story.groupId);
    assert.equal((await failure(story.keeper.sync())).code, 'group.gone');
    assert.equal(story.everything(), before);
  });

  test('deleted inside the scope take their people with them, and bring them back', async (t) => {
    const story = await scenario(t, { nested: false }, { ROLLKEEPER_DELETION_THRESHOLD: 'off' });
    const nested = story.entra.tenant.createGroup({ displayName: 'Nested' });
    const { id } = story.entra.tenant.createUser({ displayName: 'Inside' });
    story.entra.tenant.addMember(nested.id, id);
    story.entra.tenant.addMember(story.groupId, nested.id);
    await settled(story);
    const before = story.everything();
    story.entra.tenant.deleteGroup(nested.id);
    const left = await story.keeper.sync();
    assert.deepEqual([left.report.kind, left.report.users.softDeleted], ['delta', 1]);
    assert.equal(one(story, id)?.['status'], 'left');
    assert.equal((await story.keeper.sync({ full: true })).report.users.softDeleted, 0);
    story.entra.tenant.restoreGroup(nested.id);
    const back = await story.keeper.sync();
    assert.deepEqual([back.report.reason, back.report.users.restored], ['group_restored', 1]);
    assert.equal(story.everything(), before);
  });

  test('put inside the scope and deleted before the next run bring nobody, and stop no run', async (t) => {
    const story = await scenario(t, { nested: false });
    const { tenant } = story.entra;
    await settled(story);
    const before = story.everything();
    const nested = tenant.createGroup({ displayName: 'Nested' });
    tenant.addMember(nested.id, tenant.createUser({ displayName: 'Inside' }).id);
    tenant.addMember(story.groupId, nested.id);
    tenant.deleteGroup(nested.id);
    const { report } = await story.keeper.sync();
    assert.deepEqual([report.kind, report.reason], ['resync', 'group_not_found']);
    assert.equal(story.everything(), before);
    // It might not have been there yet: it is looked for once more.
    assert.equal((await story.keeper.sync()).report.reason, 'group_not_found');
    assert.equal((await story.keeper.sync()).report.kind, 'delta');
  });

  test('that are kept are followed by what changed, and their members stay out of scope', async (t) => {
    const story = await scenario(t);
    const kept = story.entra.tenant.createGroup({ displayName: 'Kept' });
    const keeper = await story.reopened({ MSGRAPH_GROUPS_TO_KEEP: 'Kept' });
    await keeper.sync();
    const member = pick(ordinaryMembers(story));
    const outsider = story.entra.tenant.createUser({ displayName: 'Outsider' });
    for (const id of [member, outsider.id]) story.entra.tenant.addMember(kept.id, id);
    story.entra.tenant.updateGroup(kept.id, { description: 'Described' });
    const { report } = await keeper.sync();
    assert.deepEqual([report.kind, report.users.created], ['delta', 0]);
    const [group] = story.rows(`SELECT * FROM microsoft_graph_groups WHERE id = '${kept.id}'`);
    assert.deepEqual([group?.['description'], group?.['in_closure']], ['Described', 0]);
    const edges = story.rows(
      `SELECT member_id FROM microsoft_graph_memberships WHERE group_id = '${kept.id}'`,
    );
    assert.deepEqual(
      edges.map((edge) => edge['member_id']),
      [member],
    );
  });
});

describe('managers outside the scope', () => {
  const outsiderOf = (story: Scenario): { readonly boss: string; readonly report: string } => {
    const [link] = story.rows(
      `SELECT s.user_id, s.supervisor_id FROM microsoft_graph_user_supervisors s
         JOIN microsoft_graph_people p ON p.id = s.supervisor_id
        WHERE p.status = 'outside' AND p.user_principal_name IS NOT NULL ORDER BY 1`,
    );
    return { boss: String(link?.['supervisor_id']), report: String(link?.['user_id']) };
  };

  test('keep their details current; a new one is fetched', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const { boss } = outsiderOf(story);
    story.entra.tenant.updateUser(boss, { displayName: 'Promoted', mail: null });
    const stranger = story.entra.tenant.createUser({
      displayName: 'New boss',
      mail: 'n@x.example',
    });
    const id = pick(ordinaryMembers(story));
    story.entra.tenant.setManager(id, stranger.id);
    const { report } = await story.keeper.sync();
    assert.deepEqual([report.kind, report.supervisors.set], ['delta', 1]);
    assert.deepEqual(
      [one(story, boss)?.['display_name'], one(story, boss)?.['mail']],
      ['Promoted', null],
    );
    assert.deepEqual(
      [one(story, stranger.id)?.['status'], one(story, stranger.id)?.['mail']],
      ['outside', 'n@x.example'],
    );
  });

  test('deleted and restored take their reports’ links with them, and bring them back', async (t) => {
    const story = await scenario(t);
    await settled(story);
    const before = story.everything();
    const { boss, report } = outsiderOf(story);
    story.entra.tenant.deleteUser(boss);
    assert.equal((await story.keeper.sync()).report.kind, 'delta');
    assert.equal(managerOf(story, report), null);
    assert.equal(one(story, boss), undefined);
    story.entra.tenant.restoreUser(boss);
    assert.equal((await story.keeper.sync()).report.kind, 'delta');
    assert.equal(story.everything(), before);
  });
});

describe('who returns', () => {
  test('from the deleted items comes into scope, though no row and no membership ever told of them', async (t) => {
    const story = await scenario(t);
    const id = pick(directMembers(story));
    const report = pick(ordinaryMembers(story), -1);
    story.entra.tenant.setManager(report, id);
    story.entra.tenant.deleteUser(id);
    await settled(story);
    assert.equal(one(story, id), undefined);
    story.entra.tenant.restoreUser(id);
    const back = await story.keeper.sync();
    assert.deepEqual([back.report.kind, back.report.users.created], ['delta', 1]);
    const fresh = await scenario(t);
    fresh.entra.tenant.setManager(report, id);
    await fresh.keeper.sync();
    assert.equal(story.everything(), fresh.everything());
  });
});
