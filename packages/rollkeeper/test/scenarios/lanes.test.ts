import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Fault, SimulatorOptions } from 'entra-simulator';

import { pick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const everyone = { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' };
const always = Number.POSITIVE_INFINITY;
/** Twelve pages and more for sixty people, so that lanes pay. */
const smallPages = { maxPageSize: 5 } as const;
const lane = { path: '/users', query: /^\$filter=startsWith/u } as const;

async function tenant(t: TestContext, options: SimulatorOptions = {}): Promise<Scenario> {
  return await scenario(
    t,
    { ...options, behaviour: { ...smallPages, ...options.behaviour } },
    everyone,
  );
}

/** The same tenant read from page to page, as text to compare. */
async function plainly(t: TestContext, options: SimulatorOptions = {}): Promise<string> {
  const story = await scenario(t, options, everyone);
  const { report } = await story.keeper.sync();
  assert.equal(report.strategy?.people, 'page-walk');
  return story.everything();
}

describe('a tenant of many pages', () => {
  test('is read in lanes, and the rows are those of the plain list', async (t) => {
    const story = await tenant(t);
    const { report } = await story.keeper.sync();
    assert.equal(report.strategy?.people, 'lanes');
    assert.ok(report.strategy.lanes > 1);
    assert.equal(story.everything(), await plainly(t));
    const again = await story.keeper.sync();
    assert.equal(again.report.users.unchanged, again.report.users.inScope);
  });

  test('is read in lanes whatever letter case user names have, and whatever character they begin with', async (t) => {
    const story = await tenant(t);
    const { tenant: directory } = story.entra;
    for (const name of ['ANNA.UPPER', 'Zed', '0800', "'quoted", '#hash', '_under', '$money', 'a']) {
      directory.createUser({ userPrincipalName: `${name}@larkfield.example`, displayName: name });
    }
    const { report } = await story.keeper.sync();
    assert.equal(report.strategy?.people, 'lanes');
    assert.equal(report.users.created, [...directory.users()].length);
  });

  for (const [what, behaviour, because] of [
    ['startsWith is refused', { startsWithUpn: 'refused' }, /refused a lane/u],
    ['startsWith joined by or is refused', { orOfStartsWith: 'refused' }, /refused a lane/u],
  ] as const) {
    test(`is read from page to page where ${what}, with managers as before`, async (t) => {
      const story = await tenant(t, { behaviour });
      const { report } = await story.keeper.sync();
      assert.equal(report.strategy?.people, 'page-walk');
      assert.match(report.strategy.because, because);
      assert.equal(story.everything(), await plainly(t));
      const managers = story.entra.requests.flatMap(({ batch }) => batch ?? []);
      assert.ok(!managers.some(({ url }) => /\/manager/u.test(url)), 'expanding still worked');
    });
  }

  test('is read from page to page where somebody’s name begins in no way that is thought of', async (t) => {
    const story = await tenant(t);
    story.entra.tenant.createUser({ userPrincipalName: 'émile@larkfield.example' });
    const { report } = await story.keeper.sync();
    assert.equal(report.strategy?.people, 'page-walk');
    assert.match(report.strategy.because, /add up to \d+ of \d+/u);
    assert.equal(report.users.created, [...story.entra.tenant.users()].length);
  });

  test('keeps a lane whole where names go on in a way that is not thought of', async (t) => {
    const story = await tenant(t);
    for (const letter of 'éèêëàâîïôûùçñöäü') {
      story.entra.tenant.createUser({ userPrincipalName: `q${letter}@larkfield.example` });
    }
    const { report } = await story.keeper.sync();
    assert.equal(report.strategy?.people, 'lanes');
    assert.equal(report.users.created, [...story.entra.tenant.users()].length);
  });

  test('is read again from page to page where a lane missed somebody', async (t) => {
    const story = await tenant(t);
    const { id } = pick([...story.entra.tenant.users()], -1);
    story.entra.faults.add({
      match: lane,
      times: always,
      rewrite: (answer) => ({ ...answer, body: without(answer.body, id) }),
    });
    const { report } = await story.keeper.sync();
    assert.equal(report.strategy?.people, 'page-walk');
    assert.match(report.strategy.because, /the lanes add up to \d+ of \d+ users/u);
    assert.equal(report.users.created, [...story.entra.tenant.users()].length);
  });

  test('is not read again for somebody who left meanwhile: it is counted once more', async (t) => {
    const story = await tenant(t);
    const leaver = pick([...story.entra.tenant.users()], -1);
    const users = [...story.entra.tenant.users()].length;
    const fault = story.entra.faults.add({
      match: lane,
      rewrite: (answer) => {
        story.entra.tenant.deleteUser(leaver.id);
        return answer;
      },
    });
    // Whether the leaver's lane is read before or after, nobody else is missing.
    const { report } = await story.keeper.sync();
    assert.equal(fault.hits, 1);
    assert.equal(report.strategy?.people, 'lanes');
    assert.ok(report.users.created >= users - 1);
  });

  for (const countLag of [1, 20]) {
    test(`is read whole where counts lag by ${countLag}`, async (t) => {
      const story = await tenant(t, { behaviour: { countLag } });
      const { report } = await story.keeper.sync();
      assert.equal(report.strategy?.people, 'lanes');
      assert.equal(report.users.created, [...story.entra.tenant.users()].length);
    });
  }

  for (const [what, fault] of Object.entries<Fault>({
    'are refused': { status: 400, body: { error: { code: 'Request_UnsupportedQuery' } } },
    'bring no number': { rewrite: (answer) => ({ ...answer, body: { value: [] } }) },
    fail: { status: 500, body: {} },
  })) {
    test(`is read from page to page where counts ${what}, which fails no run`, async (t) => {
      const story = await tenant(t);
      const match = { inBatch: true, query: /\$count=true/u };
      story.entra.faults.add({ match, times: always, ...fault });
      const { report } = await story.keeper.sync();
      assert.equal(report.status, 'succeeded');
      assert.equal(report.strategy?.people, 'page-walk');
      assert.equal(report.users.created, [...story.entra.tenant.users()].length);
    });
  }

  for (const code of ['Directory_ExpiredPageToken', 'DirectoryPageTokenNotFoundException']) {
    test(`survives ${code} in a lane: that lane begins again, and what comes twice does no harm`, async (t) => {
      const story = await tenant(t, { behaviour: { maxPageSize: 2 } });
      const fault = story.entra.faults.add({
        match: { path: '/users', query: /startsWith.*skiptoken/u },
        nth: 2,
        times: 3,
        status: 400,
        body: { error: { code, message: 'lost' } },
      });
      const { report } = await story.keeper.sync();
      assert.equal(fault.hits, 3);
      assert.equal(report.strategy?.people, 'lanes');
      assert.equal(story.everything(), await plainly(t));
    });

    test(`fails where ${code} never ends, and is not taken for a refusal`, async (t) => {
      const story = await tenant(t, { behaviour: { maxPageSize: 2 } });
      story.entra.faults.add({
        match: { path: '/users', query: /skiptoken/u },
        times: always,
        status: 400,
        body: { error: { code, message: 'lost' } },
      });
      await assert.rejects(story.keeper.sync(), /lost/u);
      const plain = story.entra.requests.filter(({ url }) => /^\/v1.0\/users\?/u.test(url));
      assert.ok(!plain.some(({ url }) => !url.includes('startsWith') && url.includes('skiptoken')));
    });
  }

  for (const [what, value] of [
    ['brings nobody', () => []],
    ['brings the same people', (page: readonly unknown[]) => Array(999).fill(page[0]) as unknown[]],
  ] as const) {
    test(`whose lane has no end, ever with a new link, and ${what}, fails the run`, async (t) => {
      const story = await tenant(t);
      let first: readonly unknown[] = [];
      let link = 0;
      story.entra.faults.add({
        match: { path: '/users', query: /^\$filter=startsWith\(userPrincipalName,'m/u },
        times: always,
        rewrite: (answer) => {
          link += 1;
          const page = answer.body as { readonly value?: readonly unknown[] };
          const next = `${story.entra.url}/v1.0/users?$filter=startsWith(userPrincipalName,'m')&$skiptoken=${link}`;
          const body = { value: value(page.value ?? first), '@odata.nextLink': next };
          first = page.value ?? first;
          return { ...answer, status: 200, body };
        },
      });
      const failure: unknown = await story.keeper.sync().catch((error: unknown) => error);
      assert.match(String(failure), /no end/u);
    });
  }
});

describe('where the facts are open, in lanes too', () => {
  const behaviours: readonly NonNullable<SimulatorOptions['behaviour']>[] = [
    { expandManagerSelect: 'refused' },
    { expandManagerSelect: 'silent' },
    { expandManager: 'refused', expandManagerSelect: 'refused' },
    { expandManager: 'silent', expandManagerSelect: 'silent' },
    { topTooLarge: 'error' },
    { topTooLarge: 'ignore' },
    { castNeedsAdvanced: true },
    { emptyPages: true },
    { absentManager: 'null' },
    { geUpn: 'ok' },
  ];
  for (const behaviour of behaviours) {
    test(`the rows are the same with ${JSON.stringify(behaviour)}`, async (t) => {
      const story = await tenant(t, { behaviour });
      const { report } = await story.keeper.sync();
      assert.equal(report.strategy?.people, 'lanes');
      assert.equal(story.everything(), await plainly(t));
    });
  }
});

function without(body: unknown, id: string): unknown {
  const page = body as { readonly value: readonly { readonly id: string }[] };
  return { ...page, value: page.value.filter((user) => user.id !== id) };
}
