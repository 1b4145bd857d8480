import assert from 'node:assert/strict';
import { test } from 'node:test';

import { long } from '../long.ts';
import { command, start } from './command.ts';
import { directMembers, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const kills = long ? 200 : 20;

/** People join, change, leave and are deleted; the same each time. */
function change(story: Scenario, people: readonly string[], round: number): void {
  const { tenant } = story.entra;
  // Nobody leaves who joined or changed meanwhile: their last row would depend on which runs saw them.
  const [leaver = '', deleted = ''] = people.slice(2 * Math.floor(round / 5));
  tenant.removeMember(story.groupId, leaver);
  tenant.deleteUser(deleted);
  for (const id of people.slice(-10)) {
    tenant.updateUser(id, { jobTitle: `Round ${round}` });
  }
  const joiner = tenant.createUser({
    displayName: `Joiner ${round}`,
    createdDateTime: '2026-01-01T00:00:00Z',
  });
  tenant.addMember(story.groupId, joiner.id);
}

test(`a run killed with SIGKILL at ${kills} random moments and then completed gives the rows of an undisturbed one (rule 14)`, async (t) => {
  // Two people leave after every fifth kill, and nobody of them joined or changed meanwhile. In a day they are many.
  const options = { users: long ? 800 : 200, latencyMs: 5 };
  const changes = { ROLLKEEPER_DELETION_THRESHOLD: 'off' };
  const disturbed = await scenario(t, options, changes);
  const calm = await scenario(t, options, changes);
  // A random moment of a run's life, which the first, undisturbed run measures; the rest is the test's.
  const measured = performance.now();
  assert.equal((await command(['sync'], { env: calm.settings })).code, 0);
  const life = performance.now() - measured;
  const people = directMembers(calm);
  assert.ok(people.length > (2 * kills) / 5 + 12, 'nobody both leaves and changes');

  let killed = 0;
  for (let round = 0; round < kills; round += 1) {
    const run = start(['sync', '--json'], { env: disturbed.settings });
    const timer = setTimeout(() => run.process.kill('SIGKILL'), Math.random() * life);
    const ended = await run.ended;
    clearTimeout(timer);
    if (ended.signal === 'SIGKILL') killed += 1;
    else assert.equal(ended.code, 0, ended.stderr);
    if (round % 5 !== 4) continue;
    // A first run has to see those who leave next: whoever it never saw has no row to keep.
    if (round === 4) assert.equal((await command(['sync'], { env: disturbed.settings })).code, 0);
    change(disturbed, people, round);
    change(calm, people, round);
  }
  assert.ok(killed > 0, 'at least one run was killed');

  const after = await command(['sync', '--json'], { env: disturbed.settings });
  assert.equal(after.code, 0, after.stderr);
  assert.equal((await command(['sync'], { env: calm.settings })).code, 0);
  assert.equal(disturbed.everything(), calm.everything());
  const left = disturbed.rows(`SELECT id FROM microsoft_graph_users`);
  assert.ok(left.length > 0);
  const runs = await disturbed.keeper.runs(disturbed.tenantId, { limit: 100 });
  assert.ok(
    runs.every(({ status }) => !['reading', 'deciding', 'applying'].includes(status)),
    'no run is left active for ever',
  );
});
