import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { long } from '../long.ts';
import { command } from './command.ts';
import { directMembers, everything, query, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const killer = fileURLToPath(new URL('./killed-at.ts', import.meta.url));
const moments = long ? (['before', 'sent', 'answered'] as const) : (['sent', 'answered'] as const);

const kinds = ['delta', 'full'] as const;
/** Every call in the long form. The short one kills at each of a run of what changed once, and at some of a full one from everywhere. */
const steps = { delta: long ? 1 : moments.length, full: long ? 1 : 5 };

function change({ entra, groupId }: Scenario, members: readonly string[]): void {
  const [leaver = '', deleted = '', changed = ''] = members;
  entra.tenant.removeMember(groupId, leaver);
  entra.tenant.deleteUser(deleted);
  entra.tenant.updateUser(changed, { jobTitle: 'Changed' });
  const createdDateTime = '2026-01-01T00:00:00Z';
  entra.tenant.addMember(groupId, entra.tenant.createUser({ createdDateTime }).id);
}

for (const [kind, moment] of kinds.flatMap((of) => moments.map((at) => [of, at] as const))) {
  test(`a ${kind} run killed at its calls to the database (${moment}) changes nothing or everything, and the next one ends the same (rule 14)`, async (t) => {
    const story = await scenario(t, { users: 40 });
    await story.keeper.sync();
    await story.keeper.close();
    const before = everything(story.databaseFile);
    change(story, directMembers(story));
    const sync = async (file: string, killAt: string) =>
      await command(kind === 'full' ? ['sync', '--full'] : ['sync'], {
        env: {
          ...story.settings,
          ROLLKEEPER_DATABASE_URL: `sqlite:${file}`,
          NODE_OPTIONS: `--import ${killer}`,
          KILL_AT: killAt,
        },
      });
    const fresh = async (name: string): Promise<string> => {
      const file = join(dirname(story.databaseFile), `${name}.db`);
      await copyFile(story.databaseFile, file);
      return file;
    };
    const calm = await fresh('calm');
    assert.equal((await sync(calm, '')).code, 0);
    const right = everything(calm);

    let killed = 0;
    const begin = long || moment === 'sent' ? 1 : 2;
    for (let at = begin; ; at += steps[kind]) {
      const file = await fresh(`killed-${at}`);
      const { code, signal, stderr } = await sync(file, `${at}:${moment}`);
      if (signal === null) {
        assert.equal(code, 0, stderr);
        break;
      }
      killed += 1;
      const rows = everything(file);
      assert.ok(rows === before || rows === right, `half-written after call ${at}`);
      assert.equal((await sync(file, '')).code, 0);
      assert.ok(everything(file) === right, `not the same after call ${at}`);
      const active = query(file, 'SELECT run_id FROM rollkeeper_runs WHERE finished_at IS NULL');
      assert.deepEqual(active, [], 'no run is left active');
    }
    assert.ok(killed * steps[kind] >= 10, `${killed} calls`);
    t.diagnostic(`killed at ${killed} calls`);
  });
}
