import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { proxies, senderOf } from '../../src/cli/proxies.ts';
import { command } from '../scenarios/command.ts';
import { scenario } from '../scenarios/scenario.ts';
import { ask, prefix } from './asking.ts';
import { served } from './served.ts';

describe('who sends a request', () => {
  const trusted = proxies('127.0.0.1, 10.0.0.0/8, fd00::/8');

  test('is whoever is at the other end, unless that is a trusted proxy', () => {
    assert.equal(senderOf('203.0.113.9', '198.51.100.1', trusted), '203.0.113.9');
    assert.equal(senderOf('127.0.0.1', '198.51.100.1', proxies('192.0.2.1')), '127.0.0.1');
    assert.equal(senderOf('127.0.0.1', '198.51.100.1', trusted), '198.51.100.1');
    assert.equal(senderOf('::ffff:127.0.0.1', '198.51.100.1', trusted), '198.51.100.1');
    assert.equal(senderOf('fd12::1', '2001:db8::1', trusted), '2001:db8::1');
  });

  test('is what the outermost trusted proxy saw, and not what was there before', () => {
    const said = '192.0.2.66, 198.51.100.1, 10.2.3.4';
    assert.equal(senderOf('127.0.0.1', said, trusted), '198.51.100.1');
  });

  test('is the proxy where it says nothing, or nothing that is an address', () => {
    for (const said of [undefined, '', 'unknown', 'evil.example', '198.51.100.1:80']) {
      assert.equal(senderOf('127.0.0.1', said, trusted), '127.0.0.1', said);
    }
    assert.equal(senderOf(undefined, '198.51.100.1', trusted), undefined);
  });

  test('is counted by rollkeeper serve behind a proxy that it was told of', async (t) => {
    const { settings } = await scenario(t);
    const { origin } = await served(t, settings, '--every', 'off', '--trusted-proxy', '127.0.0.1');
    const tries = async (said: string): Promise<number> => {
      const headers = { 'X-Forwarded-For': said };
      const at = `${origin.replace('localhost', '127.0.0.1')}${prefix}/sign-in/answer?state=x`;
      return (await ask(at, { headers })).status;
    };
    let last = 0;
    for (let attempt = 0; attempt < 25; attempt += 1) {
      last = await tries(`192.0.2.${attempt}, 198.51.100.1`);
    }
    assert.equal(last, 429);
    assert.equal(await tries('203.0.113.9'), 403);
  });

  test('cannot be made up of what is no address', async () => {
    for (const text of ['proxy', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/x', '']) {
      assert.throws(() => proxies(text), /neither an address nor a subnet/u, text);
    }
    const { code, stderr } = await command(['serve', '--trusted-proxy', 'proxy']);
    assert.equal(code, 2);
    assert.match(stderr, /“proxy” is neither/u);
  });
});
