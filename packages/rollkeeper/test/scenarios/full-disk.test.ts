import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chown, copyFile, mkdir, mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { long } from '../long.ts';
import { ownServer } from '../store/postgres-server.ts';
import type { PostgresServer } from '../store/postgres-server.ts';
import { command } from './command.ts';
import { everything, query, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

/** How much is left on the disk when a run begins, in bytes: from where it cannot even claim to where it can do it all. */
const room = long
  ? Array.from({ length: 48 }, (_, at) => at * 32_768)
  : [0, 32_768, 131_072, 262_144, 425_984, 1_048_576];

/** A disk of its own, which takes the right to mount one. null: this user may not, or this system cannot. */
async function disk(t: TestContext, megabytes: number): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-disk-'));
  try {
    if (process.platform !== 'linux' || userInfo().uid !== 0) throw new Error('not root on Linux');
    const options = `size=${megabytes}m,mode=0755`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    await rm(folder, { recursive: true, force: true });
    t.skip('takes the right to mount a small disk: run the tests as root on Linux');
    return null;
  }
  t.after(async () => {
    execFileSync('umount', ['--lazy', folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Leaves so many bytes on a disk. */
async function fill(folder: string, left: number): Promise<() => Promise<void>> {
  const { bavail, bsize } = await statfs(folder);
  const file = join(folder, 'filler');
  await writeFile(file, Buffer.alloc(Math.max(0, bavail * bsize - left), 1));
  return async () => await rm(file);
}

interface Database {
  readonly url: string;
  /** What an application sees. */
  rows(): Promise<string>;
  runs(): Promise<readonly (readonly [status: unknown, error: unknown, message: unknown])[]>;
  drop(): Promise<void>;
}

interface Disk {
  readonly folder: string;
  /** The database of a run before, copied to the disk. */
  copy(): Promise<Database>;
}

/** Everybody gets another title: no row stays as it is. */
function changeEverybody({ entra: { tenant } }: Scenario): void {
  for (const { id } of tenant.users()) tenant.updateUser(id, { jobTitle: 'Changed'.repeat(15) });
}

async function runsOutOfRoom(
  t: TestContext,
  story: Scenario,
  { folder, copy }: Disk,
): Promise<void> {
  const sync = async (url: string) =>
    await command(['sync', '--full', '--json'], {
      env: { ...story.settings, ROLLKEEPER_DATABASE_URL: url },
    });
  const calm = await copy();
  const before = await calm.rows();
  changeEverybody(story);
  assert.equal((await sync(calm.url)).code, 0);
  const right = await calm.rows();
  assert.notEqual(right, before);
  await calm.drop();

  const [ended, codes] = [new Set<unknown>(), new Set<number | null>()];
  for (const left of room) {
    const database = await copy();
    const free = await fill(folder, left);
    let late = false;
    const { code, stdout, stderr } = await sync(database.url);
    codes.add(code);
    // To look at a database takes room too.
    await free();
    if (code !== 0) {
      assert.equal(code, 8, stderr);
      assert.match(stdout, /"code":"database\.full"/u, stderr);
      assert.match(stderr, /no room[\s\S]+Free space/u);
      const rows = await database.rows();
      // There may be room for the rows, and none left to write down how the run ended.
      late = rows === right;
      assert.ok(late || rows === before, `half-written with ${left} bytes left`);
      if (late) assert.doesNotMatch(stderr, /no row was changed/iu);
      const [last] = await database.runs();
      ended.add(last?.[1]);
    }
    const next = await sync(database.url);
    assert.equal(next.code, 0, `${next.stderr} (${left} bytes left)`);
    assert.ok((await database.rows()) === right, `not right after ${left} bytes were left`);
    const runs = await database.runs();
    const statuses = runs.map(([status]) => status);
    if (late) assert.match(String(runs.at(1)?.[2]), /Its plan was applied/u);
    assert.ok(
      statuses.every((status) => status === 'succeeded' || status === 'failed'),
      `a run is left ${statuses.join(' ')}`,
    );
    await database.drop();
  }
  assert.deepEqual([...codes], [8, 0], 'too little room, then enough');
  assert.ok(ended.has('database.full'), 'a run that had begun was written down as failed');
  t.diagnostic(`room for ${room.length} runs from ${room[0]} to ${room.at(-1)} bytes`);
}

test('on a full disk a run on SQLite fails, changes nothing or everything, and the next one is right once there is room', async (t) => {
  const folder = await disk(t, 16);
  if (folder === null) return;
  const story = await scenario(t, { users: 400 });
  await story.keeper.sync();
  await story.keeper.close();
  let last = 0;
  const copy = async (): Promise<Database> => {
    last += 1;
    const home = join(folder, String(last));
    await mkdir(home);
    const file = join(home, 'rows.db');
    await copyFile(story.databaseFile, file);
    const runs =
      'SELECT status, error_code, error_message FROM rollkeeper_runs ORDER BY run_id DESC';
    return {
      url: `sqlite:${file}`,
      rows: async () => await Promise.resolve(everything(file)),
      runs: async () =>
        await Promise.resolve(
          query(file, runs).map(
            (row) => [row['status'], row['error_code'], row['error_message']] as const,
          ),
        ),
      drop: async () => await rm(home, { recursive: true }),
    };
  };
  await runsOutOfRoom(t, story, { folder, copy });
});

const compared = `
  SELECT json_agg(row_to_json(p)::jsonb - 'status_since' ORDER BY p.id)::text AS people,
         (SELECT json_agg(m ORDER BY m.group_id, m.member_id)::text
            FROM rollkeeper.microsoft_graph_memberships m) AS memberships
    FROM rollkeeper.microsoft_graph_people p`;

test('on a full disk a run on PostgreSQL fails, changes nothing or everything, and the next one is right once there is room', async (t) => {
  let server: PostgresServer | undefined;
  t.after(async () => await server?.end());
  const folder = await disk(t, 48);
  if (folder === null) return;
  const story = await scenario(t, { users: 400 });
  const space = join(folder, 'space');
  await mkdir(space);
  server = await ownServer(async (data) => {
    const { uid, gid } = await stat(data);
    await chown(space, uid, gid);
    return [];
  });
  const { admin } = server;
  await admin(`CREATE TABLESPACE small LOCATION '${space}'`);
  const base = await server.empty({ after: () => {} });
  const env = { ...story.settings, ROLLKEEPER_DATABASE_URL: base };
  assert.equal((await command(['sync'], { env })).code, 0);
  const copy = async (): Promise<Database> => {
    const name = 'on_the_disk';
    await admin(
      `CREATE DATABASE ${name} TEMPLATE "${new URL(base).pathname.slice(1)}" TABLESPACE small`,
    );
    const url = Object.assign(new URL(base), { pathname: `/${name}` }).href;
    const runs =
      'SELECT status, error_code, error_message FROM rollkeeper.rollkeeper_runs ORDER BY run_id DESC';
    return {
      url,
      rows: async () => JSON.stringify(await admin(compared, url)),
      runs: async () =>
        (await admin(runs, url)).map(
          (row) => [row['status'], row['error_code'], row['error_message']] as const,
        ),
      drop: async () => {
        await admin(`DROP DATABASE ${name} WITH (FORCE)`);
        await admin('CHECKPOINT');
      },
    };
  };
  await runsOutOfRoom(t, story, { folder, copy });
});
