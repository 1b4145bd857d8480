import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { long } from '../long.ts';
import { postgresServer, stopPostgresAtEnd } from '../store/postgres-server.ts';
import { command } from './command.ts';
import { directMembers, scenario } from './scenario.ts';

stopPostgresAtEnd();

const killer = fileURLToPath(new URL('./killed-at-postgres.ts', import.meta.url));
const moments = long ? (['sent', 'answered'] as const) : (['sent'] as const);
const kinds = ['delta', 'full'] as const;
/** Every statement in the long form; the short one takes some from everywhere. */
const steps = long ? { delta: 1, full: 1 } : { delta: 9, full: 23 };

const compared = `
  SELECT json_agg(row_to_json(p)::jsonb - 'status_since' ORDER BY p.id)::text AS people,
         (SELECT json_agg(m ORDER BY m.group_id, m.member_id)::text
            FROM rollkeeper.microsoft_graph_memberships m) AS memberships
    FROM rollkeeper.microsoft_graph_people p`;

for (const [kind, moment] of kinds.flatMap((of) => moments.map((at) => [of, at] as const))) {
  test(`on PostgreSQL a ${kind} run killed at its statements (${moment}) changes nothing or everything, and the next one ends the same (rule 14)`, async (t) => {
    const server = await postgresServer();
    const story = await scenario(t, { users: 40 });
    const base = await server.empty(t);
    const sync = async (url: string, killAt: string) =>
      await command(kind === 'full' ? ['sync', '--full'] : ['sync'], {
        env: {
          ...story.settings,
          ROLLKEEPER_DATABASE_URL: url,
          NODE_OPTIONS: `--import ${killer}`,
          KILL_AT: killAt,
        },
      });
    const rows = async (url: string): Promise<string> =>
      JSON.stringify(await server.admin(compared, url));
    const fresh = async (): Promise<string> =>
      await server.empty(t, `TEMPLATE "${new URL(base).pathname.slice(1)}"`);
    assert.equal((await sync(base, '')).code, 0);
    const before = await rows(base);
    const [leaver = '', deleted = '', changed = ''] = directMembers(story);
    story.entra.tenant.removeMember(story.groupId, leaver);
    story.entra.tenant.deleteUser(deleted);
    story.entra.tenant.updateUser(changed, { jobTitle: 'Changed' });
    const calm = await fresh();
    assert.equal((await sync(calm, '')).code, 0);
    const right = await rows(calm);
    assert.notEqual(right, before);

    let [killed, missed] = [0, 0];
    for (let at = 1; ; at += steps[kind]) {
      const url = await fresh();
      const { code, signal, stderr } = await sync(url, `${at}:${moment}`);
      if (signal === null && moment === 'sent') {
        assert.equal(code, 0, stderr);
        break;
      }
      // Some statements are answered in another way, and kill nobody; after the last one none does.
      if (signal === null) missed += 1;
      else [killed, missed] = [killed + 1, 0];
      if (missed > 25) break;
      const now = await rows(url);
      assert.ok(now === before || now === right, `half-written after statement ${at}`);
      const next = await sync(url, '');
      assert.equal(next.code, 0, next.stderr);
      assert.ok((await rows(url)) === right, `not the same after statement ${at}`);
      const open = 'SELECT run_id FROM rollkeeper.rollkeeper_runs WHERE finished_at IS NULL';
      assert.deepEqual(await server.admin(open, url), [], 'no run is left active');
    }
    assert.ok(killed >= 5, `${killed} statements`);
    t.diagnostic(`killed at ${killed} statements`);
  });
}
