import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { RollkeeperError } from '../../src/directory/error.ts';
import { RunFailed } from '../../src/run/ending.ts';
import type { HeldRow } from '../../src/store/store.ts';
import { directMembers, memberIds, ordinaryMembers, pick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const by = { by: 'operator', reason: 'as announced' };
const fails = (code: string) => (error: unknown) => {
  const cause = error instanceof RunFailed ? error.cause : error;
  return cause instanceof RollkeeperError && cause.code === code;
};

const inScope = (story: Scenario): readonly string[] =>
  story.rows('SELECT id FROM microsoft_graph_users ORDER BY id').map(({ id }) => String(id));

/** Memberships of people, as the view shows them. */
const memberships = (story: Scenario): readonly string[] =>
  story
    .rows(
      `SELECT group_id || ' ' || member_id AS edge FROM microsoft_graph_memberships
        WHERE member_kind = 'user' ORDER BY 1`,
    )
    .map(({ edge }) => String(edge));

const heldOf = async (story: Scenario): Promise<readonly HeldRow[]> =>
  await Array.fromAsync(story.keeper.held(story.tenantId));

const heldIds = async (story: Scenario): Promise<readonly string[]> =>
  (await heldOf(story)).map(({ subjectId }) => subjectId).toSorted();

/** Members of the group who are in none of the groups inside it. */
function directMembersAlone(story: Scenario): readonly string[] {
  const { tenant } = story.entra;
  const nested = new Set(
    memberIds(story, 'group').flatMap((groupId) => [...tenant.transitiveUserIds(groupId)]),
  );
  return directMembers(story).filter((id) => !nested.has(id));
}

/** Ten removals of a kind are too many. */
const threshold = { ROLLKEEPER_DELETION_THRESHOLD: '10,100%,5' };

/** A story after its first run, and the ids of people whom one call takes out of the group. */
async function begun(
  t: Parameters<typeof scenario>[0],
  changes: Readonly<Record<string, string>> = {},
): Promise<{ readonly story: Scenario; readonly people: readonly string[] }> {
  const story = await scenario(t, { users: 120 }, { ...threshold, ...changes });
  await story.keeper.sync();
  return { story, people: directMembersAlone(story) };
}

function leave(story: Scenario, ids: readonly string[]): void {
  for (const id of ids) story.entra.tenant.removeMember(story.groupId, id);
}

function comeBack(story: Scenario, ids: readonly string[]): void {
  for (const id of ids) story.entra.tenant.addMember(story.groupId, id);
}

function join(story: Scenario, displayName: string): string {
  const { id } = story.entra.tenant.createUser({ displayName });
  story.entra.tenant.addMember(story.groupId, id);
  return id;
}

describe('removals at or over the threshold (rule 8)', () => {
  test('are held while joiners and changes of the same run are applied', async (t) => {
    const { story, people } = await begun(t);
    const before = inScope(story);
    const edges = memberships(story);
    const leavers = people.slice(0, 20);
    leave(story, leavers);
    const joiner = join(story, 'Joiner');
    const promoted = pick(people, -1);
    story.entra.tenant.updateUser(promoted, { jobTitle: 'Promoted' });

    const { report, held } = await story.keeper.sync();
    assert.equal(report.status, 'quarantined');
    assert.deepEqual([report.held, report.users.softDeleted], [20, 0]);
    assert.deepEqual([report.users.created, report.users.updated], [1, 1]);
    assert.deepEqual(
      held.map(({ kind, planned }) => [kind, planned]),
      [['leaving', 20]],
    );
    assert.deepEqual(inScope(story), [...before, joiner].toSorted());
    assert.ok(
      edges.every((edge) => memberships(story).includes(edge)),
      'whoever is held keeps their memberships',
    );
    const [row] = story.rows(`SELECT job_title FROM microsoft_graph_users WHERE id='${promoted}'`);
    assert.equal(row?.['job_title'], 'Promoted');
    assert.deepEqual(await heldIds(story), leavers.toSorted());
    const [first] = await heldOf(story);
    assert.deepEqual(
      [first?.kind, first?.state, first?.runId, first?.reason],
      ['leaving', 'held', report.run, 'left_scope'],
    );
    assert.ok(first?.subjectName?.includes('@'));
  });

  test('are not counted again: the next run holds nothing new, its plan is empty, and a later leaver is judged alone', async (t) => {
    const { story, people } = await begun(t);
    leave(story, people.slice(0, 20));
    await story.keeper.sync();
    const again = await story.keeper.sync();
    assert.deepEqual([again.report.status, again.report.held], ['succeeded', 20]);
    const dry = await story.keeper.plan();
    assert.deepEqual(
      await Array.fromAsync(story.keeper.planned(story.tenantId, dry.report.run)),
      [],
    );
    const later = pick(people, 20);
    leave(story, [later]);
    const { report } = await story.keeper.sync();
    assert.deepEqual([report.status, report.users.softDeleted, report.held], ['succeeded', 1, 20]);
    assert.ok(!inScope(story).includes(later));
  });

  test('are shown by the run that holds them, after later runs too', async (t) => {
    const { story, people } = await begun(t);
    const leavers = people.slice(0, 20);
    leave(story, leavers);
    const { report } = await story.keeper.sync();
    await story.keeper.sync();
    const shown = await Array.fromAsync(story.keeper.planned(story.tenantId, report.run));
    assert.ok(shown.every(({ held, kind }) => held && kind === 'soft_delete'));
    assert.deepEqual(shown.map(({ subjectId }) => subjectId).toSorted(), leavers.toSorted());
  });

  test('are dropped for whoever is seen back in scope, and held for the others', async (t) => {
    const { story, people } = await begun(t);
    const before = story.everything();
    leave(story, people.slice(0, 20));
    await story.keeper.sync();
    comeBack(story, people.slice(0, 15));
    const { report } = await story.keeper.sync();
    assert.equal(report.held, 5);
    assert.deepEqual(await heldIds(story), people.slice(15, 20).toSorted());
    comeBack(story, people.slice(15, 20));
    assert.equal((await story.keeper.sync()).report.held, 0);
    assert.equal(story.everything() === before, true, 'as if nothing had happened');
    const left = story.rows('SELECT * FROM rollkeeper_held');
    assert.deepEqual(left, []);
  });

  test('that are deactivations leave the accounts as they were, and go on once they are enabled again', async (t) => {
    const { story } = await begun(t);
    const people = ordinaryMembers(story).slice(0, 20);
    const active = (): number =>
      Number(story.rows('SELECT count(*) AS n FROM microsoft_graph_users WHERE active')[0]?.['n']);
    const before = active();
    for (const id of people) story.entra.tenant.updateUser(id, { accountEnabled: false });
    story.entra.tenant.updateUser(pick(people), { jobTitle: 'On leave' });
    const { report } = await story.keeper.sync();
    assert.deepEqual(
      [report.status, report.held, report.users.deactivated],
      ['quarantined', 20, 0],
    );
    assert.equal(active(), before);
    const [row] = story.rows(
      `SELECT job_title FROM microsoft_graph_users WHERE id = '${pick(people)}'`,
    );
    assert.equal(row?.['job_title'], 'On leave', 'changes go on');
    assert.equal((await story.keeper.sync()).report.held, 20);
    for (const id of people.slice(0, 12)) {
      story.entra.tenant.updateUser(id, { accountEnabled: true });
    }
    assert.equal((await story.keeper.sync()).report.held, 8);
    const approved = await story.keeper.approve(story.tenantId, report.run, by);
    assert.equal(approved.report.users.deactivated, 8);
    assert.equal(active(), before - 8);
  });

  test('that are memberships keep the memberships of people who stay', async (t) => {
    const { story } = await begun(t);
    const group = story.entra.tenant.createGroup({ displayName: 'Kept' });
    const people = ordinaryMembers(story).slice(0, 30);
    for (const id of people) story.entra.tenant.addMember(group.id, id);
    const keeper = await story.reopened({ MSGRAPH_GROUPS_TO_KEEP: 'Kept' });
    await keeper.sync();
    const before = memberships(story);
    for (const id of people.slice(0, 12)) story.entra.tenant.removeMember(group.id, id);
    const { report, held } = await keeper.sync();
    assert.deepEqual(
      held.map(({ kind, planned }) => [kind, planned]),
      [['memberships', 12]],
    );
    assert.deepEqual(memberships(story), before);
    assert.equal((await keeper.sync()).report.held, 12, 'not counted again');
    for (const id of people.slice(0, 4)) story.entra.tenant.addMember(group.id, id);
    assert.equal((await keeper.sync()).report.held, 8, 'four were seen back');
    await keeper.approve(story.tenantId, report.run, by);
    assert.equal(memberships(story).length, before.length - 8);
    assert.deepEqual(story.rows('SELECT * FROM rollkeeper_held'), []);
  });

  test('keep the groups that they are memberships of, until they are approved', async (t) => {
    const { story } = await begun(t);
    const group = story.entra.tenant.createGroup({ displayName: 'Kept' });
    const people = ordinaryMembers(story).slice(0, 12);
    for (const id of people) story.entra.tenant.addMember(group.id, id);
    await (await story.reopened({ MSGRAPH_GROUPS_TO_KEEP: 'Kept' })).sync();
    const before = memberships(story);
    const { keeper } = story;
    const { report } = await keeper.sync();
    assert.equal(report.held, 12);
    await keeper.sync();
    assert.deepEqual(memberships(story), before);
    await keeper.approve(story.tenantId, report.run, by);
    assert.equal(memberships(story).length, before.length - 12);
    assert.deepEqual(story.rows(`SELECT * FROM microsoft_graph_groups WHERE id='${group.id}'`), []);
  });

  test('of a group that nobody is left in are held with the threshold off too', async (t) => {
    const { story } = await begun(t, { ROLLKEEPER_DELETION_THRESHOLD: 'off' });
    const before = inScope(story);
    for (const id of memberIds(story)) story.entra.tenant.removeMember(story.groupId, id);
    const { report, held } = await story.keeper.sync();
    assert.equal(report.status, 'quarantined');
    assert.equal(held[0]?.because, 'no_one_left');
    assert.deepEqual(inScope(story), before);
  });

  test('go through one by one below it', async (t) => {
    const { story, people } = await begun(t);
    leave(story, people.slice(0, 3));
    const { report } = await story.keeper.sync();
    assert.deepEqual([report.status, report.users.softDeleted, report.held], ['succeeded', 3, 0]);
  });
});

describe('changed settings (rule 16)', () => {
  test('hold every removal that they bring, with the threshold off too, and apply who joins', async (t) => {
    const { story } = await begun(t);
    const before = inScope(story);
    const other = story.entra.tenant.createGroup({ displayName: 'Other' });
    const stays = pick(ordinaryMembers(story));
    const outsider = story.entra.tenant.createUser({ displayName: 'Outsider' });
    for (const id of [stays, outsider.id]) story.entra.tenant.addMember(other.id, id);
    const keeper = await story.reopened({
      MSGRAPH_GROUP_NAME_TO_SYNC: 'Other',
      ROLLKEEPER_DELETION_THRESHOLD: 'off',
    });
    const { report, held } = await keeper.sync();
    assert.ok(held.every(({ because }) => because === 'scope_changed'));
    assert.equal(report.users.created, 1);
    assert.deepEqual(inScope(story), [...before, outsider.id].toSorted());
    assert.equal((await keeper.sync()).report.held, report.held, 'later runs hold nothing more');
    await keeper.approve(story.tenantId, report.run, by);
    assert.deepEqual(inScope(story), [stays, outsider.id].toSorted());
  });

  test('of the membership mode hold even one removal', async (t) => {
    const { story } = await begun(t);
    const before = inScope(story);
    const direct = await story.reopened({ MSGRAPH_MEMBERSHIP: 'direct' });
    const { report, held } = await direct.sync();
    assert.equal(report.status, 'quarantined');
    assert.ok(held.every(({ because }) => because === 'scope_changed'));
    assert.deepEqual(inScope(story), before);
    const back = await story.keeper.sync();
    assert.equal(back.report.held, 0, 'set back, they are all seen again');
    assert.deepEqual(inScope(story), before);
  });

  test('of the policy on disabled users hold those who are disabled', async (t) => {
    const { story } = await begun(t);
    const disabled = pick(ordinaryMembers(story));
    story.entra.tenant.updateUser(disabled, { accountEnabled: false });
    await story.keeper.sync();
    const before = inScope(story);
    const removing = await story.reopened({ MSGRAPH_DISABLED_USERS: 'remove' });
    const { report } = await removing.sync();
    assert.ok(report.held > 0);
    assert.equal((await removing.sync()).report.held, report.held);
    assert.deepEqual(inScope(story), before);
    story.entra.tenant.updateUser(disabled, { accountEnabled: true });
    assert.equal((await removing.sync()).report.held, report.held - 1);
    await removing.approve(story.tenantId, report.run, by);
    assert.equal(inScope(story).length, before.length - (report.held - 1));
  });
});

describe('an approval', () => {
  test('performs what the run showed and the fresh read still proposes, never more', async (t) => {
    const { story, people } = await begun(t);
    const before = inScope(story);
    leave(story, people.slice(0, 20));
    const { report } = await story.keeper.sync();
    comeBack(story, people.slice(0, 2));
    const later = pick(people, 20);
    leave(story, [later]);
    const joiner = join(story, 'Joiner');

    const approval = await story.keeper.approve(story.tenantId, report.run, by);
    const gone = people.slice(2, 20);
    assert.deepEqual([approval.report.kind, approval.report.status], ['approval', 'succeeded']);
    assert.deepEqual([approval.report.users.softDeleted, approval.report.held], [18, 0]);
    assert.deepEqual(
      inScope(story),
      [...before, joiner].filter((id) => !gone.includes(id)).toSorted(),
    );
    const approvalRun = await story.keeper.run(story.tenantId, approval.report.run);
    assert.equal(approvalRun?.approves, report.run);
    const { decision } = (await story.keeper.run(story.tenantId, report.run)) ?? {};
    assert.deepEqual(
      [decision?.what, decision?.by, decision?.reason],
      ['approved', 'operator', 'as announced'],
    );
    assert.match(decision?.at ?? '', /^\d{4}-\d\d-\d\dT/u);

    const next = await story.keeper.sync();
    assert.equal(next.report.users.softDeleted, 1, 'who was not shown is judged by the next run');
    assert.ok(!inScope(story).includes(later));
  });

  test('does not count as removals of the last day', async (t) => {
    const { story, people } = await begun(t);
    leave(story, people.slice(0, 20));
    const { report } = await story.keeper.sync();
    await story.keeper.approve(story.tenantId, report.run, by);
    leave(story, people.slice(20, 22));
    const next = await story.keeper.sync();
    assert.deepEqual([next.report.status, next.report.users.softDeleted], ['succeeded', 2]);
  });

  test('holds what the threshold holds of what was not shown', async (t) => {
    const { story, people } = await begun(t);
    leave(story, people.slice(0, 10));
    const { report } = await story.keeper.sync();
    assert.equal(report.held, 10);
    leave(story, people.slice(10, 22));
    const approval = await story.keeper.approve(story.tenantId, report.run, by);
    assert.deepEqual([approval.report.users.softDeleted, approval.report.held], [10, 12]);
    assert.equal(approval.report.status, 'quarantined');
    const second = await story.keeper.approve(story.tenantId, approval.report.run, by);
    assert.deepEqual([second.report.users.softDeleted, second.report.held], [12, 0]);
  });

  test('leaves nothing behind: a group that was kept goes with the last that was held in it', async (t) => {
    const story = await scenario(t, { odd: false }, threshold);
    const { tenant } = story.entra;
    const inside = tenant.createGroup({ displayName: 'Inside' });
    tenant.addMember(story.groupId, inside.id);
    const people = Array.from({ length: 10 }, (_, at) => {
      const { id } = tenant.createUser({ displayName: `Inside ${at}` });
      tenant.addMember(inside.id, id);
      return id;
    });
    await story.keeper.sync();
    tenant.removeMember(story.groupId, inside.id);
    const { report } = await story.keeper.sync();
    assert.equal(report.held, 10);
    comeBack(story, people.slice(0, 1));
    await story.keeper.approve(story.tenantId, report.run, by);
    await story.keeper.sync();
    assert.ok(inScope(story).includes(pick(people)));
    assert.deepEqual(story.rows('SELECT * FROM rollkeeper_held'), []);
    const left = `SELECT * FROM microsoft_graph_groups WHERE id = '${inside.id}'`;
    assert.deepEqual(story.rows(left), []);
  });

  test('of a run that holds nothing is refused', async (t) => {
    const { story } = await begun(t);
    await assert.rejects(story.keeper.approve(story.tenantId, 1, by), fails('run.holds_nothing'));
    await assert.rejects(story.keeper.approve(story.tenantId, 99, by), fails('run.not_found'));
    assert.equal((await story.keeper.runs(story.tenantId)).length, 1, 'no run was begun');
  });

  test('brings the same rows as a run that held nothing', async (t) => {
    const { story, people } = await begun(t);
    const calm = await scenario(t, { users: 120 }, { ROLLKEEPER_DELETION_THRESHOLD: 'off' });
    await calm.keeper.sync();
    for (const each of [story, calm]) {
      leave(each, people.slice(0, 12));
      for (const id of people.slice(12, 22)) each.entra.tenant.deleteUser(id);
    }
    const { report } = await story.keeper.sync();
    await calm.keeper.sync();
    await story.keeper.approve(story.tenantId, report.run, by);
    assert.equal(story.everything() === calm.everything(), true);
  });
});

describe('a rejection', () => {
  test('keeps people in scope: later runs neither propose nor count nor hold their removal', async (t) => {
    const { story, people } = await begun(t);
    const before = inScope(story);
    const edges = memberships(story);
    leave(story, people.slice(0, 20));
    const { report } = await story.keeper.sync();
    assert.equal(await story.keeper.reject(story.tenantId, report.run, by), 20);
    const { report: next } = await story.keeper.sync();
    assert.deepEqual([next.status, next.held, next.users.softDeleted], ['succeeded', 0, 0]);
    assert.deepEqual(inScope(story), before);
    assert.deepEqual(memberships(story), edges);
    const run = await story.keeper.run(story.tenantId, report.run);
    assert.equal(run?.decision?.what, 'rejected');
    assert.ok((await heldOf(story)).every(({ state }) => state === 'rejected'));
    await assert.rejects(
      story.keeper.approve(story.tenantId, report.run, by),
      fails('run.holds_nothing'),
    );
  });

  test('ends once the person was seen back: then they may leave like anybody', async (t) => {
    const { story, people } = await begun(t);
    leave(story, people.slice(0, 20));
    const { report } = await story.keeper.sync();
    await story.keeper.reject(story.tenantId, report.run, by);
    const one = pick(people);
    comeBack(story, [one]);
    await story.keeper.sync();
    assert.ok(!(await heldIds(story)).includes(one));
    leave(story, [one]);
    const again = await story.keeper.sync();
    assert.deepEqual([again.report.users.softDeleted, again.report.held], [1, 0]);
  });
});

describe('a pause of removals', () => {
  test('holds every removal, and lets joiners in, until it ends', async (t) => {
    const { story, people } = await begun(t);
    await story.keeper.pause(story.tenantId, by);
    leave(story, people.slice(0, 1));
    const joiner = join(story, 'Joiner');
    const { report, held } = await story.keeper.sync();
    assert.deepEqual([report.held, held[0]?.because], [1, 'paused']);
    assert.ok(inScope(story).includes(joiner));
    assert.equal(await story.keeper.resume(story.tenantId), true);
    assert.equal(await story.keeper.resume(story.tenantId), false);
    leave(story, people.slice(1, 2));
    const next = await story.keeper.sync();
    assert.deepEqual([next.report.users.softDeleted, next.report.held], [1, 1]);
  });

  test('ends by itself when its time is over', async (t) => {
    const { story, people } = await begun(t);
    await story.keeper.pause(story.tenantId, { ...by, forMs: 1 });
    await new Promise((done) => setTimeout(done, 5));
    leave(story, people.slice(0, 1));
    assert.equal((await story.keeper.sync()).report.users.softDeleted, 1);
  });
});

describe('a dry run', () => {
  test('says what would be done and what would be held, and writes nothing else', async (t) => {
    const { story, people } = await begun(t);
    leave(story, people.slice(0, 20));
    join(story, 'Joiner');
    const before = story.everything();
    const { report, held, dryRun } = await story.keeper.plan();
    assert.deepEqual([dryRun, report.status, report.held], [true, 'succeeded', 20]);
    assert.deepEqual([report.users.created, report.users.softDeleted], [1, 0]);
    assert.equal(held[0]?.because, 'count');
    const plan = await Array.fromAsync(story.keeper.planned(story.tenantId, report.run));
    assert.equal(plan.filter((row) => row.held).length, 20);
    assert.ok(plan.some((row) => row.kind === 'create' && !row.held));
    assert.equal(story.everything() === before, true);
    assert.deepEqual(await heldOf(story), []);
  });
});

describe('a run that is cancelled', () => {
  test('from elsewhere ends cancelled, with rows untouched, and is not cancelled twice', async (t) => {
    const { story, people } = await begun(t);
    leave(story, people.slice(0, 1));
    const before = story.everything();
    const fault = story.entra.faults.add({ match: { path: /members$/u }, hang: true });
    const run = story.keeper.sync({ full: true });
    run.catch(() => {});
    while (fault.hits === 0) await new Promise((done) => setTimeout(done, 10));
    const elsewhere = await story.reopened({});
    await elsewhere.cancel(story.tenantId, 2, by);
    await assert.rejects(run, fails('run.cancelled'));
    const row = await story.keeper.run(story.tenantId, 2);
    assert.deepEqual([row?.status, row?.cancelled?.by], ['cancelled', 'operator']);
    assert.equal(story.everything() === before, true);
    await assert.rejects(elsewhere.cancel(story.tenantId, 2, by), fails('run.ended'));
    await assert.rejects(elsewhere.cancel(story.tenantId, 99, by), fails('run.not_found'));
  });
});
