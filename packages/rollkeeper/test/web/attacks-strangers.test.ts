import assert from 'node:assert/strict';
import { chmod, stat } from 'node:fs/promises';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { pick, scenario } from '../scenarios/scenario.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { ask, ownForm, prefix } from './asking.ts';
import type { Heard } from './asking.ts';
import { hosted } from './host.ts';
import { filled, pages, routesInSource } from './routes.ts';
import { served } from './served.ts';

/** What every answer says to a browser, whatever it is an answer to. */
function assertKeptToItself({ headers }: Heard, of: string): void {
  const policy = headers['content-security-policy'] ?? '';
  assert.match(String(policy), /default-src 'none'.*frame-ancestors 'none'/u, of);
  assert.doesNotMatch(String(policy), /unsafe|\*|https?:/u, of);
  assert.equal(headers['x-frame-options'], 'DENY', of);
  assert.equal(headers['x-content-type-options'], 'nosniff', of);
  assert.equal(headers['referrer-policy'], 'same-origin', of);
  assert.equal(headers['access-control-allow-origin'], undefined, of);
  assert.equal(headers['x-powered-by'], undefined, of);
}

interface Host extends Scenario {
  readonly base: string;
  readonly origin: string;
  readonly ids: { readonly person: string; readonly group: string };
}

/** The pages over a tenant that was read; who asks says with `x-may` what they may. */
async function host(t: TestContext): Promise<Host> {
  const story = await scenario(t);
  await story.keeper.sync();
  const authorize = ({ headers }: Request) => {
    const may = headers.get('x-may');
    return may === 'view' || may === 'manage' ? may : null;
  };
  const origin = await hosted(t, story.keeper.web({ authorize }));
  const person = String(pick(story.rows('SELECT id FROM microsoft_graph_users ORDER BY id'))['id']);
  return { ...story, origin, base: `${origin}${prefix}`, ids: { person, group: story.groupId } };
}

describe('strangers', () => {
  test('the list of routes that these tests go through is whole', async () => {
    const listed = pages.map(({ method, path }) => `${method} ${path}`).toSorted();
    assert.deepEqual(listed, await routesInSource());
  });

  test('see nothing of the tenant at any route, by any method, in a host', async (t) => {
    const { base, ids, tenantId, settings } = await host(t);
    for (const { path } of pages) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const of = `${method} ${path}`;
        const heard = await ask(`${base}${filled(path, ids)}`, { method });
        assert.equal(heard.status, 403, of);
        assertKeptToItself(heard, of);
        assert.equal(heard.headers['cache-control'], 'no-store', of);
        for (const secret of [tenantId, settings['MSGRAPH_APPLICATION_ID'] ?? '', '<nav']) {
          assert.ok(!heard.text.includes(secret), `${of} tells ${secret}`);
        }
      }
    }
  });

  test('are sent to the sign-in from every page that is served, and told nothing else', async (t) => {
    const { settings, tenantId } = await scenario(t);
    const { origin } = await served(t, settings, '--every', 'off');
    const ids = { person: tenantId, group: tenantId };
    for (const { method, path } of pages) {
      const heard = await ask(`${origin}${prefix}${filled(path, ids)}`, { method });
      assert.equal(heard.status, method === 'GET' ? 303 : 403, `${method} ${path}`);
      if (method === 'GET') assert.equal(heard.headers.location, `${prefix}/sign-in`);
      assertKeptToItself(heard, path);
      assert.ok(!heard.text.includes(tenantId), path);
    }
  });

  for (const path of [
    '/nothing-of-ours',
    `${prefix}/assets/x/nothing.js`,
    `${prefix}/assets/..%2f..%2f..%2fpackage.json`,
    `${prefix}/assets/x/..%2f..%2fpackage.json`,
    `${prefix}/assets/%2e%2e/%2e%2e/package.json`,
    `${prefix}/assets/x/..%5c..%5cpackage.json`,
    `${prefix}/assets/x/site.css%00.js`,
    `${prefix}/assets/x/__proto__`,
    `${prefix}/../../etc/passwd`,
    `//${prefix}/people`,
    `${prefix}//people`,
    `${prefix}/%70eople`,
    `${prefix}/people%00`,
    `${prefix}/people/%E0%A4%A`,
    `${prefix}/PEOPLE`,
    `/microsoft%2fgraph/people`,
    'http://elsewhere.example/microsoft/graph/people',
  ]) {
    test(`reach no file and no page by ${path}`, async (t) => {
      const { settings, tenantId } = await scenario(t);
      const { origin } = await served(t, settings, '--every', 'off');
      const heard = await ask(origin, { target: path });
      assert.ok([303, 400, 404].includes(heard.status), String(heard.status));
      assert.doesNotMatch(heard.text, /"dependencies"|root:|<nav/u);
      assert.ok(!heard.text.includes(tenantId));
      if (heard.status !== 400) assertKeptToItself(heard, path);
    });
  }

  test('who name another host are told nothing that follows from its name', async (t) => {
    const { settings } = await scenario(t);
    const { origin } = await served(t, settings, '--every', 'off');
    for (const Host of ['evil.example', 'evil.example:80"><script>', 'localhost@evil.example']) {
      for (const path of ['/', '/sign-in', '/people']) {
        const heard = await ask(`${origin}${prefix}${path}`, { headers: { Host } });
        assert.doesNotMatch(heard.text + JSON.stringify(heard.headers), /evil/u, `${Host} ${path}`);
        assert.ok(heard.status < 500, `${Host} ${path}: ${heard.status}`);
      }
    }
  });

  test('send no more than a form holds, however they declare it', async (t) => {
    const { base, keeper } = await host(t);
    const web = keeper.web({ authorize: () => 'manage' });
    const whole = new Request(`${base}/diagnostics`, { method: 'POST', body: 'x'.repeat(300_000) });
    assert.equal((await web(whole)).status, 413);
    const body = `text=${'x'.repeat(300 * 1024)}`;
    for (const headers of [
      { ...ownForm },
      { ...ownForm, 'Transfer-Encoding': 'chunked' },
      { ...ownForm, 'Content-Type': 'multipart/form-data; boundary=x' },
    ]) {
      // Whoever goes on sending after the answer is cut off, and may never read it.
      const status = await ask(`${base}/diagnostics`, { method: 'POST', headers, body }).then(
        (heard) => heard.status,
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      );
      assert.ok([413, 'ECONNRESET', 'EPIPE'].includes(status as number), String(status));
    }
  });

  test('are not told where the database is, or why it does not answer', async (t) => {
    const story = await scenario(t);
    const folder = story.databaseFile.replace(/[^/]+$/u, '');
    const missing = `${folder}no-such-folder/secret-place.db`;
    const keeper = await story.reopened({
      ROLLKEEPER_DATABASE_URL: `sqlite:${missing}`,
      ROLLKEEPER_ADMINISTRATORS: 'ada@example.org',
    });
    const told: unknown[] = [];
    const web = keeper.web({ signIn: {}, onError: (error) => told.push(error) });
    const origin = await hosted(t, web);
    const headers = { Cookie: `rollkeeper-session=${'s'.repeat(43)}` };
    const heard = await ask(`${origin}${prefix}/`, { headers });
    assert.equal(heard.status, 503);
    assert.doesNotMatch(heard.text, /secret-place|no-such-folder|SQL/u);
    assert.match(heard.text, /database\./u);
    assert.equal(told.length, 1);
    const ready = await ask(`${origin}${prefix}/readyz`);
    assert.equal(ready.status, 503);
    assert.doesNotMatch(ready.text, /secret-place|no-such-folder/u);
  });

  test('are told nothing of an error in the host: no text, no stack, no path', async (t) => {
    const { keeper } = await scenario(t);
    const told: unknown[] = [];
    const authorize = (): never => {
      throw new Error('the password of the host is hunter2');
    };
    const web = keeper.web({ authorize, onError: (error) => told.push(error) });
    const heard = await ask(`${await hosted(t, web)}${prefix}/people`);
    assert.equal(heard.status, 500);
    assert.doesNotMatch(heard.text, /hunter2|\.ts|node_modules| at /u);
    assertKeptToItself(heard, 'an error');
    assert.equal(told.length, 1);
  });

  test('whoever is let in gets pages that no cache keeps; only files of ours may be kept', async (t) => {
    const { base, ids } = await host(t);
    const headers = { 'x-may': 'manage' };
    for (const { method, path } of pages.filter((one) => one.method === 'GET')) {
      const heard = await ask(`${base}${filled(path, ids)}`, { method, headers });
      assert.match(heard.headers['cache-control'] ?? '', /^no-store/u, path);
      assertKeptToItself(heard, path);
    }
    for (const path of ['/healthz', '/readyz', '/metrics', '/tasks/sync', '/nowhere']) {
      const heard = await ask(`${base}${path}`, { headers });
      assert.equal(heard.headers['cache-control'], 'no-store', path);
      assertKeptToItself(heard, path);
    }
  });

  test('on the same machine cannot read the database, its journals or a file of people', async (t) => {
    const { keeper, databaseFile } = await scenario(t);
    await keeper.sync();
    const file = `${databaseFile}.csv`;
    await keeper.exportUsers({ output: file, from: 'database' });
    for (const path of [databaseFile, `${databaseFile}-wal`, `${databaseFile}-shm`, file]) {
      assert.equal((await stat(path)).mode & 0o077, 0, path);
    }
    // One that was there before, for everybody, is replaced by one that is not.
    await chmod(file, 0o644);
    await keeper.exportUsers({ output: file, from: 'database' });
    assert.equal((await stat(file)).mode & 0o077, 0);
  });
});
