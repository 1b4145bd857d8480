import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Rollkeeper } from '../../src/open.ts';
import { scenario } from '../scenarios/scenario.ts';

/** Waits until so many runs of the tenant have ended. */
async function ended(keeper: Rollkeeper, tenantId: string, count: number): Promise<void> {
  for (;;) {
    const runs = await keeper.runs(tenantId);
    if (runs.filter(({ finishedAt }) => finishedAt !== null).length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('runs that begin by themselves', () => {
  test('the first begins at once, and the next is known', async (t) => {
    const { keeper, tenantId } = await scenario(t);
    const before = Date.now();
    const scheduled = keeper.start({ every: '1h' });
    await ended(keeper, tenantId, 1);
    const next = scheduled.next()?.getTime() ?? 0;
    assert.ok(next > before + 3_500_000 && next < Date.now() + 3_700_000, String(next - before));
  });

  test('a pattern is read in the time zone of the settings', async (t) => {
    const story = await scenario(t);
    const at = async (zone: string): Promise<number> => {
      const keeper = await story.reopened({ ROLLKEEPER_TIME_ZONE: zone });
      const next = keeper.start({ every: '30 6 * * *' }).next();
      return ((next?.getUTCHours() ?? 0) * 60 + (next?.getUTCMinutes() ?? 0)) % 1440;
    };
    assert.equal(await at('UTC'), 6 * 60 + 30);
    // Five hours and three quarters before UTC, all the year.
    assert.equal(await at('Asia/Kathmandu'), 45);
  });

  test('several processes with one schedule make one run a turn', async (t) => {
    const story = await scenario(t);
    const errors: unknown[] = [];
    const replicas = [story.keeper, await story.reopened({}), await story.reopened({})];
    const onError = (error: unknown): void => void errors.push(error);
    const schedules = replicas.map((keeper) => keeper.start({ every: '1h', onError }));
    // Each has had its first turn once its next one is far away.
    const soon = Date.now() + 60_000;
    while (schedules.some((one) => (one.next()?.getTime() ?? 0) < soon)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await ended(story.keeper, story.tenantId, 1);
    for (const keeper of replicas) await keeper.close();
    assert.equal((await story.keeper.runs(story.tenantId)).length, 1);
    assert.deepEqual(errors, []);
  });

  test('a run that fails is told, and no later one is lost by it', async (t) => {
    const { keeper, entra } = await scenario(t);
    entra.application.consented = false;
    const told = await new Promise((resolve) => {
      keeper.start({ every: '1m', onError: resolve });
    });
    assert.ok(told instanceof Error);
    assert.match(told.message, /AADSTS700016/u);
  });

  test('closing stops the schedule and the run that it began', async (t) => {
    const story = await scenario(t, { latencyMs: 200 });
    const keeper = await story.reopened({});
    keeper.start({ every: '1h' });
    for (;;) {
      const [run] = await story.keeper.runs(story.tenantId);
      if (run?.status === 'reading') break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await keeper.close();
    const [run] = await story.keeper.runs(story.tenantId);
    assert.equal(run?.status, 'cancelled');
  });

  test('there must be a schedule to start', async (t) => {
    const story = await scenario(t, {}, { ROLLKEEPER_SCHEDULE: 'off' });
    assert.throws(() => story.keeper.start(), { code: 'usage' });
    assert.throws(() => story.keeper.start({ every: 'sometimes' }), { code: 'usage' });
  });
});
