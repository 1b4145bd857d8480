import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Peer } from '../../src/web/site.ts';
import { networkOf } from '../../src/web/sign-in/attempts.ts';
import { start } from '../scenarios/command.ts';
import { scenario } from '../scenarios/scenario.ts';
import { ask, prefix, tokenOn } from './asking.ts';
import { hosted } from './host.ts';
import { claim, story, write } from './signing-in.ts';

const other = '99999999-9999-4999-8999-999999999999';
const now = Math.floor(Date.now() / 1000);

describe('an answer of Entra', () => {
  test('opens a session once: the same answer again, or in another browser, opens none', async (t) => {
    const { begun, back, visit, sessions, jar } = await story(t);
    const address = await begun();
    const stranger = await ask(address);
    assert.equal(stranger.status, 403);
    assert.equal(sessions(), 0);
    assert.equal((await back(address)).status, 303);
    assert.equal((await visit('/')).status, 200);
    const secret = jar.get('rollkeeper-session');
    assert.equal((await back(address)).status, 403);
    assert.equal(sessions(), 1);
    assert.equal(jar.get('rollkeeper-session'), secret);
  });

  test('opens a session under a new secret, not under one that was planted', async (t) => {
    const { begun, back, jar, origin } = await story(t);
    const planted = 'p'.repeat(43);
    jar.set('rollkeeper-session', planted);
    await back(await begun());
    assert.notEqual(jar.get('rollkeeper-session'), planted);
    const headers = { Cookie: `rollkeeper-session=${planted}` };
    assert.equal((await ask(`${origin}${prefix}/`, { headers })).status, 303);
  });

  test('leads to the overview, whatever else its address says', async (t) => {
    const { begun, back } = await story(t);
    const heard = await back(`${await begun()}&return=https://evil.example&next=//evil.example`);
    assert.equal(heard.headers.location, `${prefix}/`);
  });

  test('that comes after a quarter of an hour is refused', async (t) => {
    const { begun, back, databaseFile, sessions } = await story(t);
    const address = await begun();
    write(databaseFile, `UPDATE rollkeeper_tickets SET expires_at = '2001-01-01T00:00:00.000Z'`);
    assert.equal((await back(address)).status, 403);
    assert.equal(sessions(), 0);
  });

  test('to a sign-in is no answer to a request for consent', async (t) => {
    const { begun, back, visit, rows, tenantId } = await story(t);
    const state = new URL(await begun()).searchParams.get('state') ?? '';
    assert.equal((await back(await begun())).status, 303);
    const forged = `/consent/answer?admin_consent=True&tenant=${tenantId}&state=${state}`;
    assert.equal((await visit(forged)).status, 403);
    assert.deepEqual(rows('SELECT tenant_id FROM rollkeeper_consents'), []);
  });

  for (const [what, claims] of [
    ['another tenant', { tid: other }],
    ['no tenant', { tid: undefined }],
    ['no object id', { oid: undefined }],
    ['another object id', { oid: other }],
    ['another audience', { aud: other }],
    ['another issuer', { iss: `https://login.microsoftonline.com/${other}/v2.0` }],
    ['another nonce', { nonce: 'x' }],
    ['no nonce', { nonce: undefined }],
    ['a time that is over', { exp: now - 7200 }],
    ['an administrator’s user name only', { oid: other, preferred_username: 'x@example.org' }],
  ] as const) {
    test(`with an id token of ${what} lets nobody in`, async (t) => {
      const told = await story(t);
      const address = await told.begun();
      claim(told, claims);
      const heard = await told.back(address);
      assert.equal(heard.status, 403);
      assert.equal(told.sessions(), 0);
      assert.doesNotMatch(heard.text, /eyJ[\w-]{8}/u);
    });
  }

  test('lets a guest in by object id, but not by the user name that another tenant gave', async (t) => {
    const home = { idp: `https://sts.windows.net/${other}/` };
    const byName = await story(t, ({ userPrincipalName }) => userPrincipalName);
    const address = await byName.begun();
    claim(byName, home);
    assert.equal((await byName.back(address)).status, 403);
    assert.equal((await byName.back(await byName.begun())).status, 303);
    const guest = await story(t);
    const back = await guest.begun();
    claim(guest, home);
    assert.equal((await guest.back(back)).status, 303);
  });

  test('with markup in its error is shown as text', async (t) => {
    const { begun, back, entra } = await story(t);
    entra.desk.signsIn = 'cancel';
    const address = new URL(await begun());
    address.searchParams.set('error_description', '"><script>alert(1)</script>');
    const heard = await back(address.href);
    assert.equal(heard.status, 403);
    assert.doesNotMatch(heard.text, /<script>alert/u);
    assert.match(heard.text, /&lt;script&gt;alert/u);
  });
});

describe('a session', () => {
  for (const [ends, sql] of [
    ['an hour without a request', `UPDATE rollkeeper_sessions SET seen_at = $past`],
    ['twelve hours in any case', `UPDATE rollkeeper_sessions SET expires_at = $past`],
    ['being taken out of the database', `DELETE FROM rollkeeper_sessions`],
  ] as const) {
    test(`ends by ${ends}`, async (t) => {
      const { begun, back, visit, databaseFile } = await story(t);
      await back(await begun());
      assert.equal((await visit('/')).status, 200);
      const past = new Date(Date.now() - 61 * 60_000).toISOString();
      write(databaseFile, sql.replace('$past', `'${past}'`));
      assert.equal((await visit('/')).status, 303);
    });
  }

  test('ends for everybody when the list of administrators changes', async (t) => {
    const { begun, back, visit, reopened, jar, who } = await story(t);
    await back(await begun());
    assert.equal((await visit('/')).status, 200);
    for (const [list, status] of [
      [who.id, 200],
      [other, 303],
    ] as const) {
      const keeper = await reopened({
        ROLLKEEPER_URL: 'http://localhost:1',
        ROLLKEEPER_ADMINISTRATORS: list,
      });
      const origin = await hosted(t, keeper.web({ signIn: {} }));
      const heard = await ask(`${origin}${prefix}/`, { headers: { Cookie: jar.header } });
      assert.equal(heard.status, status, list);
    }
  });

  test('that is over is told nothing more of a run that goes on', async (t) => {
    const { begun, back, visit, jar, origin, entra, databaseFile } = await story(t);
    await back(await begun());
    const token = tokenOn(await visit('/diagnostics'));
    // The first page of members waits: time to sign out in.
    entra.faults.add({ match: { path: /members$/u }, delayMs: 1_500 });
    assert.equal((await visit('/sync', { token })).status, 303);
    const headers = { Cookie: jar.header };
    const stream = await fetch(`${origin}${prefix}/sync/events`, { headers });
    assert.equal(stream.status, 200);
    write(databaseFile, `DELETE FROM rollkeeper_sessions`);
    const text = await stream.text();
    assert.match(text, /event: ended/u);
    assert.doesNotMatch(text, /Reading: [1-9]|Applying/u);
  });
});

describe('the one-time address', () => {
  const key = 'k'.repeat(32);
  const path = `/sign-in/once?key=${key}`;

  async function once(t: TestContext): Promise<(peer: Peer, more?: object) => Promise<number>> {
    const { keeper } = await scenario(t);
    const web = keeper.web({ signIn: { oneTimeKey: key } });
    return async (peer, more = {}) => {
      const request = new Request(`http://localhost${prefix}${path}`, { headers: { ...more } });
      return (await web(request, peer)).status;
    };
  }

  test('lets in from this machine only, and not through a proxy on it', async (t) => {
    const opened = await once(t);
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      assert.equal(await opened({ address }), 200, address);
    }
    assert.equal(await opened({}), 403);
    for (const address of [
      '192.0.2.1',
      '127.0.0.1.evil.example',
      '::ffff:192.0.2.1',
      '2001:db8::1',
    ]) {
      assert.equal(await opened({ address }), 403, address);
    }
    for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP']) {
      const given = { [header]: '127.0.0.1' };
      assert.equal(await opened({ address: '127.0.0.1' }, given), 403, header);
    }
  });

  test('is good for an hour after the start', async (t) => {
    const opened = await once(t);
    const started = Date.now();
    t.mock.method(Date, 'now', () => started + 59 * 60_000);
    assert.equal(await opened({ address: '127.0.0.1' }), 200);
    t.mock.method(Date, 'now', () => started + 61 * 60_000);
    assert.equal(await opened({ address: '127.0.0.1' }), 403);
  });
});

describe('attempts to sign in', () => {
  test('are counted by who is at the other end, whatever a header says', async (t) => {
    const { origin } = await story(t);
    let last = 0;
    for (let attempt = 0; attempt < 25; attempt += 1) {
      const headers = {
        'X-Forwarded-For': `192.0.2.${attempt}`,
        'X-Real-IP': `192.0.2.${attempt}`,
        Forwarded: `for=192.0.2.${attempt}`,
      };
      last = (await ask(`${origin}${prefix}/sign-in/answer?state=x`, { headers })).status;
    }
    assert.equal(last, 429);
  });

  test('of one customer’s IPv6 addresses count together', () => {
    assert.equal(networkOf('2001:db8:1:2:aaaa::1'), networkOf('2001:db8:1:2:ffff:1:2:3'));
    assert.notEqual(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:3::1'));
    assert.equal(networkOf('::ffff:192.0.2.1'), '::ffff:192.0.2.1');
    assert.equal(networkOf('192.0.2.1'), '192.0.2.1');
    assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0');
  });
});

describe('rollkeeper consent', () => {
  test('is not ended by answers that somebody made up, and takes the right one', async (t) => {
    const { settings, entra, tenantId } = await scenario(t, { consented: false });
    entra.desk.consent = 'grant';
    const { MSGRAPH_TENANT_ID: _, ...env } = settings;
    const running = start(['consent', '--port', '0'], { env });
    const address = await new Promise<string>((resolve) => {
      running.process.stdout?.once('data', (text: string) => resolve(text.trim()));
    });
    const answer = new URL(new URL(address).searchParams.get('redirect_uri') ?? '');
    for (const target of [
      '//',
      `${answer.pathname}?state=made-up&admin_consent=True&tenant=${tenantId}`,
      `${answer.pathname}?error=access_denied`,
    ]) {
      const heard = await ask(answer.origin, { target });
      assert.ok([403, 404].includes(heard.status), `${target}: ${heard.status}`);
    }
    assert.match(await (await fetch(address)).text(), /The tenant is connected/u);
    assert.equal((await running.ended).code, 0);
  });
});
