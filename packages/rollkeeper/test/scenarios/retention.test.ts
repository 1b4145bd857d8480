import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';

import { RollkeeperError } from '../../src/directory/error.ts';
import { command } from './command.ts';
import { directMembers, managerOf, pick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const refuses = (code: RollkeeperError['code']) => (error: unknown) =>
  error instanceof RollkeeperError && error.code === code && error.remedy !== '';

/** Members who manage nobody, so that nothing keeps their rows. */
function withoutReports(story: Scenario): readonly string[] {
  const members = directMembers(story);
  const managers = new Set(members.map((id) => managerOf(story, id)));
  return members.filter((id) => !managers.has(id));
}

/** One left the group, one is in the deleted items, one is gone for good; all soft-deleted. */
async function departed(
  story: Scenario,
): Promise<{ readonly left: string; readonly deleted: string; readonly gone: string }> {
  const [left = '', deleted = '', gone = ''] = withoutReports(story);
  await story.keeper.sync();
  story.entra.tenant.removeMember(story.groupId, left);
  story.entra.tenant.deleteUser(deleted);
  story.entra.tenant.deleteUser(gone);
  story.entra.tenant.purgeUser(gone);
  await story.keeper.sync();
  return { left, deleted, gone };
}

const longAgo = -1_000;

describe('purging', () => {
  test('removes who was soft-deleted long enough ago, but whoever may still be restored', async (t) => {
    const story = await scenario(t);
    const { left, deleted, gone } = await departed(story);
    const { keeper, tenantId } = story;
    const counted = await keeper.purge(tenantId, { olderThanMs: longAgo, by: 'op', dryRun: true });
    assert.deepEqual(counted, { people: 2, restorable: 1, supervising: 0 });
    assert.notEqual(await keeper.person({ tenantId, objectId: left }), null);
    assert.deepEqual(await keeper.purge(tenantId, { olderThanMs: longAgo, by: 'op' }), counted);
    assert.equal(await keeper.person({ tenantId, objectId: left }), null);
    assert.equal(await keeper.person({ tenantId, objectId: gone }), null);
    assert.notEqual(await keeper.person({ tenantId, objectId: deleted }), null);
    const [done, none] = await Array.fromAsync(keeper.erasures(tenantId));
    assert.deepEqual([done?.kind, done?.people, done?.by, none], ['purge', 2, 'op', undefined]);
    const { report } = await keeper.sync();
    assert.equal(report.users.created + report.users.softDeleted, 0);
  });

  test('leaves whom nothing happened to for that long', async (t) => {
    const story = await scenario(t);
    await departed(story);
    const purged = await story.keeper.purge(story.tenantId, { olderThanMs: 86_400_000, by: 'op' });
    assert.deepEqual(purged, { people: 0, restorable: 0, supervising: 0 });
    assert.deepEqual(await Array.fromAsync(story.keeper.erasures(story.tenantId)), []);
  });

  test('leaves who supervises somebody in scope', async (t) => {
    const story = await scenario(t);
    const members = directMembers(story);
    const boss = pick(
      members.flatMap((id) => managerOf(story, id) ?? []).filter((id) => members.includes(id)),
    );
    await story.keeper.sync();
    story.entra.tenant.removeMember(story.groupId, boss);
    await story.keeper.sync();
    const purged = await story.keeper.purge(story.tenantId, { olderThanMs: longAgo, by: 'op' });
    assert.deepEqual(purged, { people: 0, restorable: 0, supervising: 1 });
  });

  test('is off by default: the command says how to turn it on, exit 2', async (t) => {
    const story = await scenario(t);
    const off = await command(['purge'], { env: story.settings });
    assert.equal(off.code, 2);
    assert.match(off.stderr, /ROLLKEEPER_PURGE_AFTER/u);
    const env = { ...story.settings, ROLLKEEPER_PURGE_AFTER: '90d' };
    await story.keeper.sync();
    const on = await command(['purge', '--dry-run'], { env });
    assert.equal(on.code, 0, on.stderr);
    assert.match(on.stdout, /Would purge 0 people/u);
  });
});

describe('forgetting', () => {
  test('erases a person from everything that the database holds, and says only that it was done', async (t) => {
    const story = await scenario(t);
    const { left } = await departed(story);
    const person = await story.keeper.person({ tenantId: story.tenantId, objectId: left });
    await story.keeper.plan();
    const ended = await command(['forget', left], { env: story.settings });
    assert.equal(ended.code, 0, ended.stderr);
    const { keeper, tenantId } = story;
    assert.equal(await keeper.person({ tenantId, objectId: left }), null);
    const changes = await Array.fromAsync(keeper.changes(tenantId));
    assert.ok(changes.length > 0);
    assert.ok(!JSON.stringify(changes).includes(left));
    const [erasure] = await Array.fromAsync(keeper.erasures(tenantId));
    assert.deepEqual([erasure?.kind, erasure?.people], ['forget', 1]);
    await keeper.close();
    const bytes = await readFile(story.databaseFile, 'latin1');
    assert.ok(bytes.includes(tenantId));
    for (const trace of [left, person?.userPrincipalName ?? left]) {
      assert.ok(!bytes.includes(trace), `${trace} is still in the file`);
    }
  });

  test('is refused while the person is in scope, or supervises somebody who is', async (t) => {
    const story = await scenario(t);
    const members = directMembers(story);
    const boss = pick(
      members.flatMap((id) => managerOf(story, id) ?? []).filter((id) => members.includes(id)),
    );
    await story.keeper.sync();
    const key = { tenantId: story.tenantId, objectId: boss };
    await assert.rejects(story.keeper.forget(key, { by: 'op' }), refuses('person.needed'));
    story.entra.tenant.removeMember(story.groupId, boss);
    await story.keeper.sync();
    await assert.rejects(story.keeper.forget(key, { by: 'op' }), refuses('person.needed'));
    assert.notEqual(await story.keeper.person(key), null);
  });

  test('of somebody unknown is told, and recorded as nothing', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const key = { tenantId: story.tenantId, objectId: 'nobody' };
    await assert.rejects(story.keeper.forget(key, { by: 'op' }), refuses('person.not_found'));
    assert.deepEqual(await Array.fromAsync(story.keeper.erasures(story.tenantId)), []);
  });
});
