import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { long } from '../long.ts';
import { ownServer } from '../store/postgres-server.ts';
import { command } from './command.ts';
import { scenario } from './scenario.ts';

const guide = new URL('../../../../docs/guide/postgresql.md', import.meta.url);

/** What the guide has to be run for a role that may not create anything. */
async function grants(): Promise<string> {
  const roles = (await readFile(guide, 'utf8')).split('\n## ').find((of) => of.startsWith('Roles'));
  const [, sql = ''] = /```sql\n([\s\S]+?)```/u.exec(roles ?? '') ?? [];
  assert.match(sql, /TO app;/u);
  return sql;
}

/** What the role `app` may not do with something in our schema. */
const missing = `
  SELECT c.relname || ': ' || p.privilege AS missing
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'rollkeeper'
    JOIN (VALUES ('r', 'SELECT'), ('r', 'INSERT'), ('r', 'UPDATE'), ('r', 'DELETE'), ('v', 'SELECT'), ('S', 'USAGE'))
         p (kind, privilege) ON p.kind = c.relkind
   WHERE NOT CASE c.relkind WHEN 'S' THEN has_sequence_privilege('app', c.oid, p.privilege)
                            ELSE has_table_privilege('app', c.oid, p.privilege) END`;

test('what the guide grants to a role without rights on the schema lasts over later versions, whichever it began with', async (t) => {
  const server = await ownServer();
  t.after(async () => await server.end());
  await server.admin("CREATE ROLE owner LOGIN PASSWORD 'only for tests'");
  await server.admin("CREATE ROLE app LOGIN PASSWORD 'only for tests'");
  const as = (username: string, url: string): string =>
    Object.assign(new URL(url), { username }).href;
  const sql = await grants();
  const story = await scenario(t, { users: 40 });
  const env = { ROLLKEEPER_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere' };
  const { stdout: script } = await command(['migrate', '--print'], { env });
  const versions = script.match(/^-- \d+$/gmu)?.length ?? 0;
  assert.ok(versions > 5);

  const all = Array.from({ length: versions }, (_, at) => at + 1);
  for (const from of long ? all : [1, versions]) {
    const url = await server.empty({ after: () => {} }, 'OWNER owner');
    const [begun = script] = script.split(`-- ${from + 1}\n`);
    await server.admin(from === versions ? script : `${begun}COMMIT;`, as('owner', url));
    await server.admin(sql, as('owner', url));
    const migrated = await command(['migrate'], {
      env: { ROLLKEEPER_DATABASE_URL: as('owner', url) },
    });
    assert.equal(migrated.code, 0, migrated.stderr);
    assert.deepEqual(await server.admin(missing, url), [], `from version ${from}`);
    const keeper = await story.reopened(
      { ROLLKEEPER_DATABASE_URL: as('app', url) },
      { migrate: false },
    );
    assert.equal((await keeper.sync()).report.status, 'succeeded');
    assert.equal((await keeper.sync({ full: true })).report.status, 'succeeded');
    await keeper.close();
  }
});
