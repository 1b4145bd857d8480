import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { notifier } from '../../src/observe/notify.ts';
import { tellStale } from '../../src/run/notices.ts';
import { openStore } from '../../src/store/open.ts';
import { listener } from './listener.ts';
import type { Listener } from './listener.ts';
import { quick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

async function watched(t: TestContext): Promise<Scenario & Listener> {
  const heard = await listener(t);
  const story = await scenario(
    t,
    {},
    {
      ROLLKEEPER_NOTIFY_URL: heard.url,
      ROLLKEEPER_STALE_AFTER: '1s',
    },
  );
  return { ...story, ...heard };
}

describe('a schedule tells that the last success is too old', () => {
  test('where no run begins, and that it is over when one succeeds', async (t) => {
    const { keeper, notices, came, tenantId } = await watched(t);
    const { report } = await keeper.sync();
    // What has just run is this turn's: the next one is an hour away.
    keeper.start({ every: '1h' });
    await came(1);
    const [notice] = notices;
    assert.deepEqual(
      [notice?.event, notice?.run, notice?.tenantId, notice?.failures, notice?.error],
      ['stale', null, tenantId, 0, null],
    );
    assert.equal(notice?.lastSuccessAt, (await keeper.run(tenantId, report.run))?.finishedAt);
    await keeper.sync();
    await came(2);
    assert.deepEqual([notices[1]?.event, notices[1]?.over], ['recovered', ['stale']]);
  });

  test('where the first run of all hangs', async (t) => {
    const { entra, reopened, keeper, notices, came, tenantId } = await watched(t);
    entra.faults.add({ match: { path: /members$/u }, hang: true, times: Number.POSITIVE_INFINITY });
    const patient = await reopened({}, { limits: { ...quick, requestTimeoutMs: 600_000 } });
    patient.start({ every: '1h' });
    await came(1);
    assert.deepEqual([notices[0]?.event, notices[0]?.lastSuccessAt], ['stale', null]);
    const [run] = await keeper.runs(tenantId);
    assert.deepEqual([run?.status, run?.finishedAt], ['reading', null]);
  });

  test('once, whichever of several processes notices first; and again where it did not arrive', async (t) => {
    const { keeper, notices, answers, url, tenantId } = await watched(t);
    await keeper.sync();
    const stores = await Promise.all(
      [1, 2, 3].map(async () => await openStore(keeper.settings, {})),
    );
    t.after(async () => {
      for (const store of stores) await store.close();
    });
    const tell = async (): Promise<readonly (string | null)[]> =>
      await Promise.all(
        stores.map(
          async (store) =>
            await tellStale(
              {
                store,
                notify: notifier(url, fetch, { tries: 1 }),
                now: () => Date.now() + 60_000,
                staleAfterMs: 1_000,
                since: 0,
                signal: new AbortController().signal,
              },
              tenantId,
            ),
        ),
      );
    answers(503);
    const failed = await tell();
    assert.ok(failed.some((why) => why?.includes('503') === true));
    answers(204);
    assert.deepEqual(await tell(), [null, null, null]);
    assert.deepEqual(await tell(), [null, null, null]);
    assert.deepEqual(
      notices.map(({ event }) => event),
      ['stale'],
    );
  });
});
