import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';

import { command } from '../scenarios/command.ts';
import { scenario } from '../scenarios/scenario.ts';
import { served } from './served.ts';

const taskToken = 'a-token-of-twenty-four-signs';
const prefix = '/microsoft/graph';

describe('rollkeeper serve', () => {
  test('serves this machine, answers probes without a word, and ends in good order', async (t) => {
    const { settings } = await scenario(t);
    const { origin, process, ended } = await served(t, settings, '--every', 'off');
    assert.match(origin, /^http:\/\/localhost:\d+$/u);
    for (const path of ['/healthz', '/readyz', `${prefix}/healthz`]) {
      const response = await fetch(`${origin}${path}`);
      assert.equal(response.status, 200, path);
      assert.match(await response.text(), /^(?:ok|ready)\n$/u);
    }
    const home = await fetch(`${origin}/`, { redirect: 'manual' });
    assert.equal(home.headers.get('location'), `${prefix}/`);
    process.kill('SIGTERM');
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Stopping/u);
  });

  test('listens on this machine alone unless it is told otherwise', async (t) => {
    const { settings } = await scenario(t);
    const { origin } = await served(t, settings, '--every', 'off');
    const { port } = new URL(origin);
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    if (outside === undefined) {
      t.skip('This machine has no address but its own.');
      return;
    }
    await assert.rejects(fetch(`http://${outside}:${port}/healthz`));
  });

  test('shows no page to anybody who has not signed in', async (t) => {
    const { settings } = await scenario(t);
    const { origin } = await served(t, settings, '--every', 'off');
    for (const path of ['/', '/people', '/runs', '/nowhere']) {
      const response = await fetch(`${origin}${prefix}${path}`, { redirect: 'manual' });
      assert.equal(response.status, 303, path);
      assert.equal(response.headers.get('location'), `${prefix}/sign-in`);
    }
  });

  test('answers metrics and tasks to nobody without the token of the settings', async (t) => {
    const { settings } = await scenario(t);
    const open = await served(t, settings, '--every', 'off');
    for (const path of ['/metrics', `${prefix}/tasks/sync`]) {
      assert.equal((await fetch(`${open.origin}${path}`)).status, 404, path);
    }
    const guarded = await served(
      t,
      { ...settings, ROLLKEEPER_TASK_TOKEN: taskToken },
      '--every',
      'off',
    );
    for (const path of ['/metrics', `${prefix}/tasks/sync`]) {
      for (const headers of [
        {},
        { Authorization: 'Bearer wrong' },
        { Authorization: `Basic ${taskToken}` },
      ]) {
        const response = await fetch(`${guarded.origin}${path}`, { headers });
        assert.equal(response.status, 401, path);
      }
    }
  });

  test('runs once for a scheduler that shows the token, and counts it in the metrics', async (t) => {
    const { settings, rows } = await scenario(t);
    const env = { ...settings, ROLLKEEPER_TASK_TOKEN: taskToken };
    const { origin } = await served(t, env, '--every', 'off');
    const headers = { Authorization: `Bearer ${taskToken}` };
    const response = await fetch(`${origin}${prefix}/tasks/sync`, { method: 'POST', headers });
    assert.equal(response.status, 200);
    const report = (await response.json()) as { readonly status: string; readonly run: number };
    assert.equal(report.status, 'succeeded');
    const people = rows('SELECT id FROM microsoft_graph_users').length;
    const metrics = await (await fetch(`${origin}/metrics`, { headers })).text();
    assert.match(metrics, /^rollkeeper_runs_total\{status="succeeded"\} 1$/mu);
    assert.match(metrics, new RegExp(`^rollkeeper_people_in_scope ${people}$`, 'mu'));
    assert.match(metrics, /^rollkeeper_last_success_age_seconds \d/mu);
    assert.match(metrics, /^rollkeeper_removals_held 0$/mu);
  });

  test('begins a run by itself', async (t) => {
    const { settings, keeper, tenantId } = await scenario(t);
    const { process } = await served(t, settings, '--every', '1h');
    for (;;) {
      const [run] = await keeper.runs(tenantId, { limit: 1 });
      if (run?.status === 'succeeded') break;
      assert.equal(process.exitCode, null, 'it still serves');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal((await keeper.runs(tenantId)).length, 1);
  });

  test('is not open to other machines without an address and administrators', async (t) => {
    const { settings } = await scenario(t);
    const { code, stderr } = await command(['serve', '--host', '0.0.0.0', '--port', '0'], {
      env: settings,
    });
    assert.equal(code, 2);
    assert.match(stderr, /ROLLKEEPER_URL and ROLLKEEPER_ADMINISTRATORS/u);
  });
});
