import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { RollkeeperError } from '../../src/directory/error.ts';
import { deltaContract } from '../../src/store/contract-delta.ts';
import { heldContract } from '../../src/store/contract-held.ts';
import { contract, run, tenant, user } from '../../src/store/contract.ts';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { searchContract } from '../../src/store/search-contract.ts';
import type { Search } from '../../src/store/search.ts';
import type { Store } from '../../src/store/store.ts';

async function file(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-store-'));
  t.after(async () => await rm(folder, { recursive: true, force: true }));
  return join(folder, 'rows.db');
}

async function opened(t: TestContext, path?: string): Promise<Store & Search> {
  const store = await openSqlite(`sqlite:${path ?? (await file(t))}`);
  t.after(async () => await store.close());
  return store;
}

/** The first thing that a process says; nothing, where it ends without a word. */
async function firstWord(child: ChildProcess): Promise<string> {
  for await (const text of child.stdout ?? []) return String(text).trim();
  return '';
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

contract('SQLite', async (t) => await opened(t));
heldContract('SQLite', async (t) => await opened(t));
deltaContract('SQLite', async (t) => await opened(t));
searchContract('SQLite', async (t) => await opened(t));

const anybody = {
  text: '',
  status: null,
  department: null,
  guests: null,
  group: null,
  sort: 'name',
  descending: false,
} as const;

const claiming = {
  kind: 'full',
  dryRun: false,
  at: '2026-11-01T00:00:00.000Z',
  leaseSeconds: 60,
} as const;

test('the file, and those beside it, can be read by their owner alone', async (t) => {
  const path = await file(t);
  const store = await opened(t, path);
  await store.nameTenant('contoso.example', 'x');
  const folder = join(path, '..');
  for (const name of await readdir(folder)) {
    assert.equal((await stat(join(folder, name))).mode & 0o077, 0, name);
  }
});

test('stores that open one new file at once agree on its tables', async (t) => {
  const path = await file(t);
  const stores = await Promise.all(Array.from({ length: 5 }, async () => await opened(t, path)));
  for (const store of stores) assert.deepEqual(await store.tenants(), []);
});

test('of processes that claim at once one wins, and a killed winner is followed at once', async (t) => {
  const path = await file(t);
  const store = await opened(t, path);
  const source = new URL('../../src/store/sqlite/open.ts', import.meta.url).href;
  const script = `
    const { openSqlite } = await import(${JSON.stringify(source)});
    const store = await openSqlite(${JSON.stringify(`sqlite:${path}`)});
    try {
      await store.claim('t', ${JSON.stringify(claiming)});
      process.stdout.write('won\\n');
      setInterval(() => {}, 1000);
    } catch (error) {
      process.stdout.write(error.code + '\\n');
      await store.close();
    }`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  t.after(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  const words = await Promise.all(children.map(async (child) => await firstWord(child)));
  assert.deepEqual(words.toSorted(), ['run.active', 'run.active', 'run.active', 'won']);
  const winner = children[words.indexOf('won')];
  winner?.kill('SIGKILL');
  if (winner) await ended(winner);
  const claim = await store.claim('t', claiming);
  const before = await store.run('t', claim.runId - 1);
  assert.equal(before?.status, 'failed');
  assert.equal(before?.error?.code, 'interrupted');
});

test('what was kept for searching leaves the file with whoever is forgotten', async (t) => {
  const path = await file(t);
  const store = await opened(t, path);
  await run(store, { users: [user('a', { displayName: 'Quetzalcoatl' }), user('b')] });
  const found = await store.searchPeople(tenant, anybody, { cursor: null, limit: 10 });
  assert.equal(found.total, 2);
  await run(store, { absences: [{ id: 'a', reason: 'permanently_deleted' }] });
  await store.forget(tenant, 'a', { at: claiming.at, by: 'test' });
  await store.close();
  for (const name of await readdir(join(path, '..'))) {
    const bytes = await readFile(join(path, '..', name));
    assert.equal(bytes.toString('latin1').toLowerCase().includes('quetzal'), false, name);
  }
});

test('a question is answered while a run holds the file to write', async (t) => {
  const path = await file(t);
  const store = await opened(t, path);
  await run(store, { users: [user('a')] });
  await store.searchPeople(tenant, anybody, { cursor: null, limit: 10 });
  await run(store, { users: [user('b')] });
  await store.openSession({
    idHash: 's',
    subject: 'x',
    name: null,
    openedAt: claiming.at,
    expiresAt: '2026-11-02T00:00:00.000Z',
  });
  const hourLater = { at: '2026-11-01T01:00:00.000Z', idleSince: claiming.at };
  const writer = new DatabaseSync(path);
  t.after(() => writer.close());
  writer.exec('BEGIN IMMEDIATE');
  // What is kept for searching cannot follow: what there is answers, and no call fails.
  const found = await store.searchPeople(tenant, anybody, { cursor: null, limit: 10 });
  assert.deepEqual(
    found.items.map(({ id }) => id),
    ['a'],
  );
  assert.equal((await store.person(tenant, 'b'))?.status, 'active');
  assert.equal((await store.session('s', hourLater))?.subject, 'x');
  writer.exec('ROLLBACK');
});

test('a file that a newer version has written is left alone', async (t) => {
  const path = await file(t);
  await (await opened(t, path)).close();
  const database = new DatabaseSync(path);
  database.exec('INSERT INTO rollkeeper_schema (version) VALUES (9999)');
  database.close();
  await assert.rejects(
    opened(t, path),
    (error: unknown) => error instanceof RollkeeperError && error.code === 'database.newer',
  );
});

test('a full disk is told as such, and nothing is half-written', async (t) => {
  const path = await file(t);
  await (await opened(t, path)).close();
  const source = new URL('../../src/store/sqlite/open.ts', import.meta.url).href;
  const script = `
    process.on('SIGXFSZ', () => {});
    const { openSqlite } = await import(${JSON.stringify(source)});
    const store = await openSqlite(${JSON.stringify(`sqlite:${path}`)});
    const claim = await store.claim('t', ${JSON.stringify(claiming)});
    try {
      for (;;) {
        const groups = Array.from({ length: 1000 }, (_, at) => ({ id: 'g' + at, values: ['g', 'x'.repeat(500), null, null, null, null, null, null, null, null], inClosure: true }));
        await store.stage(claim, { groups });
      }
    } catch (error) {
      process.stdout.write(error.code);
    }
    await store.close();`;
  // A limit on the size of files, in blocks of 1,024 bytes: what a full disk is to a process.
  const child = spawn(
    'bash',
    ['-c', 'ulimit -f 3000; exec "$0" --input-type=module -e "$1"', process.execPath, script],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const word = await firstWord(child);
  await ended(child);
  assert.equal(word, 'database.full');
  const store = await opened(t, path);
  assert.deepEqual(await store.groups('t', { after: null, limit: 10 }), []);
});
