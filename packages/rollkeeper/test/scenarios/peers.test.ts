import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';

import type { Fault, SimulatorOptions } from 'entra-simulator';

import { RollkeeperError } from '../../src/directory/error.ts';
import type { RunOptions } from '../../src/open.ts';
import { long } from '../long.ts';
import { command } from './command.ts';
import {
  always,
  atRisk,
  bears,
  column,
  failsAndGoesOn,
  failureOf,
  fully,
  inScope,
  list,
  members,
} from './peers.ts';
import {
  directMembers,
  everything,
  memberIds,
  ordinaryMembers,
  pick,
  scenario,
} from './scenario.ts';

// What went wrong in other synchronisers, each staged here. docs/reliability.md tells of it.

const everyUser = { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' };
const small: SimulatorOptions = { behaviour: { maxPageSize: 10 } };

describe('1. A page that fails in mid-walk fails the run; nobody whom it did not show is removed:', () => {
  for (const status of [400, 404, 410, 500]) {
    test(`${status} on the second page of members`, async (t) => {
      const risk = await atRisk(t, small);
      const fault = { match: { path: members, query: 'skiptoken' }, status, body: {} };
      await failsAndGoesOn(risk, [{ ...fault, times: always }]);
    });
  }

  test('500 on a later page of all users', async (t) => {
    const risk = await atRisk(t, small, everyUser);
    const fault = { match: { path: '/users' }, nth: 3, status: 500, body: {} };
    await failsAndGoesOn(risk, [{ ...fault, times: always }]);
  });
});

test('2. A checkpoint moves with the rows that it stands for, so that a run cut short before they are written loses nothing', async (t) => {
  const { story, before, right } = await atRisk(t);
  const stop = new AbortController();
  const onProgress: RunOptions['onProgress'] = ({ phase }) => {
    if (phase === 'deciding') stop.abort();
  };
  await assert.rejects(story.keeper.sync({ signal: stop.signal, onProgress }));
  assert.equal(story.everything(), before);
  const { report } = await story.keeper.sync();
  assert.equal(report.kind, 'delta');
  assert.equal(story.everything(), right);
});

describe('3. A checkpoint that Graph no longer honours leads to a full read, which finds whom the delta would have named:', () => {
  for (const [status, code] of [
    [410, 'syncStateNotFound'],
    [400, 'resyncRequired'],
    [410, ''],
  ] as const) {
    test(`${status} ${code}`, async (t) => {
      const risk = await atRisk(t);
      const { report } = await bears(
        risk,
        [{ match: { path: '/users/delta' }, status, body: { error: { code, message: '' } } }],
        async ({ keeper }) => await keeper.sync(),
      );
      assert.deepEqual([report.kind, report.reason], ['resync', 'checkpoint_refused']);
      const reasons = column(
        risk.story,
        'SELECT deleted_reason FROM microsoft_graph_deleted_users ORDER BY deleted_reason',
      );
      assert.deepEqual(reasons, ['left_scope', 'permanently_deleted', 'soft_deleted']);
    });
  }
});

test('4. A removal counts whichever reason it names', async (t) => {
  for (const removedLinkReason of ['deleted', 'changed'] as const) {
    const { story, changed, right } = await atRisk(t, { behaviour: { removedLinkReason } });
    const { report } = await story.keeper.sync();
    assert.equal(report.kind, 'delta');
    assert.equal(story.everything(), right);
    const gone = story.rows(
      'SELECT id, deleted_reason AS reason FROM microsoft_graph_deleted_users',
    );
    const reasonOf = Object.fromEntries(gone.map(({ id, reason }) => [String(id), reason]));
    assert.deepEqual(reasonOf, {
      [changed.leaver]: 'left_scope',
      [changed.deleted]: 'soft_deleted',
      [changed.purged]: 'permanently_deleted',
    });
  }
});

describe('5. A failure that passes throws no checkpoint away:', () => {
  for (const status of [500, 503, 429]) {
    test(`${status}, again and again`, async (t) => {
      const risk = await atRisk(t);
      const fault = { match: { path: '/users/delta' }, status, headers: {}, body: {} };
      await failsAndGoesOn(
        risk,
        [{ ...fault, times: always }],
        async ({ keeper }) => await keeper.sync(),
      );
      const [run] = await risk.story.keeper.runs(risk.story.tenantId, { limit: 1 });
      assert.equal(run?.kind, 'delta', 'the next run went on from the checkpoint');
    });
  }
});

describe('6. Throttling is obeyed in full, and has an end:', () => {
  test('429 without Retry-After is tried again', async (t) => {
    const risk = await atRisk(t);
    const { report } = await bears(risk, [
      { match: { path: members }, status: 429, headers: {}, times: 2 },
    ]);
    assert.equal(report.throttled, 2);
  });

  test('429 without end ends the run after its tries', async (t) => {
    const risk = await atRisk(t);
    const error = await failsAndGoesOn(risk, [
      { match: { path: members }, status: 429, headers: {}, times: always },
    ]);
    assert.equal(error.where?.status, 429);
    const asked = risk.story.entra.requests.filter(({ status }) => status === 429);
    assert.ok(asked.length <= 12, `${asked.length} requests`);
  });

  test('a Retry-After of 200 seconds is neither cut short nor waited for in vain', async (t) => {
    const risk = await atRisk(t, { odd: false, nested: false });
    const error = await failsAndGoesOn(risk, [
      { match: { path: members }, status: 429, headers: { 'Retry-After': '200' }, times: always },
    ]);
    assert.match(error.message + error.remedy, /\d{4}-\d{2}-\d{2}T/u);
    assert.equal(risk.story.entra.requests.filter(({ status }) => status === 429).length, 1);
  });
});

describe('7. A 429 inside a batch is not absence:', () => {
  const hidden = (id: string): Fault => ({
    match: { path: members },
    times: always,
    rewrite: list((items) => items.filter((item) => item.id !== id)),
  });
  const throttled = (id: string, times: number): Fault => ({
    match: { inBatch: true, path: new RegExp(`^/users/${id}`, 'u') },
    status: 429,
    headers: { 'Retry-After': '0.001' },
    times,
  });

  test('whoever is asked for meanwhile is not removed', async (t) => {
    const risk = await atRisk(t);
    const asked = pick(ordinaryMembers(risk.story), 5);
    await bears(risk, [hidden(asked), throttled(asked, 2)]);
  });

  test('without end it fails the run', async (t) => {
    const risk = await atRisk(t);
    const asked = pick(ordinaryMembers(risk.story), 5);
    const error = await failsAndGoesOn(risk, [hidden(asked), throttled(asked, always)]);
    assert.equal(error.where?.status, 429);
  });
});

describe('8. What broke is told as it broke:', () => {
  test('a 503 with HTML is a 503, and no fault of JSON', async (t) => {
    const risk = await atRisk(t);
    const error = await failsAndGoesOn(risk, [
      {
        match: { path: members },
        status: 503,
        headers: { 'Content-Type': 'text/html' },
        body: '<html><h1>Service Unavailable</h1></html>',
        times: always,
      },
    ]);
    assert.equal(error.where?.status, 503);
    assert.doesNotMatch(`${error.message} ${error.remedy}`, /JSON|token '?</u);
  });

  test('a reset is tried again, and without end is told as one', async (t) => {
    const risk = await atRisk(t);
    const reset = { match: { path: members }, reset: true };
    const error = await failsAndGoesOn(risk, [{ ...reset, times: always }]);
    assert.match(error.message, /ECONNRESET|reset|closed/iu);
    await bears(risk, [{ ...reset, times: 3 }]);
  });
});

describe('9. All members are read, as many at once as Graph gives, and of each no more than is needed:', () => {
  for (const maxPageSize of [999, 100]) {
    test(`250 of them, in pages of ${maxPageSize}`, async (t) => {
      const story = await scenario(t, { users: 300, members: 250, behaviour: { maxPageSize } });
      await story.keeper.sync();
      const right = [...story.entra.tenant.transitiveUserIds(story.groupId)].toSorted();
      assert.deepEqual(inScope(story), right);
      const { report } = await fully(story);
      assert.deepEqual([report.users.softDeleted, report.held], [0, 0]);
      assert.deepEqual(inScope(story), right);
      const first = story.entra.requests.filter(
        ({ url }) => /\/members\?/u.test(url) && !url.includes('skiptoken'),
      );
      assert.ok(first.length > 0);
      for (const { url } of first) {
        const query = new URL(url, story.entra.url).searchParams;
        assert.deepEqual([query.get('$top'), query.get('$select')], ['999', 'id']);
      }
    });
  }
});

describe('10. Somebody who comes twice is one:', () => {
  for (const [where, path, settings] of [
    ['members', members, {}],
    ['all users', /^\/users$/u, everyUser],
  ] as const) {
    test(`on two pages of ${where}`, async (t) => {
      // Of one group: what comes again from another would be its member.
      const risk = await atRisk(t, { ...small, nested: false }, settings);
      const seen: unknown[] = [];
      const repeat = list((items) => {
        const both = [...items, ...seen.slice(0, 7)];
        seen.push(...items);
        return both;
      });
      await bears(risk, [{ match: { path }, times: always, rewrite: repeat }]);
    });
  }
});

describe('11. A walk that leads nowhere has an end:', () => {
  test('a next link that comes again', async (t) => {
    const risk = await atRisk(t, small);
    let first: unknown;
    const error = await failsAndGoesOn(risk, [
      {
        match: { path: members },
        times: always,
        rewrite: (answer) => {
          const body = answer.body as Readonly<Record<string, unknown>>;
          first ??= body['@odata.nextLink'];
          return { ...answer, body: { ...body, '@odata.nextLink': first } };
        },
      },
    ]);
    assert.equal(error.code, 'graph.loop');
  });

  test('empty pages, each with a new next link', async (t) => {
    const risk = await atRisk(t, { nested: false, odd: false });
    let page = 0;
    const error = await failsAndGoesOn(risk, [
      {
        match: { path: members },
        times: always,
        rewrite: (answer) => {
          page += 1;
          const link = `${risk.story.entra.url}/v1.0/groups/${risk.story.groupId}/members?$top=${page}`;
          return { ...answer, body: { value: [], '@odata.nextLink': link } };
        },
      },
    ]);
    assert.equal(error.code, 'graph.loop');
  });

  test('a place that is lost in mid-walk begins the walk again; lost again and again, it ends the run', async (t) => {
    const lost = {
      match: { path: members, query: 'skiptoken' },
      status: 400,
      body: { error: { code: 'Directory_ExpiredPageToken', message: 'expired' } },
    };
    await bears(await atRisk(t, small), [{ ...lost, nth: 2, times: 1 }]);
    await failsAndGoesOn(await atRisk(t, small), [{ ...lost, times: always }]);
  });
});

describe('12. What may not be asked for is not asked for unasked, and said by its name:', () => {
  test('the least permissions do, and no address is longer than Graph takes', async (t) => {
    const { story } = await atRisk(t, { users: 200 });
    const asked = story.entra.requests.flatMap(({ url, batch = [] }) => [
      url,
      ...batch.map((inner) => `/v1.0${inner.url}`),
    ]);
    const longest = Math.max(...asked.map((url) => url.length));
    assert.ok(longest < 2_048, `${longest} characters`);
    assert.deepEqual(
      story.entra.requests.filter(({ status }) => status === 403),
      [],
    );
  });

  for (const [attribute, code] of [
    ['employeeLeaveDateTime', 'graph.forbidden'],
    ['noSuchAttribute', 'graph.refused'],
  ] as const) {
    test(`${attribute} fails the run as such, and costs nobody their row`, async (t) => {
      const { story, before, right } = await atRisk(t);
      const keeper = await story.reopened({ MSGRAPH_EXTRA_ATTRIBUTES: attribute });
      const error = await failureOf(keeper.sync());
      assert.equal(error.code, code);
      assert.match(`${error.message} ${error.remedy}`, new RegExp(attribute, 'u'));
      assert.equal(story.everything(), before);
      await story.keeper.sync();
      assert.equal(story.everything(), right);
    });
  }
});

describe('13. Size does not end a run in silence:', () => {
  const users = long ? 300_000 : 3_000;
  const heap = long ? 128 : 64;
  test(`${users} users are read within a heap of ${heap} MB, and all are there`, async (t) => {
    const story = await scenario(t, { users, members: users - 100, odd: false, keepRequests: 10 });
    const run = await command(['sync', '--json'], {
      env: { ...story.settings, NODE_OPTIONS: `--max-old-space-size=${heap}` },
    });
    assert.equal(run.code, 0, run.stderr);
    const [count] = story.rows('SELECT count(*) AS people FROM microsoft_graph_users');
    assert.equal(count?.['people'], users - 100);
  });
});

describe('14. Who somebody is does not hang on a name:', () => {
  test('a rename changes one row', async (t) => {
    const { story } = await atRisk(t);
    await story.keeper.sync();
    const before = inScope(story);
    const id = pick(ordinaryMembers(story), -1);
    story.entra.tenant.updateUser(id, {
      userPrincipalName: 'married.name@larkfield.example',
      mail: 'married.name@larkfield.example',
    });
    const { report } = await fully(story);
    assert.deepEqual(
      [report.users.created, report.users.softDeleted, report.users.updated],
      [0, 0, 1],
    );
    assert.deepEqual(inScope(story), before);
  });

  test('two of one mail are two, and two who exchange their names stay who they are', async (t) => {
    const { story } = await atRisk(t);
    const people = ordinaryMembers(story);
    const [one, other] = [pick(people, -1), pick(people, -2)];
    const { tenant } = story.entra;
    const nameOf = (id: string): string => tenant.user(id)?.userPrincipalName ?? '';
    const [name, otherName] = [nameOf(one), nameOf(other)];
    tenant.updateUser(one, {
      userPrincipalName: 'on.the.way@larkfield.example',
      mail: 'shared@x.example',
    });
    tenant.updateUser(other, { userPrincipalName: name, mail: 'shared@x.example' });
    tenant.updateUser(one, { userPrincipalName: otherName });
    await fully(story);
    const names = story.rows(
      `SELECT id, user_principal_name AS name, mail FROM microsoft_graph_users
        WHERE id IN ('${one}', '${other}') ORDER BY id`,
    );
    const wanted = [
      { id: one, name: otherName, mail: 'shared@x.example' },
      { id: other, name, mail: 'shared@x.example' },
    ];
    assert.deepEqual(
      names.map((row) => ({ ...row })),
      wanted.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    );
  });
});

test('15. Somebody without mail, name and display name is kept like anybody else, and ends no run', async (t) => {
  const { story } = await atRisk(t);
  const { tenant } = story.entra;
  const bare = tenant.createUser({ userPrincipalName: 'bare@larkfield.example' }).id;
  tenant.addMember(story.groupId, bare);
  const stripped = pick(ordinaryMembers(story), -1);
  tenant.updateUser(stripped, { mail: null, displayName: null, givenName: null, surname: null });
  const { report } = await fully(story);
  assert.equal(report.status, 'succeeded');
  const rows = story.rows(
    `SELECT user_principal_name AS name, display_name, mail, active FROM microsoft_graph_users
      WHERE id IN ('${bare}', '${stripped}')`,
  );
  assert.equal(rows.length, 2);
  for (const row of rows) {
    assert.deepEqual([row['display_name'], row['mail'], row['active']], [null, null, 1]);
  }
});

describe('16. An empty answer is not an empty tenant:', () => {
  const empty = list(() => []);
  for (const [where, path, settings] of [
    ['the group', members, {}],
    ['all users', /^\/users$/u, everyUser],
  ] as const) {
    test(`200 with an empty list of ${where}, always: nobody known is lost`, async (t) => {
      const { story, changed, right } = await atRisk(t, {}, settings);
      const fault = story.entra.faults.add({ match: { path }, times: always, rewrite: empty });
      const outcome = await fully(story).then(
        () => 'done',
        () => 'failed',
      );
      assert.ok(fault.hits > 0);
      const gone = column(story, 'SELECT id FROM microsoft_graph_deleted_users');
      const meantTo = new Set([changed.leaver, changed.deleted, changed.purged]);
      assert.deepEqual(
        gone.filter((id) => !meantTo.has(id)),
        [],
        outcome,
      );
      fault.remove();
      // Whom nobody knew was not missed: a full read brings them.
      await fully(story);
      assert.equal(story.everything(), right);
    });
  }

  for (const [what, body] of [
    ['without value', {}],
    ['whose value is null', { value: null }],
    ['whose value is an object', { value: {} }],
  ] as const) {
    test(`a page ${what} is an error`, async (t) => {
      const risk = await atRisk(t);
      const error = await failsAndGoesOn(risk, [
        { match: { path: members }, times: always, rewrite: (answer) => ({ ...answer, body }) },
      ]);
      assert.equal(error.code, 'graph.bad_answer');
    });
  }
});

describe('17. The group is one, known by its id:', () => {
  test('a second group of the same name changes nothing later, and is told at first', async (t) => {
    const { story, right } = await atRisk(t);
    const displayName = story.settings['MSGRAPH_GROUP_NAME_TO_SYNC'] ?? '';
    story.entra.tenant.createGroup({ displayName });
    await fully(story);
    assert.equal(story.everything(), right);
    const fresh = await story.reopened({
      ROLLKEEPER_DATABASE_URL: `sqlite:${story.databaseFile}.fresh`,
    });
    assert.equal((await failureOf(fresh.sync())).code, 'group.ambiguous');
  });

  test('renamed, and its name given to an empty one: the people stay', async (t) => {
    const { story, right } = await atRisk(t);
    const displayName = story.settings['MSGRAPH_GROUP_NAME_TO_SYNC'] ?? '';
    story.entra.tenant.updateGroup(story.groupId, { displayName: 'Called otherwise' });
    story.entra.tenant.createGroup({ displayName });
    const { warnings } = await fully(story);
    assert.match(warnings.join(), /Called otherwise/u);
    const but = (text: string): string => text.replaceAll('Called otherwise', displayName);
    assert.equal(but(story.everything()), right);
  });

  test('gone: the run fails, and it is not looked up by name again', async (t) => {
    const { story, before } = await atRisk(t);
    story.entra.tenant.deleteGroup(story.groupId);
    story.entra.tenant.createGroup({
      displayName: story.settings['MSGRAPH_GROUP_NAME_TO_SYNC'] ?? '',
    });
    assert.equal((await failureOf(fully(story))).code, 'group.gone');
    assert.equal(story.everything(), before);
  });

  for (const hiddenMembership of ['forbidden', 'empty'] as const) {
    test(`its membership hidden (${hiddenMembership}): nobody is lost`, async (t) => {
      const { story, before, right } = await atRisk(t, { behaviour: { hiddenMembership } });
      story.entra.tenant.updateGroup(story.groupId, { visibility: 'HiddenMembership' });
      const outcome = await fully(story).catch((error: unknown) => error);
      const but = (text: string): string => text.replaceAll(/"visibility":[^,]+/gu, '');
      if (outcome instanceof Error) assert.equal(story.everything(), before);
      else assert.equal(but(story.everything()), but(right));
    });
  }
});

describe('18. Runs do not get into each other:', () => {
  test('of one tenant one at a time, the others are told', async (t) => {
    const { story, right } = await atRisk(t);
    const others = await Promise.all([1, 2, 3].map(async () => await story.reopened({})));
    const runs = await Promise.allSettled([story.keeper, ...others].map((one) => one.sync()));
    const told = runs.flatMap((run) =>
      run.status === 'rejected' ? [run.reason.cause as unknown] : [],
    );
    for (const error of told) {
      assert.ok(error instanceof RollkeeperError);
      assert.equal(error.code, 'run.active');
    }
    assert.ok(runs.some(({ status }) => status === 'fulfilled'));
    assert.equal(story.everything(), right);
  });

  test('of two tenants at once, each keeps its own people', async (t) => {
    const one = await scenario(t);
    const other = await scenario(t, { seed: 2, users: 70 });
    const shared = { ROLLKEEPER_DATABASE_URL: `sqlite:${one.databaseFile}` };
    const beside = await other.reopened(shared);
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([one.keeper.sync(), beside.sync()]);
      one.entra.tenant.removeMember(one.groupId, pick(directMembers(one)));
    }
    await Promise.all([fully(one), beside.sync()]);
    for (const { entra, groupId, tenantId } of [one, other]) {
      const rows = column(
        one,
        `SELECT id FROM microsoft_graph_users WHERE tenant_id = '${tenantId}' ORDER BY id`,
      );
      assert.deepEqual(rows, [...entra.tenant.transitiveUserIds(groupId)].toSorted());
    }
  });
});

test('19. A token that ends in mid-run is replaced, and so is the next one', async (t) => {
  const risk = await atRisk(t, small);
  const { entra } = risk.story;
  const before = entra.requests.filter(({ url }) => url.includes('/token')).length;
  let answers = 0;
  await bears(risk, [
    {
      times: always,
      rewrite: (answer) => {
        answers += 1;
        if (answers === 3 || answers === 12) entra.revokeTokens();
        return answer;
      },
    },
  ]);
  const tokens = entra.requests.filter(({ url }) => url.includes('/token')).length - before;
  assert.ok(tokens >= 2, `${tokens} tokens`);
});

describe('20. The guard need not be raised to let people go:', () => {
  const settings = { ROLLKEEPER_DELETION_THRESHOLD: '10,20%,5' };
  test('what is held is approved once; the next are held by the same threshold', async (t) => {
    const story = await scenario(t, { users: 120 }, settings);
    await story.keeper.sync();
    const people = directMembers(story);
    const leave = (from: number): readonly string[] => {
      const leavers = people.slice(from, from + 12);
      for (const id of leavers) story.entra.tenant.deleteUser(id);
      return leavers;
    };
    for (const from of [0, 12]) {
      const leavers = leave(from);
      const before = inScope(story);
      const { report } = await fully(story);
      assert.deepEqual([report.status, report.held], ['quarantined', 12]);
      assert.deepEqual(inScope(story), before);
      await story.keeper.approve(story.tenantId, report.run, { by: 'operator' });
      assert.deepEqual(
        inScope(story),
        before.filter((id) => !leavers.includes(id)),
      );
    }
  });

  test('memberships lost by people who stay are counted too', async (t) => {
    const story = await scenario(t, { users: 120 }, settings);
    const { tenant } = story.entra;
    const nested = tenant.createGroup({ displayName: 'Nested' }).id;
    tenant.addMember(story.groupId, nested);
    const people = directMembers(story).slice(0, 15);
    for (const id of people) tenant.addMember(nested, id);
    await story.keeper.sync();
    const before = story.everything();
    for (const id of people) tenant.removeMember(nested, id);
    const { report } = await fully(story);
    assert.deepEqual([report.status, report.held], ['quarantined', 15]);
    assert.equal(story.everything(), before);
  });
});

test('21. A first run against an application with people in it touches nothing that is not its own', async (t) => {
  const story = await scenario(t);
  const application = new DatabaseSync(story.databaseFile);
  t.after(() => application.close());
  application.exec(`
    CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT, administrator INTEGER);
    INSERT INTO groups (name) VALUES ('administrators'), ('kbuk'), ('local only');
    INSERT INTO users (mail, administrator) VALUES ('root@localhost', 1), ('local@localhost', 0);
  `);
  const own = (): unknown => [
    application.prepare('SELECT * FROM groups').all(),
    application.prepare('SELECT * FROM users').all(),
    application.prepare(`SELECT sql FROM sqlite_schema WHERE name IN ('groups', 'users')`).all(),
  ];
  const before = own();
  await story.keeper.sync();
  await fully(story);
  assert.deepEqual(own(), before);
  assert.ok(inScope(story).length > 0);
});

describe('22. The incidents:', () => {
  test('a directory that cannot be reached is not an empty one', async (t) => {
    const { story, before } = await atRisk(t);
    await story.entra.close();
    await failureOf(fully(story));
    assert.equal(story.everything(), before);
  });

  test('groups that a 200 leaves out stay, with their people', async (t) => {
    const { story, right } = await atRisk(t);
    const groups = new Set(memberIds(story, 'group'));
    assert.ok(groups.size > 0);
    const fault = story.entra.faults.add({
      match: { path: members },
      times: always,
      rewrite: list((items) => items.filter(({ id }) => !groups.has(id))),
    });
    const { report } = await fully(story);
    assert.ok(fault.hits > 0);
    assert.equal(report.held, 0);
    assert.equal(story.everything(), right);
  });

  test('a tenant that says everywhere and always that nobody is there: all are held', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const before = everything(story.databaseFile);
    const people = inScope(story);
    for (const inBatch of [false, true]) {
      story.entra.faults.add({
        match: { inBatch, path: /^\/(?:users|groups\/[^/]+\/members|users\/[^/]+\/memberOf.*)$/u },
        times: always,
        rewrite: list(() => []),
      });
    }
    story.entra.faults.add({
      match: { inBatch: true, path: /^\/users\/[^/]+$/u },
      times: always,
      status: 404,
      body: { error: { code: 'Request_ResourceNotFound', message: 'does not exist' } },
    });
    const { report } = await fully(story);
    assert.deepEqual([report.status, report.users.softDeleted], ['quarantined', 0]);
    assert.deepEqual(inScope(story), people);
    story.entra.faults.clear();
    const back = await fully(story);
    assert.equal(back.report.held, 0);
    assert.equal(everything(story.databaseFile), before);
  });
});
