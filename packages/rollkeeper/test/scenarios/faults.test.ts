import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Fault, SimulatorOptions } from 'entra-simulator';

import { RollkeeperError } from '../../src/directory/error.ts';
import { RunFailed } from '../../src/run/ending.ts';
import type { Rollkeeper } from '../../src/open.ts';
import { directMembers, ordinaryMembers, pick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const members = /^\/groups\/[^/]+\/members$/u;
const always = Number.POSITIVE_INFINITY;

/** A tenant synchronised once and then changed, so that a second run has something to lose. */
async function synchronised(t: TestContext, options: SimulatorOptions = {}): Promise<Scenario> {
  const story = await scenario(t, options);
  await story.keeper.sync();
  const [leaver = ''] = directMembers(story);
  story.entra.tenant.removeMember(story.groupId, leaver);
  story.entra.tenant.updateUser(pick(ordinaryMembers(story), -1), { jobTitle: 'Changed' });
  return story;
}

async function failureOf(keeper: Rollkeeper): Promise<RollkeeperError> {
  const failure: unknown = await keeper.sync({ full: true }).catch((error: unknown) => error);
  assert.ok(failure instanceof RunFailed, 'The run did not fail.');
  assert.equal(failure.report.status, 'failed');
  assert.ok(failure.cause instanceof RollkeeperError, String(failure.cause));
  assert.equal(failure.report.error?.code, failure.cause.code);
  assert.notEqual(failure.cause.remedy, '');
  return failure.cause;
}

/** The run fails with this code, and no row is touched; without the fault the next run succeeds. */
async function failsAs(
  t: TestContext,
  code: string,
  faults: readonly Fault[],
  options: SimulatorOptions = {},
): Promise<{ readonly error: RollkeeperError; readonly story: Scenario }> {
  const story = await synchronised(t, options);
  const before = story.everything();
  for (const fault of faults) story.entra.faults.add(fault);
  const error = await failureOf(story.keeper);
  assert.equal(error.code, code, error.message);
  assert.equal(story.everything(), before, 'rows are untouched');
  story.entra.faults.clear();
  const { report } = await story.keeper.sync();
  assert.equal(report.status, 'succeeded');
  assert.equal(report.users.softDeleted, 1);
  return { error, story };
}

describe('Graph failing', () => {
  test('past the retries fails the run, with where and what', async (t) => {
    const { error } = await failsAs(t, 'graph.failed', [
      { match: { path: members }, status: 503, body: '<html>busy</html>', times: always },
    ]);
    assert.equal(error.where?.status, 503);
    assert.match(error.where.path, /\/members/u);
  });

  test('for a moment is only retried: a page in mid-walk, a reset, a throttle, a cut answer', async (t) => {
    const story = await synchronised(t, { behaviour: { maxPageSize: 5 } });
    for (const fault of [
      { nth: 2, status: 500, body: 'oops' },
      { nth: 5, reset: true },
      { nth: 9, status: 429, headers: { 'Retry-After': '0.01' } },
      { nth: 14, status: 429 },
      { nth: 20, truncate: 40 },
      { nth: 27, status: 200, body: '<html>maintenance</html>' },
    ] satisfies readonly Fault[]) {
      story.entra.faults.add(fault);
    }
    const { report } = await story.keeper.sync({ full: true });
    assert.equal(report.users.softDeleted, 1);
    assert.equal(report.users.updated, 1);
    assert.equal(report.throttled, 2);
  });

  test('inside a batch is retried, and never read as absence', async (t) => {
    const story = await synchronised(t);
    for (const status of [429, 503, 500]) {
      story.entra.faults.add({ match: { inBatch: true }, nth: 2, times: 2, status, body: {} });
    }
    const { report } = await story.keeper.sync({ full: true });
    assert.equal(report.users.softDeleted, 1);
    assert.equal(report.users.updated, 1);
  });

  test('a quota that is used up slows the run down, and loses nobody', async (t) => {
    const plain = await scenario(t);
    await plain.keeper.sync();
    const story = await scenario(t, { behaviour: { quota: 20, retryAfter: 'fraction' } });
    const { report } = await story.keeper.sync();
    assert.equal(report.status, 'succeeded');
    assert.ok(report.throttled > 0);
    assert.equal(story.everything(), plain.everything());
  });

  test('inside a batch without end fails the run', async (t) => {
    await failsAs(t, 'graph.failed', [
      { match: { inBatch: true, path: /^\/users/u }, status: 429, times: always, body: {} },
    ]);
  });

  test('with a wait longer than the time that is left fails at once, and says when', async (t) => {
    const { error } = await failsAs(t, 'graph.failed', [
      { match: { path: members }, status: 429, headers: { 'Retry-After': '3600' }, times: always },
    ]);
    assert.match(error.message + error.remedy, /\d{4}-\d{2}-\d{2}T/u);
  });
});

describe('an answer that cannot be right (rule 15)', () => {
  for (const [fact, fault] of Object.entries<Fault>({
    'a page without value': { rewrite: (answer) => ({ ...answer, body: {} }) },
    'HTML under a 200': { status: 200, body: '<html>maintenance</html>', times: always },
    'half a body': { truncateCleanly: 30, times: always },
    'an error under a 200': {
      status: 200,
      body: { error: { code: 'generalException', message: 'oops' } },
      times: always,
    },
    'an object without an id': {
      rewrite: (answer) => ({ ...answer, body: { value: [{ displayName: 'nobody' }] } }),
    },
  })) {
    test(`${fact} is an error, never an empty list`, async (t) => {
      await failsAs(t, 'graph.bad_answer', [{ match: { path: members }, ...fault }]);
    });
  }

  test('a next link to another host is refused, and that host is never asked', async (t) => {
    const asked: string[] = [];
    const foreign = createServer((request, response) => {
      asked.push(request.headers.authorization ?? 'without a token');
      response.end('{"value":[]}');
    }).listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    t.after(() => foreign.close());
    const address = foreign.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { error } = await failsAs(t, 'graph.foreign_link', [
      {
        match: { path: members },
        rewrite: (answer) => ({
          ...answer,
          body: { value: [], '@odata.nextLink': `http://127.0.0.1:${port}/v1.0/groups/x/members` },
        }),
      },
    ]);
    assert.deepEqual(asked, []);
    assert.match(error.message, /127\.0\.0\.1/u);
  });

  test('a next link that loops ends the run, not the night', async (t) => {
    const story = await synchronised(t);
    const before = story.everything();
    const link = `${story.entra.url}/v1.0/groups/${story.groupId}/members?$skiptoken=again`;
    story.entra.faults.add({
      match: { path: members },
      times: always,
      status: 200,
      body: { value: [], '@odata.nextLink': link },
    });
    assert.equal((await failureOf(story.keeper)).code, 'graph.loop');
    assert.equal(story.everything(), before);
  });

  test('a lost place in a listing begins that listing again', async (t) => {
    const story = await synchronised(t, { behaviour: { maxPageSize: 5 } });
    for (const code of ['Directory_ExpiredPageToken', 'DirectoryPageTokenNotFoundException']) {
      story.entra.faults.add({
        match: { path: members, query: /skiptoken/u },
        nth: 2,
        status: 400,
        body: { error: { code, message: 'lost' } },
      });
    }
    const { report } = await story.keeper.sync({ full: true });
    assert.equal(report.users.softDeleted, 1);
  });
});

describe('permission', () => {
  test('lost in mid-read, everything null: the run fails, nobody is emptied (rule 9)', async (t) => {
    const { error } = await failsAs(t, 'graph.permission_lost', [
      {
        match: { inBatch: true, path: /^\/users$/u },
        nth: 3,
        rewrite: (answer) => ({ ...answer, body: nulled(answer.body) }),
      },
    ]);
    assert.match(error.remedy, /User\.Read\.All/u);
  });

  test('refused in mid-read is named', async (t) => {
    const { error } = await failsAs(t, 'graph.forbidden', [
      {
        match: { path: members },
        times: always,
        status: 403,
        body: {
          error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges' },
        },
      },
    ]);
    assert.match(`${error.message} ${error.remedy}`, /GroupMember\.Read\.All/u);
    assert.equal(error.where?.graphCode, 'Authorization_RequestDenied');
  });

  test('a token revoked in mid-read is renewed once', async (t) => {
    const story = await synchronised(t);
    story.entra.revokeTokens();
    const { report } = await story.keeper.sync();
    assert.equal(report.status, 'succeeded');
  });
});

function nulled(body: unknown): unknown {
  const page = body as { readonly value?: readonly Readonly<Record<string, unknown>>[] };
  const emptied = (item: Readonly<Record<string, unknown>>): object =>
    Object.fromEntries(Object.keys(item).map((name) => [name, name === 'id' ? item['id'] : null]));
  return { ...page, value: page.value?.map(emptied) };
}

describe('the token', () => {
  for (const [fact, options, code] of [
    ['a wrong secret', { MSGRAPH_CLIENT_SECRET: 'not-the-secret' }, /7000215/u],
    ['a wrong tenant', { MSGRAPH_TENANT_ID: '00000000-0000-4000-8000-00000000dead' }, /90002/u],
    [
      'an unknown application',
      { MSGRAPH_APPLICATION_ID: '00000000-0000-4000-8000-00000000beef' },
      /700016/u,
    ],
  ] as const) {
    test(`is refused for ${fact}, explained, and the secret never shown`, async (t) => {
      const story = await synchronised(t);
      const before = story.everything();
      const error = await failureOf(await story.reopened(options));
      assert.equal(error.code, 'token.refused');
      assert.match(`${error.message} ${error.where?.graphCode ?? ''}`, code);
      assert.equal(story.everything(), before);
      const secret = story.settings['MSGRAPH_CLIENT_SECRET'] ?? '';
      assert.ok(!JSON.stringify(error).includes(secret));
      assert.ok(!`${error.message}${error.stack ?? ''}`.includes('not-the-secret'));
    });
  }

  test('is refused for an expired secret', async (t) => {
    const story = await scenario(t, { credentials: { secretExpired: true } });
    const error = await failureOf(story.keeper);
    assert.equal(error.code, 'token.refused');
    assert.match(`${error.message} ${error.where?.graphCode ?? ''}`, /7000222/u);
  });

  test('is refused where nobody gave consent', async (t) => {
    const story = await scenario(t, { consented: false });
    assert.equal((await failureOf(story.keeper)).code, 'token.refused');
  });

  test('without a granted role proves nothing: Graph refuses', async (t) => {
    const story = await scenario(t, { permissions: [] });
    assert.equal((await failureOf(story.keeper)).code, 'graph.forbidden');
  });
});

describe('the group', () => {
  test('none of that name is told', async (t) => {
    const story = await scenario(t, {}, { MSGRAPH_GROUP_NAME_TO_SYNC: 'nobody has this name' });
    assert.equal((await failureOf(story.keeper)).code, 'group.not_found');
  });

  test('several of one name are told apart by their ids', async (t) => {
    const story = await scenario(t, {}, { MSGRAPH_GROUP_NAME_TO_SYNC: 'Duplicate' });
    const error = await failureOf(story.keeper);
    assert.equal(error.code, 'group.ambiguous');
    const twins = [...story.entra.tenant.groups()].filter(
      ({ displayName }) => displayName === 'Duplicate',
    );
    assert.ok(twins.length > 1);
    for (const { id } of twins) assert.ok(error.message.includes(id));
  });

  test('with an apostrophe in its name is found', async (t) => {
    const story = await scenario(t, {}, { MSGRAPH_GROUP_NAME_TO_SYNC: "O'Neil's team" });
    assert.equal((await story.keeper.sync()).report.status, 'succeeded');
  });

  test('gone is never looked up by name again in silence', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const before = story.everything();
    story.entra.tenant.deleteGroup(story.groupId);
    story.entra.tenant.createGroup({
      displayName: story.settings['MSGRAPH_GROUP_NAME_TO_SYNC'] ?? '',
    });
    assert.equal((await failureOf(story.keeper)).code, 'group.gone');
    assert.equal(story.everything(), before);
  });

  for (const hiddenMembership of ['forbidden', 'empty'] as const) {
    test(`with a hidden membership is told from an empty one (${hiddenMembership})`, async (t) => {
      const story = await scenario(t, { behaviour: { hiddenMembership } });
      await story.keeper.sync();
      const before = story.everything();
      story.entra.tenant.updateGroup(story.groupId, { visibility: 'HiddenMembership' });
      const error = await failureOf(story.keeper);
      assert.equal(error.code, 'group.hidden');
      assert.match(error.remedy, /Member\.Read\.Hidden/u);
      assert.equal(story.everything(), before);
    });
  }
});

test('a hidden membership whose members are shown by type and id is read as it is', async (t) => {
  const story = await scenario(t, { behaviour: { hiddenMembership: 'nulls' } });
  await story.keeper.sync();
  const before = story.everything();
  story.entra.tenant.updateGroup(story.groupId, { visibility: 'HiddenMembership' });
  for (const full of [false, true]) {
    const { report } = await story.keeper.sync({ full });
    assert.equal(report.users.softDeleted, 0);
  }
  const visible = (text: string): string =>
    text.replaceAll('"visibility":"HiddenMembership"', '"visibility":null');
  assert.equal(visible(story.everything()), visible(before));
});

describe('where the facts are open', () => {
  const behaviours: readonly NonNullable<SimulatorOptions['behaviour']>[] = [
    { expandManagerSelect: 'refused' },
    { expandManagerSelect: 'silent' },
    { expandManager: 'refused', expandManagerSelect: 'refused' },
    { expandManager: 'silent', expandManagerSelect: 'silent' },
    { idIn: 'refused' },
    { idIn: 'refused', expandManager: 'refused', expandManagerSelect: 'refused' },
    { topTooLarge: 'error' },
    { topTooLarge: 'ignore' },
    { maxPageSize: 5 },
    { emptyPages: true, maxPageSize: 7 },
    { absentManager: 'null' },
    { headerCase: 'upper', errorCase: 'innererror' },
    { servicePrincipalMembers: 'listed' },
  ];
  for (const behaviour of behaviours) {
    test(`the rows are the same with ${JSON.stringify(behaviour)}`, async (t) => {
      const plain = await scenario(t);
      await plain.keeper.sync();
      const other = await scenario(t, { behaviour });
      await other.keeper.sync();
      assert.equal(other.everything(), plain.everything());
    });
  }
});
