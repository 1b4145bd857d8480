import assert from 'node:assert/strict';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { open } from '../../src/open.ts';
import type { Rollkeeper } from '../../src/open.ts';
import { scenario } from '../scenarios/scenario.ts';
import { ownServer, stopPostgresAtEnd } from '../store/postgres-server.ts';
import { prefix } from './asking.ts';

stopPostgresAtEnd();

interface Probes {
  /** Status and text. */
  ready(): Promise<string>;
  health(): Promise<string>;
  /** The status of a page, and whether it says its code. */
  page(): Promise<number>;
}

function probes(keeper: Rollkeeper): Probes {
  const web = keeper.web({ authorize: () => 'manage' });
  const ask = async (path: string): Promise<string> => {
    const answer = await web(new Request(`http://localhost${prefix}${path}`));
    return `${answer.status} ${await answer.text()}`;
  };
  return {
    ready: async () => await ask('/readyz'),
    health: async () => await ask('/healthz'),
    page: async () => Number((await ask('/people')).slice(0, 3)),
  };
}

test('while the file of SQLite cannot be opened the process is alive and not ready, and is ready once it can be', async (t) => {
  const story = await scenario(t);
  const file = join(dirname(story.databaseFile), 'volume', 'rows.db');
  const keeper = await story.reopened({ ROLLKEEPER_DATABASE_URL: `sqlite:${file}` });
  const { ready, health, page } = probes(keeper);
  assert.match(await ready(), /^503 not ready: database\.[a-z_]+\n$/u);
  assert.equal(await health(), '200 ok\n');
  assert.equal(await page(), 503);
  await mkdir(dirname(file));
  assert.equal(await ready(), '200 ready\n');
  assert.equal(await page(), 200);
});

test('where the file of SQLite is taken away, or another put in its place, the process is not ready', async (t) => {
  const story = await scenario(t);
  const file = join(dirname(story.databaseFile), 'moved.db');
  const keeper = await story.reopened({ ROLLKEEPER_DATABASE_URL: `sqlite:${file}` });
  const { ready, health } = probes(keeper);
  assert.equal(await ready(), '200 ready\n');
  await rename(file, `${file}-away`);
  assert.equal(await ready(), '503 not ready: database.missing\n');
  await writeFile(file, '', { mode: 0o600 });
  assert.equal(await ready(), '503 not ready: database.missing\n');
  assert.equal(await health(), '200 ok\n');
  await rename(`${file}-away`, file);
  assert.equal(await ready(), '200 ready\n');
});

test('where the file is no database the process is alive and not ready', async (t) => {
  const story = await scenario(t);
  const file = join(dirname(story.databaseFile), 'other.db');
  await writeFile(
    file,
    'This is a letter, and no database of any kind that is known here.'.repeat(40),
  );
  await chmod(file, 0o600);
  const keeper = await story.reopened({ ROLLKEEPER_DATABASE_URL: `sqlite:${file}` });
  const { ready, health, page } = probes(keeper);
  assert.equal(await ready(), '503 not ready: database.not_a_database\n');
  assert.equal(await health(), '200 ok\n');
  assert.equal(await page(), 503);
});

test('while PostgreSQL is away the process is alive and not ready, and is ready once it is back', async (t) => {
  const server = await ownServer();
  t.after(async () => await server.end());
  const { settings } = await scenario(t);
  const keeper = await open({ ...settings, ROLLKEEPER_DATABASE_URL: await server.database(null) });
  t.after(async () => await keeper.close());
  const { ready, health, page } = probes(keeper);
  assert.equal(await ready(), '200 ready\n');
  await server.stop();
  for (let times = 0; times < 3; times += 1) {
    assert.match(await ready(), /^503 not ready: database\.(?:unreachable|lost)\n$/u);
    assert.equal(await health(), '200 ok\n');
    assert.equal(await page(), 503);
  }
  await server.start();
  assert.equal(await ready(), '200 ready\n');
  assert.equal(await page(), 200);
});
