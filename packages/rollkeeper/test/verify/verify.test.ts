import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { defaultBehaviour } from 'entra-simulator';
import type { Behaviour, SimulatorOptions } from 'entra-simulator';

import { verify } from '../../src/open.ts';
import type { VerifiedAnswer } from '../../src/open.ts';
import { questions } from '../../src/verify/verify.ts';
import { command } from '../scenarios/command.ts';
import { quick, scenario } from '../scenarios/scenario.ts';
import type { Scenario } from '../scenarios/scenario.ts';

interface Verified {
  readonly report: string;
  readonly story: Scenario;
  /** What was seen, by the name of the question. */
  readonly seen: ReadonlyMap<string, VerifiedAnswer['seen']>;
}

async function verified(
  context: TestContext,
  options: SimulatorOptions = {},
  changes: Readonly<Record<string, string>> = {},
): Promise<Verified> {
  const story = await scenario(context, options);
  const seen = new Map<string, VerifiedAnswer['seen']>();
  const report = await verify(
    { ...story.settings, ...changes },
    {
      version: '1.2.3',
      limits: quick,
      onAnswer: (answer) => void seen.set(answer.question.name, answer.seen),
    },
  );
  return { report, story, seen };
}

const readings = (seen: Verified['seen']): Readonly<Record<string, string>> =>
  Object.fromEntries([...seen].map(([name, { reading }]) => [name, reading]));

test('every question is asked, and the simulator as it is answers as expected or has nothing to tell it by', async (t) => {
  const { seen, report } = await verified(t, { users: 1_100 });
  assert.deepEqual(
    [...seen.keys()],
    questions.map(({ name }) => name),
  );
  const open = new Set([
    'count-agrees-with-the-list',
    'removed-in-a-first-round',
    'soft-deleted-security-groups',
  ]);
  for (const [name, { reading, what }] of seen) {
    if (!open.has(name)) assert.equal(reading, 'as expected', `${name}: ${what}`);
  }
  for (const { name, expected, either } of questions) {
    assert.ok(report.includes(`## ${name}: `));
    assert.ok(report.includes(expected));
    assert.ok(report.includes(either));
  }
});

/** For each switch of the simulator its other way, and the question that tells it. */
const others: readonly (readonly [name: string, behaviour: Partial<Behaviour>])[] = [
  ['top-above-the-maximum', { topTooLarge: 'ignore' }],
  ['top-above-the-maximum', { topTooLarge: 'error' }],
  ['users-by-fifteen-ids', { idIn: 'refused' }],
  ['users-by-first-letter', { startsWithUpn: 'refused' }],
  ['users-by-several-first-letters', { orOfStartsWith: 'refused' }],
  ['count-agrees-with-the-list', { countLag: 2 }],
  ['users-from-a-name-on', { geUpn: 'ok' }],
  ['managers-with-the-list', { expandManager: 'refused' }],
  ['managers-with-the-list', { expandManager: 'silent' }],
  ['selected-managers-with-the-list', { expandManagerSelect: 'refused' }],
  ['selected-managers-with-the-list', { expandManagerSelect: 'silent' }],
  ['nobody-above-in-a-list', { absentManager: 'null' }],
  ['service-principals-among-members', { servicePrincipalMembers: 'listed' }],
  ['members-that-are-users-only', { castNeedsAdvanced: true }],
  ['delta-from-now-on', { deltaTokenLatest: 'refused' }],
  ['group-delta-from-now-on', { deltaTokenLatest: 'refused' }],
  ['delta-page-size', { deltaPageSize: 50 }],
];

for (const [name, behaviour] of others) {
  test(`${name} is seen otherwise where ${JSON.stringify(behaviour)}`, async (t) => {
    const { seen } = await verified(t, { users: 150, behaviour });
    assert.equal(seen.get(name)?.reading, 'otherwise', seen.get(name)?.what);
  });
}

test('a page of fewer than 999 users with their managers is seen', async (t) => {
  const { seen } = await verified(t, { users: 150, behaviour: { maxPageSize: 120 } });
  assert.deepEqual(seen.get('page-size-with-managers'), {
    reading: 'otherwise',
    what: 'A page of 120 users.',
  });
});

test('a group’s members in slices are counted', async (t) => {
  const { seen } = await verified(t, { users: 150, behaviour: { memberSlice: 40 } });
  const { reading, what = '' } = seen.get('group-delta-shows-members') ?? {};
  assert.equal(reading, 'as expected');
  assert.match(what, /of 40, 40/u);
});

test('a first letter that nothing counts is seen', async (t) => {
  const story = await scenario(t, { users: 60 });
  story.entra.tenant.createUser({ userPrincipalName: 'ö.outside@larkfield.example' });
  const found: VerifiedAnswer[] = [];
  const onAnswer = (answer: VerifiedAnswer): void => void found.push(answer);
  await verify(story.settings, { version: '1', limits: quick, onAnswer });
  const { seen } = found.find(({ question }) => question.name === 'first-letters-add-up') ?? {};
  assert.equal(seen?.reading, 'otherwise', seen?.what);
});

test('where everyone is in scope, nothing is asked of a group', async (t) => {
  const { seen } = await verified(
    t,
    {},
    { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' },
  );
  const asked = readings(seen);
  for (const name of ['members-with-their-types', 'group-delta-shows-members']) {
    assert.equal(asked[name], 'not seen');
  }
});

test('a question whose request fails is not seen, and the others are asked', async (t) => {
  const story = await scenario(t);
  story.entra.faults.add({
    match: { path: '/users/$count' },
    status: 500,
    times: Number.POSITIVE_INFINITY,
  });
  const report = await verify(story.settings, { version: '1', limits: { ...quick, tries: 2 } });
  assert.match(report, /## first-letters-add-up: \*not seen\*/u);
  assert.match(report, /The request failed: graph\.failed \(500/u);
  assert.match(report, /## refused-delta-token: as expected/u);
});

test('it only reads, and the report names nobody', async (t) => {
  const { report, story } = await verified(t, { users: 150 });
  for (const { method, url } of story.entra.requests) {
    assert.ok(method === 'GET' || /\$batch$|\/token$/u.test(url), `${method} ${url}`);
  }
  for (const { batch = [] } of story.entra.requests) {
    for (const { method } of batch) assert.equal(method, 'GET');
  }
  const { tenant } = story.entra;
  const secrets = [
    tenant.id,
    tenant.displayName,
    ...tenant.verifiedDomains,
    story.settings['MSGRAPH_CLIENT_SECRET'] ?? '',
    story.settings['MSGRAPH_APPLICATION_ID'] ?? '',
    ...[...tenant.users()].flatMap(({ id, userPrincipalName, displayName, mail }) => [
      id,
      userPrincipalName,
      displayName ?? '',
      mail ?? '',
    ]),
    ...[...tenant.groups()].flatMap(({ id, displayName }) => [id, displayName]),
  ];
  for (const secret of secrets.filter((text) => text.length > 1)) {
    assert.equal(report.includes(secret), false, secret);
  }
  assert.equal(/[0-9a-f]{8}-[0-9a-f]{4}-/u.test(report), false, 'no id of anything');
});

test('the command writes its report whole and ends with 0, or says why not', async (t) => {
  const { settings } = await scenario(t);
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-verify-'));
  t.after(async () => await rm(folder, { recursive: true }));
  const output = join(folder, 'report.md');
  const ended = await command(['verify', '--output', output], { env: settings, cwd: folder });
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(ended.stdout, '');
  assert.match(await readFile(output, 'utf8'), /^# What this tenant does/u);
  const shown = await command(['verify', '--output', '-'], { env: settings, cwd: folder });
  assert.match(shown.stdout, /^# What this tenant does/u);
  const wrong = { ...settings, MSGRAPH_CLIENT_SECRET: 'wrong-secret-value' };
  const refused = await command(['verify', '--output', output], { env: wrong, cwd: folder });
  assert.equal(refused.code, 3);
  const nowhere = join(folder, 'no', 'such', 'folder', 'report.md');
  const unwritable = await command(['verify', '--output', nowhere], { env: settings, cwd: folder });
  assert.equal(unwritable.code, 2);
});

test('docs/verified.md lists every question, and every switch of the simulator', async () => {
  const page = await readFile(new URL('../../../../docs/verified.md', import.meta.url), 'utf8');
  for (const { name } of questions) assert.ok(page.includes(`\`${name}\``), name);
  for (const name of Object.keys(defaultBehaviour)) assert.ok(page.includes(`\`${name}\``), name);
});
