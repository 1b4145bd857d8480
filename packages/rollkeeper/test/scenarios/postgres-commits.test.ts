import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RollkeeperError } from '../../src/directory/error.ts';
import { RunFailed } from '../../src/run/ending.ts';
import { long } from '../long.ts';
import { proxyTo } from '../store/postgres-proxy.ts';
import type { Moment } from '../store/postgres-proxy.ts';
import { postgresServer, stopPostgresAtEnd } from '../store/postgres-server.ts';
import type { PostgresServer } from '../store/postgres-server.ts';
import { directMembers, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

stopPostgresAtEnd();

const kinds = long ? (['delta', 'full'] as const) : (['delta'] as const);
const moments: readonly Moment[] = long ? ['before', 'after', 'unseen'] : ['before', 'after'];

/** Rows, and what was told of them: an operation that was performed twice would be told twice. */
const compared = `
  SELECT json_agg(row_to_json(p)::jsonb - 'status_since' ORDER BY p.id)::text AS people,
         (SELECT json_agg(m ORDER BY m.group_id, m.member_id)::text
            FROM rollkeeper.microsoft_graph_memberships m) AS memberships,
         (SELECT json_agg(json_build_array(c.change, c.subject_id, c.attribute, c.old_value, c.new_value)
                          ORDER BY c.change, c.subject_id, c.attribute, c.new_value)::text
            FROM rollkeeper.microsoft_graph_changes c) AS changes
    FROM rollkeeper.microsoft_graph_people p`;

const newest = `
  SELECT status, error_code FROM rollkeeper.rollkeeper_runs
   ORDER BY run_id DESC LIMIT 1`;

const active = 'SELECT run_id FROM rollkeeper.rollkeeper_runs WHERE finished_at IS NULL';

interface Outcome {
  readonly status: string;
  readonly code: string | null;
}

/** One run of a process that lives on, as a server’s does. */
async function syncOn(story: Scenario, url: string, full: boolean): Promise<Outcome> {
  const keeper = await story.reopened({ ROLLKEEPER_DATABASE_URL: url });
  try {
    const { report } = await keeper.sync({ full });
    return { status: report.status, code: null };
  } catch (error) {
    assert.ok(error instanceof RunFailed, String(error));
    assert.ok(error.cause instanceof RollkeeperError, String(error.cause));
    return { status: error.report.status, code: error.cause.code };
  } finally {
    await keeper.close();
  }
}

async function rowsOf(server: PostgresServer, url: string): Promise<string> {
  return JSON.stringify(await server.admin(compared, url));
}

for (const kind of kinds) {
  test(`a ${kind} run whose connection breaks at a COMMIT says truly how it ended, and the next one does nothing twice`, async (t) => {
    const server = await postgresServer();
    const story = await scenario(t, { users: 40 });
    await story.keeper.close();
    const full = kind === 'full';
    const base = await server.empty(t);
    assert.equal((await syncOn(story, base, full)).status, 'succeeded');
    const fresh = async (): Promise<string> =>
      await server.empty(t, `TEMPLATE "${new URL(base).pathname.slice(1)}"`);
    const before = await rowsOf(server, base);
    const [leaver = '', deleted = '', changed = ''] = directMembers(story);
    story.entra.tenant.removeMember(story.groupId, leaver);
    story.entra.tenant.deleteUser(deleted);
    story.entra.tenant.updateUser(changed, { jobTitle: 'Changed' });
    const calm = await fresh();
    assert.equal((await syncOn(story, calm, full)).status, 'succeeded');
    const right = await rowsOf(server, calm);
    assert.notEqual(right, before);
    const proxy = await proxyTo(server.url, t);

    for (const moment of moments) {
      await t.test(moment, async () => {
        const outcomes = new Set<string>();
        for (let at = 1; ; at += 1) {
          const url = await fresh();
          proxy.cutAt(at, moment);
          const outcome = await syncOn(story, proxy.through(url), full);
          if (!proxy.cut) break;
          outcomes.add(outcome.status);
          const where = `at COMMIT ${at}: ${JSON.stringify(outcome)}`;
          const left = await server.admin(active, url);
          // A claim that never reached the server is no run; what reached it has ended.
          assert.deepEqual(left, [], `a run is left active ${where}`);
          const rows = await rowsOf(server, url);
          if (outcome.status === 'succeeded') {
            assert.ok(rows === right, `rows are not those of a success ${where}`);
            const [row] = await server.admin(newest, url);
            assert.deepEqual(row, { status: 'succeeded', error_code: null }, where);
          } else {
            assert.equal(outcome.code, 'database.lost', where);
            assert.ok(rows === before, `rows were changed ${where}`);
          }
          const next = await syncOn(story, url, full);
          assert.equal(next.status, 'succeeded', `${next.code} ${where}`);
          assert.ok((await rowsOf(server, url)) === right, `not right after the next run ${where}`);
        }
        assert.deepEqual([...outcomes].toSorted(), ['failed', 'succeeded']);
      });
    }
  });
}
