import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Command } from './command.ts';
import { command, start } from './command.ts';
import { scenario } from './scenario.ts';

test('of ten processes that start at once one runs and the others end with 7; killed, it is taken over at once', async (t) => {
  const story = await scenario(t, { users: 40 });
  // Whoever has the lease waits in its first listing, for as long as the others need to be told.
  story.entra.faults.add({ match: { path: /members$/u }, hang: true, times: 1 });
  const runs = Array.from({ length: 10 }, () => start(['sync'], { env: story.settings }));
  const ended: (number | null)[] = [];
  await new Promise<void>((resolve) => {
    const told = async (run: Command): Promise<void> => {
      const { code } = await run.ended;
      if (ended.push(code) === 9) resolve();
    };
    for (const run of runs) void told(run);
  });
  assert.deepEqual(ended, Array(9).fill(7));
  const winner = runs.find(({ process }) => process.exitCode === null);
  winner?.process.kill('SIGKILL');
  assert.equal((await winner?.ended)?.signal, 'SIGKILL');
  story.entra.faults.clear();
  const next = await command(['sync'], { env: story.settings });
  assert.equal(next.code, 0, next.stderr);
  const statuses = (await story.keeper.runs(story.tenantId)).map(({ status }) => status);
  assert.deepEqual(statuses, ['succeeded', 'failed']);
});
