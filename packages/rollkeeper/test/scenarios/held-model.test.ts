import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { RunFailed } from '../../src/run/ending.ts';
import { seeded } from '../long.ts';
import { query, scenario } from './scenario.ts';
import type { Ends, Row, Scenario } from './scenario.ts';

const by = { by: 'operator' };

/** People of the story, by position; groups: the synchronised one, one inside it, one that is kept beside it. */
const who = fc.nat(15);
const where = fc.nat(2);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('leave' as const),
      who,
      count: fc.integer({ min: 1, max: 8 }),
      where,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('join' as const),
      who,
      count: fc.integer({ min: 1, max: 8 }),
      where,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('delete' as const),
      who,
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('restore' as const),
      who,
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('disable' as const),
      who,
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('enable' as const),
      who,
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('rename' as const), who, count: fc.constant(1) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('nest' as const), inside: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('run' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('approve' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('reject' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('pause' as const), on: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Cast {
  readonly story: Scenario;
  readonly people: readonly string[];
  readonly groups: readonly string[];
  readonly deleted: Set<string>;
}

async function cast(ends: Ends): Promise<Cast> {
  const story = await scenario(
    ends,
    { users: 20, odd: false },
    { ROLLKEEPER_DELETION_THRESHOLD: '4,100%,0', MSGRAPH_GROUPS_TO_KEEP: 'Beside' },
  );
  const { tenant } = story.entra;
  for (const { id } of tenant.members(story.groupId)) tenant.removeMember(story.groupId, id);
  const inside = tenant.createGroup({ displayName: 'Inside' });
  const beside = tenant.createGroup({ displayName: 'Beside' });
  tenant.addMember(story.groupId, inside.id);
  const people = [...tenant.users()].slice(0, 16).map(({ id }) => id);
  for (const [at, id] of people.entries()) {
    tenant.addMember(at % 3 === 0 ? inside.id : story.groupId, id);
    if (at % 2 === 0) tenant.addMember(beside.id, id);
  }
  await story.keeper.sync();
  return { story, people, groups: [story.groupId, inside.id, beside.id], deleted: new Set() };
}

function some({ people }: Cast, first: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => people[(first + at) % people.length] ?? '');
}

async function perform(actors: Cast, each: Step): Promise<void> {
  const { keeper, tenantId } = actors.story;
  if (each.what === 'run') {
    const before = memberships(actors);
    await keeper.sync();
    check(actors);
    const after = memberships(actors);
    const kept = heldToLeave(actors);
    for (const edge of before) {
      const [, member = ''] = edge.split(' ');
      if (kept.has(member)) assert.ok(after.has(edge), `${member} is held, and lost ${edge}`);
    }
  } else if (each.what === 'approve' || each.what === 'reject') {
    const [newest] = (await keeper.status(tenantId)).held.runs;
    if (newest === undefined) return;
    if (each.what === 'reject') await keeper.reject(tenantId, newest, by);
    else await keeper.approve(tenantId, newest, by);
  } else if (each.what === 'pause') {
    if (each.on) await keeper.pause(tenantId, by);
    else await keeper.resume(tenantId);
  } else if (each.what === 'nest') nest(actors, each.inside);
  else for (const id of some(actors, each.who, each.count)) change(actors, id, each);
}

function nest({ groups: [root = '', inside = ''], story }: Cast, wanted: boolean): void {
  const { tenant } = story.entra;
  const nested = tenant.members(root).some(({ id }) => id === inside);
  if (wanted && !nested) tenant.addMember(root, inside);
  if (!wanted && nested) tenant.removeMember(root, inside);
}

type Change = Extract<Step, { readonly count: number }>;

/** One thing that happens to one person in Entra. */
function change({ deleted, groups, story }: Cast, id: string, each: Change): void {
  const { tenant } = story.entra;
  if (each.what === 'restore') {
    if (deleted.delete(id)) tenant.restoreUser(id);
    return;
  }
  if (deleted.has(id)) return;
  if (each.what === 'leave' || each.what === 'join') {
    const group = groups[each.where] ?? '';
    const member = tenant.members(group).some((one) => one.id === id);
    if (each.what === 'leave' && member) tenant.removeMember(group, id);
    if (each.what === 'join' && !member) tenant.addMember(group, id);
  } else if (each.what === 'delete') {
    deleted.add(id);
    tenant.deleteUser(id);
  } else if (each.what === 'rename') {
    tenant.updateUser(id, { jobTitle: `${tenant.user(id)?.jobTitle ?? ''}+` });
  } else tenant.updateUser(id, { accountEnabled: each.what === 'enable' });
}

const ids = ({ story }: Cast, sql: string): ReadonlySet<string> =>
  new Set(story.rows(sql).map(({ id }) => String(id)));

/** Who is in the group by Entra. */
const inGroup = ({ story, deleted }: Cast): ReadonlySet<string> =>
  new Set(
    [...story.entra.tenant.transitiveUserIds(story.groupId)].filter((id) => !deleted.has(id)),
  );

/** After a run: whoever is in the group is in scope, and who is in scope beside them is held or rejected. */
function check(actors: Cast): void {
  const group = inGroup(actors);
  const scope = ids(actors, 'SELECT id FROM microsoft_graph_users');
  const kept = heldToLeave(actors);
  for (const id of group) {
    assert.ok(scope.has(id), `${id} is in the group, and not in scope`);
    assert.ok(!kept.has(id), `${id} is in the group, and held to leave it`);
  }
  for (const id of scope) assert.ok(group.has(id) || kept.has(id), `${id} should have left`);
  const lost = actors.story.rows(
    `SELECT h.subject_id, h.group_id, h.kind FROM rollkeeper_held h
       LEFT JOIN microsoft_graph_memberships e
         ON e.tenant_id = h.tenant_id AND e.member_id = h.subject_id AND e.group_id = h.group_id
      WHERE h.kind = 'memberships' AND e.member_id IS NULL`,
  );
  assert.deepEqual(lost, [], 'a membership that is held is still shown');
}

const memberships = (actors: Cast): ReadonlySet<string> =>
  ids(
    actors,
    `SELECT group_id || ' ' || member_id AS id FROM microsoft_graph_memberships WHERE member_kind = 'user'`,
  );

/** Who stays although they left: held or rejected. */
const heldToLeave = (actors: Cast): ReadonlySet<string> =>
  ids(actors, "SELECT subject_id AS id FROM rollkeeper_held WHERE kind = 'leaving'");

/** What an application joins to, of people in scope: without times. */
function rows(select: (sql: string) => readonly Row[]): string {
  const parts = [
    'SELECT id, job_title, account_enabled FROM microsoft_graph_users ORDER BY id',
    'SELECT group_id, member_id FROM microsoft_graph_memberships ORDER BY group_id, member_id',
    'SELECT id, in_closure FROM microsoft_graph_groups ORDER BY id',
  ];
  return parts
    .map((sql) =>
      select(sql)
        .map((row) => JSON.stringify(row))
        .join('\n'),
    )
    .join('\n\n');
}

/** Lets everything go on: whoever was rejected is seen back once. Then the rows must be those of a first run. */
async function settle(actors: Cast): Promise<void> {
  const { story } = actors;
  const { keeper, tenantId } = story;
  await keeper.resume(tenantId);
  for (let rounds = 0; rounds < 40; rounds += 1) {
    await keeper.sync();
    check(actors);
    const { held } = await keeper.status(tenantId);
    const [newest] = held.runs;
    if (newest === undefined) return;
    await keeper.approve(tenantId, newest, by);
  }
  assert.fail('what is held does not come to an end');
}

test('whatever happens, who is in the group is in scope, nobody is held in vain, and approvals lead to the rows of a first run', async () => {
  const runs = Number(process.env['ROLLKEEPER_MODEL_RUNS'] ?? 5);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), async (steps) => {
      const ends: (() => Promise<void>)[] = [];
      const actors = await cast({ after: (end) => ends.push(end) });
      const { story } = actors;
      try {
        for (const each of steps) await perform(actors, each);
        const rejected = story.rows("SELECT 1 FROM rollkeeper_held WHERE state = 'rejected'");
        await settle(actors);
        if (rejected.length > 0) return;
        const file = `${story.databaseFile}.fresh`;
        const fresh = await story.reopened({ ROLLKEEPER_DATABASE_URL: `sqlite:${file}` });
        await fresh.sync();
        assert.equal(
          rows(story.rows),
          rows((sql) => query(file, sql)),
        );
      } catch (error) {
        throw error instanceof RunFailed ? error.cause : error;
      } finally {
        for (const end of ends) await end();
      }
    }),
    { ...seeded, numRuns: runs },
  );
});
