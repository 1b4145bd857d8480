import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  directMembers,
  managerOf,
  memberIds,
  ordinaryMembers,
  pick,
  scenario,
} from './scenario.ts';
import type { Row } from './scenario.ts';

const idsOf = (rows: readonly Row[], column = 'id'): readonly string[] =>
  rows.map((row) => String(row[column])).toSorted();

describe('a first run', () => {
  test('brings the users of the group, nested ones too, and nobody else', async (t) => {
    const story = await scenario(t);
    const { report } = await story.keeper.sync();
    const expected = [...story.entra.tenant.transitiveUserIds(story.groupId)].toSorted();
    assert.deepEqual(idsOf(story.rows('SELECT id FROM microsoft_graph_users')), expected);
    assert.equal(report.status, 'succeeded');
    assert.equal(report.users.created, expected.length);
    assert.equal(report.users.inScope, expected.length);
    assert.ok(report.requests > 0);
  });

  test('keeps every attribute exactly, odd ones too (rule 11)', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    for (const row of story.rows('SELECT * FROM microsoft_graph_users')) {
      const user = story.entra.tenant.user(String(row['id']));
      assert.ok(user);
      assert.equal(row['user_principal_name'], user.userPrincipalName);
      assert.equal(row['display_name'], user.displayName ?? null);
      assert.equal(row['given_name'], user.givenName ?? null);
      assert.equal(row['mail'], user.mail ?? null);
      assert.equal(row['job_title'], user.jobTitle ?? null);
      assert.equal(row['business_phones'], JSON.stringify(user.businessPhones ?? []));
      assert.equal(row['account_enabled'], user.accountEnabled ? 1 : 0);
      assert.equal(row['created_date_time'], user.createdDateTime ?? null);
    }
  });

  test('sets supervisors as Graph names them (rule 12): inside the scope, outside it, contacts, oneself, in cycles', async (t) => {
    const story = await scenario(t);
    const { report } = await story.keeper.sync();
    const links = story.rows(
      'SELECT s.*, p.status FROM microsoft_graph_user_supervisors s LEFT JOIN microsoft_graph_people p ON p.id = s.supervisor_id',
    );
    const people = [...story.entra.tenant.transitiveUserIds(story.groupId)];
    const managed = people.filter((id) => managerOf(story, id) !== null);
    assert.deepEqual(idsOf(links, 'user_id'), managed.toSorted());
    for (const link of links) {
      assert.equal(link['supervisor_id'], managerOf(story, String(link['user_id'])));
      assert.notEqual(link['status'], null, 'every supervisor is among the people');
    }
    assert.equal(report.supervisors.set, managed.length);
    assert.equal(report.supervisors.total, managed.length);
    assert.ok(links.some((link) => link['status'] === 'outside'));
    assert.ok(links.some((link) => link['user_id'] === link['supervisor_id']));
  });

  test('keeps the groups of the closure with their direct edges; cycles end', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const groups = idsOf(story.rows('SELECT id FROM microsoft_graph_groups'));
    assert.ok(groups.length > 1, 'nested groups');
    for (const groupId of groups) {
      const direct = memberIds({ entra: story.entra, groupId }, 'user', 'group');
      const edges = story.rows(
        `SELECT member_id FROM microsoft_graph_memberships WHERE group_id = '${groupId}'`,
      );
      assert.deepEqual(idsOf(edges, 'member_id'), [...direct].toSorted());
    }
  });
});

describe('the next run', () => {
  test('finds nothing to do where nothing changed: its plan is empty (rule 3)', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const before = story.everything();
    const { report, tenantId } = await story.keeper.sync();
    const planned = await Array.fromAsync(story.keeper.planned(tenantId, report.run));
    assert.deepEqual(planned, []);
    assert.equal(report.users.unchanged, report.users.inScope);
    assert.equal(story.everything(), before);
  });

  test('follows changes, and records each with its old and new value', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const id = pick(ordinaryMembers(story));
    const before = story.entra.tenant.user(id);
    story.entra.tenant.updateUser(id, { jobTitle: 'Astronaut', department: null });
    const { report } = await story.keeper.sync();
    assert.equal(report.users.updated, 1);
    const [row] = story.rows(`SELECT * FROM microsoft_graph_users WHERE id = '${id}'`);
    assert.equal(row?.['job_title'], 'Astronaut');
    assert.equal(row?.['department'], null);
    const changes = story.rows(
      `SELECT attribute, old_value, new_value FROM microsoft_graph_changes WHERE change = 'updated' ORDER BY attribute`,
    );
    assert.deepEqual(
      changes.map((change) => ({ ...change })),
      [
        { attribute: 'department', old_value: before?.department ?? null, new_value: null },
        { attribute: 'jobTitle', old_value: before?.jobTitle ?? null, new_value: 'Astronaut' },
      ],
    );
  });

  test('follows a renamed user name by the object id: no duplicate', async (t) => {
    const story = await scenario(t);
    const { report } = await story.keeper.sync();
    const id = pick(ordinaryMembers(story));
    story.entra.tenant.updateUser(id, { userPrincipalName: 'married@renamed.example' });
    const after = await story.keeper.sync();
    assert.equal(after.report.users.inScope, report.users.inScope);
    assert.equal(after.report.users.updated, 1);
  });

  test('sets, moves and clears supervisors', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const [a = '', b = '', c = ''] = ordinaryMembers(story).filter(
      (id) => managerOf(story, id) !== null,
    );
    story.entra.tenant.setManager(a, null);
    story.entra.tenant.setManager(b, c);
    const moved = await story.keeper.sync();
    assert.deepEqual(
      { set: moved.report.supervisors.set, cleared: moved.report.supervisors.cleared },
      { set: 1, cleared: 1 },
    );
    const links = story.rows(
      `SELECT user_id, supervisor_id FROM microsoft_graph_user_supervisors WHERE user_id IN ('${a}', '${b}')`,
    );
    assert.deepEqual(
      links.map((link) => ({ ...link })),
      [{ user_id: b, supervisor_id: c }],
    );
  });

  test('keeps a disabled account, marked, where the policy is keep', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const id = pick(ordinaryMembers(story));
    story.entra.tenant.updateUser(id, { accountEnabled: false });
    const { report } = await story.keeper.sync();
    assert.equal(report.users.deactivated, 1);
    const [person] = story.rows(`SELECT * FROM microsoft_graph_people WHERE id = '${id}'`);
    assert.equal(person?.['status'], 'disabled');
    assert.equal(person?.['active'], 0);
    assert.equal(person?.['in_scope'], 1);
    story.entra.tenant.updateUser(id, { accountEnabled: true });
    const again = await story.keeper.sync();
    assert.equal(again.report.users.updated, 1);
    const [enabled] = story.rows(`SELECT * FROM microsoft_graph_people WHERE id = '${id}'`);
    assert.equal(enabled?.['status'], 'active');
  });
});

describe('who leaves', () => {
  test('the group is soft-deleted as left_scope, and returns to the same row', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const id = pick(directMembers(story));
    const [before] = story.rows(`SELECT * FROM microsoft_graph_people WHERE id = '${id}'`);
    story.entra.tenant.removeMember(story.groupId, id);
    const { report } = await story.keeper.sync();
    assert.equal(report.users.softDeleted, 1);
    const [left] = story.rows(`SELECT * FROM microsoft_graph_deleted_users WHERE id = '${id}'`);
    assert.equal(left?.['deleted_reason'], 'left_scope');
    assert.equal(left?.['display_name'], before?.['display_name']);
    const [person] = story.rows(`SELECT * FROM microsoft_graph_people WHERE id = '${id}'`);
    assert.equal(person?.['status'], 'left');
    assert.equal(person?.['active'], 0);

    story.entra.tenant.addMember(story.groupId, id);
    const again = await story.keeper.sync();
    assert.equal(again.report.users.restored, 1);
    assert.equal(again.report.users.created, 0);
    assert.deepEqual(story.rows('SELECT id FROM microsoft_graph_deleted_users'), []);
  });

  test('the tenant is soft_deleted, then permanently_deleted; a restore wakes memberships and links', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const before = story.everything();
    const id = pick(directMembers(story));
    story.entra.tenant.deleteUser(id);
    const { report } = await story.keeper.sync();
    assert.equal(report.users.softDeleted, 1);
    const reason = (): unknown =>
      story.rows(
        `SELECT deleted_reason FROM microsoft_graph_deleted_users WHERE id = '${id}'`,
      )[0]?.['deleted_reason'];
    assert.equal(reason(), 'soft_deleted');
    const edges = `SELECT * FROM microsoft_graph_memberships WHERE member_id = '${id}'`;
    assert.deepEqual(story.rows(edges), [], 'dormant memberships are hidden');

    story.entra.tenant.restoreUser(id);
    await story.keeper.sync();
    assert.equal(story.everything(), before, 'as if nothing had happened');

    story.entra.tenant.deleteUser(id);
    await story.keeper.sync();
    story.entra.tenant.purgeUser(id);
    const purged = await story.keeper.sync();
    assert.equal(reason(), 'permanently_deleted');
    assert.equal(purged.report.users.softDeleted, 0, 'they had left already');
  });

  test('as a supervisor leaves the links of those who stay dormant, and wakes them', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const before = story.everything();
    const managers = story.rows(
      'SELECT supervisor_id AS id, count(*) AS reports FROM microsoft_graph_user_supervisors GROUP BY 1 ORDER BY 2 DESC, 1',
    );
    const boss = pick(idsOf(managers).filter((id) => ordinaryMembers(story).includes(id)));
    story.entra.tenant.deleteUser(boss);
    await story.keeper.sync();
    assert.deepEqual(
      story.rows(`SELECT * FROM microsoft_graph_user_supervisors WHERE supervisor_id = '${boss}'`),
      [],
    );
    story.entra.tenant.restoreUser(boss);
    await story.keeper.sync();
    assert.equal(story.everything(), before);
  });

  test('by leaving a listing only, while still a member, is not removed: absence is a question (rule 1)', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const before = story.everything();
    const missing = pick(directMembers(story));
    story.entra.faults.add({
      match: { path: /^\/groups\/[^/]+\/members$/u },
      times: Number.POSITIVE_INFINITY,
      rewrite: (answer) => ({ ...answer, body: without(answer.body, missing) }),
    });
    const { report } = await story.keeper.sync({ full: true });
    assert.equal(report.users.softDeleted, 0);
    assert.equal(story.everything(), before);
  });
});

function without(body: unknown, id: string): unknown {
  const page = body as { readonly value?: readonly { readonly id: string }[] };
  return { ...page, value: page.value?.filter((item) => item.id !== id) };
}

describe('the scope', () => {
  test('is the direct members where the settings say so', async (t) => {
    const story = await scenario(t, {}, { MSGRAPH_MEMBERSHIP: 'direct' });
    await story.keeper.sync();
    const direct = memberIds(story, 'user');
    assert.deepEqual(
      idsOf(story.rows('SELECT id FROM microsoft_graph_users')),
      [...direct].toSorted(),
    );
  });

  test('is every user where the settings say so', async (t) => {
    const story = await scenario(
      t,
      {},
      { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' },
    );
    const all = await story.reopened({
      MSGRAPH_GROUP_NAME_TO_SYNC: '',
      MSGRAPH_SYNC_ALL_USERS: 'true',
    });
    await all.sync();
    const everyone = [...story.entra.tenant.users()].map(({ id }) => id).toSorted();
    assert.deepEqual(idsOf(story.rows('SELECT id FROM microsoft_graph_users')), everyone);
  });

  test('follows a renamed group by its id, and says so', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    story.entra.tenant.updateGroup(story.groupId, { displayName: 'renamed' });
    const { report, warnings } = await story.keeper.sync();
    assert.equal(report.status, 'succeeded');
    assert.match(warnings.join('\n'), /now called “renamed”/u);
  });

  test('keeps further groups with their direct edges, without bringing their members into scope', async (t) => {
    const story = await scenario(t);
    const kept = story.entra.tenant.createGroup({ displayName: 'Kept' });
    const member = pick(ordinaryMembers(story));
    const outsider = pick(
      [...story.entra.tenant.users()]
        .map(({ id }) => id)
        .filter((id) => !new Set(story.entra.tenant.transitiveUserIds(story.groupId)).has(id)),
    );
    story.entra.tenant.addMember(kept.id, member);
    story.entra.tenant.addMember(kept.id, outsider);
    const keeper = await story.reopened({ MSGRAPH_GROUPS_TO_KEEP: 'Kept' });
    await keeper.sync();
    const edges = story.rows(
      `SELECT member_id FROM microsoft_graph_memberships WHERE group_id = '${kept.id}'`,
    );
    assert.deepEqual(idsOf(edges, 'member_id'), [member]);
    const users = idsOf(story.rows('SELECT id FROM microsoft_graph_users'));
    assert.ok(!users.includes(outsider));
  });

  test('removes disabled accounts where the policy says so, and brings them back enabled', async (t) => {
    const story = await scenario(t, { odd: false }, { MSGRAPH_DISABLED_USERS: 'remove' });
    await story.keeper.sync();
    const id = pick(ordinaryMembers(story));
    story.entra.tenant.updateUser(id, { accountEnabled: false });
    await story.keeper.sync();
    const deleted = story.rows(
      'SELECT id, deleted_reason, status FROM microsoft_graph_deleted_users JOIN microsoft_graph_people USING (tenant_id, id)'.replace(
        'deleted_reason, status',
        'microsoft_graph_deleted_users.deleted_reason, status',
      ),
    );
    assert.deepEqual(
      deleted.map((row) => ({ ...row })),
      [{ id, deleted_reason: 'disabled', status: 'disabled' }],
    );
    story.entra.tenant.updateUser(id, { accountEnabled: true });
    const { report } = await story.keeper.sync();
    assert.equal(report.users.restored, 1);
  });
});

describe('attributes', () => {
  test('extra ones are kept as JSON; a new one is recorded once, not as a change of everyone', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const keeper = await story.reopened({
      MSGRAPH_EXTRA_ATTRIBUTES: 'city,onPremisesExtensionAttributes',
    });
    await keeper.sync();
    const [row] = story.rows(
      'SELECT id, attributes FROM microsoft_graph_users ORDER BY id LIMIT 1',
    );
    const user = story.entra.tenant.user(String(row?.['id']));
    const attributes: unknown = JSON.parse(String(row?.['attributes']));
    assert.ok(typeof attributes === 'object' && attributes !== null && 'city' in attributes);
    assert.equal(attributes.city, user?.city ?? null);
    const changes = story.rows(
      `SELECT change, count(*) AS times FROM microsoft_graph_changes WHERE run_id = 2 GROUP BY 1`,
    );
    assert.deepEqual(
      changes.map((change) => ({ ...change })),
      [{ change: 'attributes_changed', times: 1 }],
    );
  });

  test('left out are neither asked for nor kept', async (t) => {
    const story = await scenario(t);
    const keeper = await story.reopened({
      MSGRAPH_WITHOUT_ATTRIBUTES: 'mobilePhone,businessPhones',
    });
    await keeper.sync();
    assert.deepEqual(
      story.rows(
        'SELECT id FROM microsoft_graph_users WHERE mobile_phone IS NOT NULL OR business_phones IS NOT NULL',
      ),
      [],
    );
    const asked = [...story.entra.requests].filter(
      ({ url }) => url.includes('mobilePhone') || url.includes('businessPhones'),
    );
    assert.deepEqual(asked, []);
  });
});

describe('a dry run', () => {
  test('writes the run and its plan, and nothing else', async (t) => {
    const story = await scenario(t);
    await story.keeper.runs(story.tenantId);
    const before = story.everything();
    const { report, tenantId } = await story.keeper.plan();
    assert.equal(story.everything(), before);
    assert.ok(report.users.created > 0);
    const planned = await Array.fromAsync(story.keeper.planned(tenantId, report.run));
    assert.equal(planned.filter(({ kind }) => kind === 'create').length, report.users.created);
    assert.ok(planned.every(({ subjectId }) => subjectId !== ''));
    assert.equal((await story.keeper.run(tenantId, report.run))?.dryRun, true);
  });
});
