import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { command } from './command.ts';
import { listener } from './listener.ts';
import { directMembers, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const threshold = { ROLLKEEPER_DELETION_THRESHOLD: '5,100%,5' };

function leave(story: Scenario, count: number): void {
  for (const id of directMembers(story).slice(0, count)) {
    story.entra.tenant.removeMember(story.groupId, id);
  }
}

describe('rollkeeper status', () => {
  test('says that nothing was done yet, and exits 9', async (t) => {
    const { settings } = await scenario(t);
    const ended = await command(['status'], { env: settings });
    assert.equal(ended.code, 9, ended.stderr);
    assert.match(ended.stdout, /never/u);
  });

  test('shows tenant, scope, success and people in scope on one screen, and exits 0', async (t) => {
    const story = await scenario(t);
    const { report } = await story.keeper.sync();
    const ended = await command(['status'], { env: story.settings });
    assert.equal(ended.code, 0, ended.stderr);
    for (const text of [story.tenantId, story.groupId, 'run 1', String(report.users.inScope)]) {
      assert.ok(ended.stdout.includes(text), text);
    }
    const json = await command(['status', '--json'], { env: story.settings });
    const status = JSON.parse(json.stdout) as Record<string, unknown>;
    assert.deepEqual(Object.keys(status), [
      'tenantId',
      'scope',
      'inScope',
      'lastSuccess',
      'stale',
      'staleAfterMs',
      'lastRun',
      'held',
      'nextRunAt',
      'paused',
    ]);
    assert.equal(status['inScope'], report.users.inScope);
  });

  test('exits 9 when the last success is too old, 6 while anything is held', async (t) => {
    const story = await scenario(t, {}, threshold);
    await story.keeper.sync();
    leave(story, 6);
    assert.equal((await story.keeper.sync()).report.held, 6);
    const held = await command(['status'], { env: story.settings });
    assert.equal(held.code, 6, held.stderr);
    assert.match(held.stdout, /6 people leaving[^\n]*by run 2/u);
    await new Promise((done) => setTimeout(done, 20));
    const stale = await command(['status'], {
      env: { ...story.settings, ROLLKEEPER_STALE_AFTER: '0.01s' },
    });
    assert.equal(stale.code, 9, stale.stderr);
    await story.keeper.reject(story.tenantId, 2, { by: 'operator' });
    assert.equal((await command(['status'], { env: story.settings })).code, 0);
  });

  test('shows a pause, who made it and until when', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const words = ['pause', '--removals', '--for', '4h', '--by', 'Ada', '--reason', 'migration'];
    const paused = await command(words, { env: story.settings });
    assert.equal(paused.code, 0, paused.stderr);
    assert.match((await command(['status'], { env: story.settings })).stdout, /paused by Ada/u);
    assert.equal((await command(['resume'], { env: story.settings })).code, 0);
    assert.match((await command(['status'], { env: story.settings })).stdout, /go on/u);
    assert.equal((await command(['pause'], { env: story.settings })).code, 2);
  });
});

describe('rollkeeper runs', () => {
  test('approve asks first, performs, and is written down; show tells it', async (t) => {
    const story = await scenario(t, {}, threshold);
    const env = story.settings;
    await story.keeper.sync();
    leave(story, 6);
    assert.equal((await command(['sync'], { env })).code, 6);
    assert.equal((await command(['sync'], { env })).code, 6, 'while anything is held');
    const unconfirmed = await command(['runs', 'approve', '2'], { env });
    assert.equal(unconfirmed.code, 2);
    assert.match(unconfirmed.stderr, /soft-delete[\s\S]*--yes/u);
    const words = ['runs', 'approve', '2', '--yes', '--by', 'Ada', '--reason', 'Oslo has closed'];
    const approved = await command(words, { env });
    assert.equal(approved.code, 0, approved.stderr);
    const shown = await command(['runs', 'show', '2'], { env });
    assert.match(shown.stdout, /approved by Ada[^\n]*Oslo has closed/u);
    assert.match(shown.stdout, /0 wait for a decision/u);
    assert.equal((await command(['runs', 'approve', '2', '--yes'], { env })).code, 2);
    assert.equal((await command(['sync'], { env })).code, 0);
  });

  test('reject keeps people, and says how many', async (t) => {
    const story = await scenario(t, {}, threshold);
    const env = story.settings;
    await story.keeper.sync();
    leave(story, 6);
    await story.keeper.sync();
    const rejected = await command(['runs', 'reject', '2'], { env });
    assert.equal(rejected.code, 0, rejected.stderr);
    assert.match(rejected.stdout, /Rejected 6 removals/u);
    assert.equal((await command(['sync'], { env })).code, 0);
    assert.equal((await command(['runs', 'reject', '2'], { env })).code, 2);
    assert.equal((await command(['runs', 'cancel', '2'], { env })).code, 2, 'it has ended');
  });
});

describe('ROLLKEEPER_NOTIFY_URL', () => {
  test('is told once of what is held, and once that it is over', async (t) => {
    const { url, notices } = await listener(t);
    const story = await scenario(t, {}, { ...threshold, ROLLKEEPER_NOTIFY_URL: url });
    await story.keeper.sync();
    leave(story, 6);
    await story.keeper.sync();
    await story.keeper.sync();
    assert.deepEqual(
      notices.map(({ event, run, held }) => [event, run, held.leaving]),
      [['held', 2, 6]],
    );
    const [{ tenantId, text, error } = {}] = notices;
    assert.deepEqual([tenantId, error], [story.tenantId, null]);
    assert.match(text ?? '', /6 people leaving/u);
    await story.keeper.approve(story.tenantId, 2, { by: 'operator' });
    await story.keeper.sync();
    assert.deepEqual(
      notices.slice(1).map(({ event, over }) => [event, over]),
      [['recovered', ['held']]],
    );
  });

  test('is told of the third failure in a row, of a success that is too old, and of recovery', async (t) => {
    const { url, notices } = await listener(t);
    const changes = { ROLLKEEPER_NOTIFY_URL: url, ROLLKEEPER_STALE_AFTER: '0.001s' };
    const story = await scenario(t, {}, changes);
    await story.keeper.sync();
    await new Promise((done) => setTimeout(done, 5));
    const fault = story.entra.faults.add({
      match: { path: /members$/u },
      status: 404,
      body: '<html></html>',
      times: Number.POSITIVE_INFINITY,
    });
    for (let run = 0; run < 4; run += 1) await assert.rejects(story.keeper.sync({ full: true }));
    assert.deepEqual(
      notices.map(({ event, failures }) => [event, failures]),
      [
        ['stale', 1],
        ['failed_repeatedly', 3],
      ],
    );
    assert.equal(notices[1]?.error?.code, 'graph.not_found');
    assert.ok(notices[1]?.lastSuccessAt);
    fault.remove();
    await story.keeper.sync();
    await story.keeper.sync();
    assert.deepEqual(
      notices.slice(2).map(({ event, over }) => [event, over]),
      [['recovered', ['failed_repeatedly', 'stale']]],
    );
  });

  test('that answers 500 leaves a warning in the report and no secret, fails no run, and is told by the next', async (t) => {
    const { url, notices, answers } = await listener(t);
    const story = await scenario(t, {}, { ...threshold, ROLLKEEPER_NOTIFY_URL: url });
    await story.keeper.sync();
    leave(story, 6);
    answers(500);
    const { report } = await story.keeper.sync();
    assert.equal(report.status, 'quarantined');
    assert.match(
      report.warnings?.join() ?? '',
      /“held” was not delivered: the address answered 500/u,
    );
    assert.doesNotMatch(JSON.stringify(report), /secret-part/u);
    const stored = await story.keeper.run(story.tenantId, report.run);
    assert.match(stored?.report ?? '', /was not delivered/u);
    answers(200);
    await story.keeper.sync();
    assert.deepEqual(
      notices.map(({ event }) => event),
      ['held'],
    );
  });

  test('is told nothing by a dry run', async (t) => {
    const { url, notices } = await listener(t);
    const story = await scenario(t, {}, { ...threshold, ROLLKEEPER_NOTIFY_URL: url });
    await story.keeper.sync();
    leave(story, 6);
    await story.keeper.plan();
    assert.deepEqual(notices, []);
  });
});
