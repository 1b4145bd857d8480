import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { Client } from 'pg';

import { RollkeeperError } from '../../src/directory/error.ts';
import { remember, run, tenant, user } from '../../src/store/contract.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import type { Claim, DrawnTo, Store } from '../../src/store/store.ts';
import { proxyTo } from './postgres-proxy.ts';
import { postgresServer, stopPostgresAtEnd } from './postgres-server.ts';

stopPostgresAtEnd();

const at = '2026-11-01T00:00:00.000Z';
const whole = { after: null, limit: 1_000 } as const;
const claiming = { kind: 'full', dryRun: false, at, leaseSeconds: 60 } as const;
const ended = { status: 'succeeded', at, report: '{}' } as const;
const failed = { status: 'failed', at, report: '{}', error: { code: 'x', message: 'x' } } as const;

async function opened(t: TestContext, url: string, options = ''): Promise<Store> {
  const named = new URL(url);
  if (options !== '') named.searchParams.set('options', options);
  const store = await openPostgres(named.href);
  t.after(async () => await store.close());
  return store;
}

/** A session of an application beside ours. */
async function session(t: TestContext, url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  t.after(async () => await client.end());
  return client;
}

const ids = async (store: Store): Promise<string> =>
  (await store.users(tenant, whole)).map(({ id }) => id).join(' ');

/** A run that is ready to apply: it renames `a` and creates `b`. */
async function ready(store: Store): Promise<Claim> {
  await run(store, { users: [user('a')] });
  const claim = await store.claim(tenant, claiming);
  await store.stage(claim, {
    users: [{ ...user('a', { jobTitle: 'Changed' }), fingerprint: 2 }, user('b')],
  });
  await store.enter(claim, 'deciding');
  for (let from: DrawnTo | null = null; ;) {
    from = (await store.draw(claim, { disabledUsers: 'keep' }, from)).next;
    if (from === null) break;
  }
  await store.enter(claim, 'applying');
  return claim;
}

async function tellsOnce(store: Store): Promise<void> {
  const changes = await store.changes(tenant, whole);
  assert.deepEqual(changes.map(({ change, subjectId }) => `${change} ${subjectId}`).toSorted(), [
    'created a',
    'created b',
    'updated a',
  ]);
}

async function untouched(store: Store): Promise<void> {
  assert.equal(await ids(store), 'a');
  const changes = await store.changes(tenant, whole);
  assert.deepEqual(
    changes.map(({ change }) => change),
    ['created'],
  );
}

const isLocked = (error: unknown): boolean =>
  error instanceof RollkeeperError && error.code === 'database.locked' && error.remedy !== '';

const waiting = `
  SELECT 1 FROM pg_stat_activity
   WHERE datname = current_database() AND application_name = 'rollkeeper' AND wait_event_type = 'Lock'`;

test('a deadlock with an application undoes the apply, which is done again when the other has ended', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const store = await opened(t, url);
  const claim = await ready(store);
  const application = await session(t, url);
  // The server undoes whoever looks first: ours, after a second.
  await application.query("SET deadlock_timeout = '1min'");
  await application.query('BEGIN');
  await application.query("SELECT 1 FROM rollkeeper.rollkeeper_users WHERE id = 'a' FOR UPDATE");
  const applied = store.apply(claim, { at, remember });
  while ((await server.admin(waiting, url)).length === 0);
  await application.query('SELECT 1 FROM rollkeeper.rollkeeper_connections FOR UPDATE');
  await untouched(store);
  await application.query('COMMIT');
  await applied;
  await store.finish(claim, ended);
  assert.equal(await ids(store), 'a b');
  await tellsOnce(store);
  // Sessions tell the server what they met when they end, at the latest.
  await store.close();
  const met = 'SELECT 1 FROM pg_stat_database WHERE datname = current_database() AND deadlocks = 1';
  while ((await server.admin(met, url)).length === 0);
});

/** Makes the server refuse the first `times` transactions that write to the change feed. A sequence counts what was undone, too. */
const refusing = (times: number): string => `
  CREATE SEQUENCE public.refused;
  CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF nextval('public.refused') <= ${times} THEN
      RAISE EXCEPTION 'could not serialize access' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER refuse BEFORE INSERT ON rollkeeper.rollkeeper_changes
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse();`;

test('an apply that the server refuses for others’ sake (40001) is done again', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const store = await opened(t, url);
  const claim = await ready(store);
  await server.admin(refusing(2), url);
  await store.apply(claim, { at, remember });
  await store.finish(claim, ended);
  assert.equal(await ids(store), 'a b');
  await tellsOnce(store);
});

test('an apply that the server keeps refusing (40001) fails, changes nothing, and the next run is right', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const store = await opened(t, url);
  const claim = await ready(store);
  await server.admin(refusing(1_000), url);
  await assert.rejects(store.apply(claim, { at, remember }), isLocked);
  await untouched(store);
  await store.finish(claim, failed);
  await server.admin('DROP TRIGGER refuse ON rollkeeper.rollkeeper_changes', url);
  await run(store, { users: [user('a'), user('b')] });
  assert.equal(await ids(store), 'a b');
});

for (const [what, sql] of [
  ['a row', "SELECT 1 FROM rollkeeper.rollkeeper_users WHERE id = 'a' FOR UPDATE"],
  ['a table', 'LOCK TABLE rollkeeper.rollkeeper_users IN SHARE MODE'],
] as const) {
  test(`an application that keeps ${what} locked makes the apply fail in the end, nothing changed, and the next run is right`, async (t) => {
    const server = await postgresServer();
    const url = await server.database(t);
    const store = await opened(t, url, '-c lock_timeout=300ms');
    const claim = await ready(store);
    const application = await session(t, url);
    await application.query('BEGIN');
    await application.query(sql);
    await assert.rejects(store.apply(claim, { at, remember }), isLocked);
    await untouched(store);
    await store.finish(claim, failed);
    await application.query('COMMIT');
    await run(store, { users: [user('a'), user('b')] });
    assert.equal(await ids(store), 'a b');
  });
}

test('a transaction waits half a minute for a lock and stands still for a minute at most; what the role says counts before', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  await server.admin(
    `CREATE TABLE public.seen (names text);
     CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       INSERT INTO public.seen SELECT concat_ws(' ', current_setting('lock_timeout'),
         current_setting('idle_in_transaction_session_timeout'), current_setting('statement_timeout'));
       RETURN NULL;
     END $$;
     CREATE TRIGGER see AFTER INSERT ON rollkeeper.rollkeeper_runs
       FOR EACH STATEMENT EXECUTE FUNCTION public.see();`,
    url,
  );
  await run(await opened(t, url), {});
  const given =
    '-c lock_timeout=2s -c idle_in_transaction_session_timeout=5s -c statement_timeout=1s';
  await run(await opened(t, url, given), {});
  const seen = await server.admin('SELECT names FROM public.seen', url);
  assert.deepEqual(
    seen.map(({ names }) => names),
    ['30s 1min 0', '2s 5s 0'],
  );
});

test('a renewal does not wait for whoever has the tenant’s row, as an apply has', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const store = await opened(t, url);
  const claim = await store.claim(tenant, claiming);
  const application = await session(t, url);
  await application.query('BEGIN');
  await application.query('SELECT 1 FROM rollkeeper.rollkeeper_connections FOR UPDATE');
  await store.renew(claim, 60);
  await application.query('COMMIT');
  await store.finish(claim, ended);
});

test('a run that applies for longer than its lease keeps others out, who are told that it is active', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const store = await opened(t, url);
  const claim = await ready(store);
  const application = await session(t, url);
  await application.query('BEGIN');
  await application.query("SELECT 1 FROM rollkeeper.rollkeeper_users WHERE id = 'a' FOR UPDATE");
  await server.admin('UPDATE rollkeeper.rollkeeper_connections SET lease_expires_at = now()', url);
  const applied = store.apply(claim, { at, remember });
  while ((await server.admin(waiting, url)).length === 0);
  const hasty = await opened(t, url, '-c lock_timeout=300ms');
  await assert.rejects(
    hasty.claim(tenant, claiming),
    (error: unknown) => error instanceof RollkeeperError && error.code === 'run.active',
  );
  await application.query('COMMIT');
  await applied;
  await store.finish(claim, ended);
  await tellsOnce(store);
});

/** Makes the server take long to end the transactions that change a run in this way. */
const slowlyWhen = (event: string): string => `
  CREATE FUNCTION public.slowly() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_sleep(1);
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER slowly AFTER ${event} ON rollkeeper.rollkeeper_runs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.slowly();`;

test('a claim, an apply and an end that the server is still committing when the connection is lost are waited for', async (t) => {
  const server = await postgresServer();
  const url = await server.database(t);
  const proxy = await proxyTo(server.url, t);
  const store = await opened(t, proxy.through(url));
  await run(store, { users: [user('a')] });
  await server.admin(slowlyWhen('INSERT OR UPDATE OF applied_at, finished_at'), url);
  proxy.cutAt(1, 'unseen');
  const claim = await store.claim(tenant, claiming);
  assert.ok(proxy.cut);
  await store.stage(claim, {
    users: [{ ...user('a', { jobTitle: 'Changed' }), fingerprint: 2 }, user('b')],
  });
  await store.enter(claim, 'deciding');
  await store.draw(claim, { disabledUsers: 'keep' }, null);
  for (let from: DrawnTo | null = { of: 'groups', row: null }; from !== null;) {
    from = (await store.draw(claim, { disabledUsers: 'keep' }, from)).next;
  }
  await store.enter(claim, 'applying');
  proxy.cutAt(1, 'unseen');
  await store.apply(claim, { at, remember });
  assert.ok(proxy.cut);
  assert.equal(await ids(store), 'a b');
  proxy.cutAt(1, 'unseen');
  await store.finish(claim, ended);
  assert.ok(proxy.cut);
  assert.equal((await store.run(tenant, claim.runId))?.status, 'succeeded');
  await tellsOnce(store);
});
