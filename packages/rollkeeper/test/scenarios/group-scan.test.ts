import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { SimulatorOptions } from 'entra-simulator';

import { memberIds, pick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const always = Number.POSITIVE_INFINITY;
/** Most of the tenant is in the group: reading it whole is about as soon done. */
const most: SimulatorOptions = { users: 700, members: 600 };
const smallPages = { maxPageSize: 50 } as const;
const lane = { path: '/users', query: /^\$filter=startsWith/u } as const;

/** The same tenant with its people asked for by id: without counts there is no other way. */
async function byId(t: TestContext, options: SimulatorOptions): Promise<Scenario> {
  const story = await scenario(t, options);
  story.entra.faults.add({
    match: { inBatch: true, query: /\$count=true/u },
    times: always,
    status: 400,
    body: { error: { code: 'Request_UnsupportedQuery' } },
  });
  const { report } = await story.keeper.sync();
  assert.equal(report.strategy?.people, 'by-id');
  return story;
}

describe('a group that holds most of its tenant', () => {
  test('is read from the tenant’s list, and the rows are those of asking by id', async (t) => {
    const story = await scenario(t, most);
    const { report } = await story.keeper.sync();
    assert.equal(report.strategy?.people, 'page-walk');
    assert.equal(story.everything(), (await byId(t, most)).everything());
  });

  test('is read in lanes where the list is long, and the rows are the same', async (t) => {
    const story = await scenario(t, { ...most, behaviour: smallPages });
    const { report } = await story.keeper.sync();
    assert.equal(report.strategy?.people, 'lanes');
    assert.match(report.strategy.because, /round trips by id/u);
    assert.equal(story.everything(), (await byId(t, most)).everything());
    const { report: again } = await story.keeper.sync();
    assert.equal(again.users.unchanged, again.users.inScope);
  });

  test('asks by id for a member whom no lane showed', async (t) => {
    const story = await scenario(t, { ...most, behaviour: smallPages });
    const hidden = pick(memberIds(story, 'user'), -1);
    story.entra.faults.add({
      match: { path: '/users' },
      times: always,
      rewrite: (answer) => ({ ...answer, body: without(answer.body, hidden) }),
    });
    const { report } = await story.keeper.sync();
    assert.equal(report.strategy?.people, 'lanes');
    assert.equal(story.everything(), (await byId(t, most)).everything());
  });

  for (const [what, behaviour] of [
    ['startsWith', { startsWithUpn: 'refused' }],
    ['or', { orOfStartsWith: 'refused' }],
  ] as const) {
    test(`is asked for by id where Graph refuses ${what}`, async (t) => {
      const story = await scenario(t, { ...most, behaviour: { ...smallPages, ...behaviour } });
      const { report } = await story.keeper.sync();
      assert.equal(report.strategy?.people, 'by-id');
      assert.match(report.strategy.because, /Graph refused a lane/u);
      assert.equal(story.everything(), (await byId(t, most)).everything());
    });
  }

  test('keeps nobody who is not a member: they are dropped as they arrive', async (t) => {
    const story = await scenario(t, { ...most, behaviour: smallPages });
    await story.keeper.sync();
    const { total } = pick(story.rows('SELECT count(*) AS total FROM microsoft_graph_users'));
    assert.equal(total, 600);
  });

  test('is read again from the beginning of a lane that lost its place', async (t) => {
    const story = await scenario(t, { ...most, behaviour: { maxPageSize: 20 } });
    const fault = story.entra.faults.add({
      match: { ...lane, query: /startsWith.*skiptoken/u },
      times: 2,
      status: 400,
      body: { error: { code: 'Directory_ExpiredPageToken', message: 'lost' } },
    });
    const { report } = await story.keeper.sync();
    assert.equal(fault.hits, 2);
    assert.equal(report.strategy?.people, 'lanes');
    assert.equal(story.everything(), (await byId(t, most)).everything());
  });
});

test('where Graph refuses id in (…), a large group is read from the tenant’s list after all', async (t) => {
  const options = { users: 20_000, members: 3_000, nested: false, odd: false };
  const story = await scenario(t, { ...options, behaviour: { idIn: 'refused' } });
  const { report } = await story.keeper.sync();
  assert.equal(report.strategy?.people, 'lanes');
  assert.equal(report.users.created, 3_000);
  const expected = await scenario(t, options);
  const plain = await expected.keeper.sync();
  assert.equal(plain.report.strategy?.people, 'by-id');
  assert.equal(story.everything(), expected.everything());
});

test('a lost place in the answer to a batch begins that listing again, and is no refusal', async (t) => {
  const options = { users: 60, behaviour: { maxPageSize: 5 } };
  const story = await scenario(t, options);
  const fault = story.entra.faults.add({
    match: { path: '/users', query: /id in .*skiptoken/u },
    times: 2,
    status: 400,
    body: { error: { code: 'DirectoryPageTokenNotFoundException', message: 'lost' } },
  });
  const { report } = await story.keeper.sync();
  assert.equal(fault.hits, 2);
  assert.equal(report.status, 'succeeded');
  const inner = story.entra.requests.flatMap(({ batch }) => batch ?? []);
  assert.ok(
    !inner.some(({ url }) => /^\/users\/[\da-f-]+\?/u.test(url)),
    'nobody was asked for singly',
  );
});

function without(body: unknown, id: string): unknown {
  const page = body as { readonly value?: readonly { readonly id: string }[] };
  return page.value === undefined
    ? body
    : { ...page, value: page.value.filter((user) => user.id !== id) };
}
