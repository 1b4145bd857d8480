import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { SimulatorOptions } from 'entra-simulator';

import type { RunReport } from '../../src/run/report.ts';
import { scenario } from './scenario.ts';

const everyone = { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' };

/** A first run over a simulator that answers requests in rounds: how many went one after another, token included. */
async function firstRun(
  t: TestContext,
  options: SimulatorOptions,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly rounds: number; readonly report: RunReport; readonly told: string }> {
  const { entra, reopened } = await scenario(
    t,
    { odd: false, ...options, inRounds: true },
    settings,
  );
  const keeper = await reopened({}, { limits: { requestTimeoutMs: 60_000 } });
  const { report } = await keeper.sync();
  const { rounds } = entra.requests;
  const byRound = Map.groupBy(entra.requests, ({ round }) => round);
  const told = [...byRound].map(([round, requests]) => {
    const asked = requests.map(({ url }) => url.replace(/\?.*/u, '').slice(-20));
    return `${round}: ${requests.length} × ${[...new Set(asked)].slice(0, 6).join(' ')}`;
  });
  t.diagnostic(`${rounds} round trips, ${report.requests} requests\n${told.join('\n')}`);
  return { rounds, report, told: told.join('\n') };
}

describe('round trips one after another', () => {
  test('a first run of 500 members of 100,000 users takes no more than seven', async (t) => {
    const { report, rounds, told } = await firstRun(t, {
      users: 100_000,
      members: 500,
      nested: false,
    });
    assert.equal(report.users.created, 500);
    assert.equal(report.strategy?.people, 'by-id');
    assert.ok(rounds <= 7, told);
  });

  test('a first run of 500 members in groups three deep takes no more than ten', async (t) => {
    const { report, rounds, told } = await firstRun(t, { users: 100_000, members: 500 });
    assert.equal(report.users.created, 500);
    assert.ok(rounds <= 10, told);
  });

  test('20,000 members of 100,000 users take no more than 1.2 times the walk of the member list', async (t) => {
    const { report, rounds, told } = await firstRun(t, {
      users: 100_000,
      members: 20_000,
      nested: false,
    });
    assert.equal(report.users.created, 20_000);
    // The token, the group by its name, and 21 pages of members.
    const walk = 2 + Math.ceil(20_000 / 999);
    assert.ok(rounds <= 1.2 * walk, `${rounds} beside ${walk}\n${told}`);
  });

  test('everyone takes less than a sixth of the pages one after another', async (t) => {
    const pages = 101;
    const { report, rounds, told } = await firstRun(
      t,
      { users: 5_050, behaviour: { maxPageSize: 50 } },
      everyone,
    );
    assert.equal(report.users.created, 5_050);
    assert.equal(report.strategy?.people, 'lanes');
    assert.ok(6 * rounds <= 1 + pages, told);
  });
});
