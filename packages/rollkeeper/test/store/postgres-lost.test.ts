import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { RollkeeperError } from '../../src/directory/error.ts';
import { remember, run, tenant, user } from '../../src/store/contract.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import type { Claim, DrawnTo, Store } from '../../src/store/store.ts';
import { ownServer, postgresServer, stopPostgresAtEnd } from './postgres-server.ts';
import type { PostgresServer } from './postgres-server.ts';

stopPostgresAtEnd();

const at = '2026-11-01T00:00:00.000Z';
const whole = { after: null, limit: 1_000 } as const;

interface Opened {
  readonly server: PostgresServer;
  readonly url: string;
  readonly store: Store;
}

async function opened(t: TestContext, server: PostgresServer): Promise<Opened> {
  const url = await server.database(t);
  const store = await openPostgres(url);
  t.after(async () => await store.close());
  return { server, url, store };
}

/** A server that the test may stop; gone when the test ends. */
async function openedAlone(t: TestContext): Promise<Opened> {
  const server = await ownServer();
  const url = await server.database(null);
  const store = await openPostgres(url);
  t.after(async () => {
    await store.close();
    await server.end();
  });
  return { server, url, store };
}

const ids = async (store: Store): Promise<string> =>
  (await store.users(tenant, whole)).map(({ id }) => id).join(' ');

const isOf = (...codes: readonly RollkeeperError['code'][]) =>
  function coded(error: unknown): boolean {
    assert.ok(error instanceof RollkeeperError, String(error));
    assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
    assert.notEqual(error.remedy, '');
    return true;
  };

async function begun(store: Store, people: readonly string[]): Promise<Claim> {
  const claim = await store.claim(tenant, { kind: 'full', dryRun: false, at, leaseSeconds: 60 });
  await store.stage(claim, { users: people.map((id) => user(id)) });
  await store.enter(claim, 'deciding');
  return claim;
}

async function drawn(store: Store, claim: Claim): Promise<void> {
  for (let from: DrawnTo | null = null; ;) {
    from = (await store.draw(claim, { disabledUsers: 'keep' }, from)).next;
    if (from === null) return;
  }
}

const failed = { status: 'failed', at, report: '{}', error: { code: 'x', message: 'x' } } as const;

const killOurs = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
   WHERE datname = current_database() AND application_name = 'rollkeeper'`;

/** Resolves when a session of ours in this database waits for a lock. */
async function untilOneWaits({ server, url }: Opened): Promise<void> {
  const waiting = `
    SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'rollkeeper' AND wait_event_type = 'Lock'`;
  while ((await server.admin(waiting, url)).length === 0);
}

test('connections that were killed while idle are replaced without a word', async (t) => {
  const { server, url, store } = await opened(t, await postgresServer());
  await run(store, { users: [user('a')] });
  await server.admin(killOurs, url);
  assert.equal(await ids(store), 'a');
  await run(store, { users: [user('a'), user('b')] });
  assert.equal(await ids(store), 'a b');
});

test('a connection that is killed while a plan is applied fails the run, changes nothing, and the next run is right', async (t) => {
  const story = await opened(t, await postgresServer());
  const { server, url, store } = story;
  await run(store, { users: [user('a')] });
  const claim = await begun(store, ['a', 'b', 'c']);
  await drawn(store, claim);
  await store.enter(claim, 'applying');
  const before = await store.changes(tenant, whole);
  // Whoever holds the table makes the transaction wait in its middle.
  const blocker = server.admin(
    `BEGIN; LOCK TABLE rollkeeper.rollkeeper_changes; SELECT pg_sleep(60); COMMIT`,
    url,
  );
  const stopped = assert.rejects(blocker);
  const waiting = `SELECT 1 FROM pg_locks WHERE relation = 'rollkeeper.rollkeeper_changes'::regclass AND mode = 'AccessExclusiveLock' AND granted`;
  while ((await server.admin(waiting, url)).length === 0);
  const applied = assert.rejects(store.apply(claim, { at, remember }), isOf('database.lost'));
  await untilOneWaits(story);
  await server.admin(killOurs, url);
  await server.admin(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
    url,
  );
  await Promise.all([applied, stopped]);
  assert.equal(await ids(store), 'a');
  assert.deepEqual(await store.changes(tenant, whole), before);
  await store.finish(claim, failed);
  assert.equal((await store.run(tenant, claim.runId))?.status, 'failed');
  await run(store, { users: [user('a'), user('b'), user('c')] });
  assert.equal(await ids(store), 'a b c');
});

test('a server that is stopped is told as such, and found again when it is back', async (t) => {
  const { server, store } = await openedAlone(t);
  await run(store, { users: [user('a')] });
  const claim = await begun(store, ['a', 'b']);
  await server.stop();
  await assert.rejects(
    store.stage(claim, { users: [user('c')] }),
    isOf('database.unreachable', 'database.lost'),
  );
  await assert.rejects(store.finish(claim, failed), isOf('database.unreachable', 'database.lost'));
  await server.start();
  assert.equal(await ids(store), 'a');
  await store.finish(claim, failed);
  await run(store, { users: [user('a'), user('b')] });
  assert.equal(await ids(store), 'a b');
});

test('what a server has lost of the staging by crashing is not taken for what was not said', async (t) => {
  const { server, url, store } = await openedAlone(t);
  await run(store, { users: [user('a')] });
  const early = await begun(store, ['a', 'b']);
  await crash(server, url);
  await assert.rejects(drawn(store, early), isOf('database.lost'));
  await store.finish(early, failed);
  const late = await begun(store, ['a', 'b']);
  await drawn(store, late);
  await store.enter(late, 'applying');
  await crash(server, url);
  await assert.rejects(store.apply(late, { at, remember }), isOf('database.lost'));
  assert.equal(await ids(store), 'a');
  await store.finish(late, failed);
  await run(store, { users: [user('a'), user('b')] });
  assert.equal(await ids(store), 'a b');
});

/** Kills a server process as the kernel would: all sessions end, and the server recovers. */
async function crash(server: PostgresServer, url: string): Promise<void> {
  const [row] = await server.admin(
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'background writer'",
    url,
  );
  process.kill(Number(row?.['pid']), 'SIGKILL');
  for (;;) {
    try {
      const [now] = await server.admin(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'background writer'",
        url,
      );
      if (now !== undefined && now['pid'] !== row?.['pid']) return;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
}
