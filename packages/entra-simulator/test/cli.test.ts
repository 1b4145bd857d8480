import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve } from './serving.ts';
import { advanced, signIn } from './client.ts';

const run = promisify(execFile);
const binary = fileURLToPath(new URL('../bin/entra-simulator.js', import.meta.url));

test('the command prints the settings to use, serves by the script of faults, and ends when told to', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'entra-simulator-'));
  t.after(async () => await rm(folder, { recursive: true }));
  const faults = join(folder, 'faults.json');
  await writeFile(faults, JSON.stringify([{ match: { path: '/users' }, nth: 2, status: 503 }]));
  const words = ['--users', '60', '--group', 'Everyone', '--faults', faults];
  const child = spawn(process.execPath, [binary, ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const settings = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name = '', value = ''] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
    settings.set(name, value);
    if (name === 'MSGRAPH_LOGIN_URL') break;
  }
  const setting = (name: string): string => settings.get(name) ?? '';
  assert.equal(setting('MSGRAPH_GROUP_NAME_TO_SYNC'), 'Everyone');
  const login = `${setting('MSGRAPH_LOGIN_URL')}/${setting('MSGRAPH_TENANT_ID')}/oauth2/v2.0/token`;
  const answer = await fetch(login, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: setting('MSGRAPH_APPLICATION_ID'),
      client_secret: setting('MSGRAPH_CLIENT_SECRET'),
      scope: `${setting('MSGRAPH_GRAPH_URL')}/.default`,
    }),
  });
  const { access_token: token } = Object(await answer.json());
  const statuses: number[] = [];
  for (let at = 0; at < 3; at += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the second one is hit
    const page = await fetch(`${setting('MSGRAPH_GRAPH_URL')}/v1.0/users`, {
      headers: { authorization: `Bearer ${String(token)}` },
    });
    // oxlint-disable-next-line no-await-in-loop -- as above
    await page.arrayBuffer();
    statuses.push(page.status);
  }
  assert.deepEqual(statuses, [200, 503, 200]);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

test('the command tells what it takes, and what is wrong with what it was given', async () => {
  const { stdout } = await run(process.execPath, [binary, '--help']);
  for (const option of ['--users', '--latency', '--tls', '--faults'])
    assert.ok(stdout.includes(option));
  for (const words of [['--users', 'many'], ['--sideways']]) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is easier to read
    await assert.rejects(run(process.execPath, [binary, ...words]), { code: 2 });
  }
});

test('a million users are there without having been made', async () => {
  await using simulator = await serve({ users: 1_000_000, members: 1_000_000 });
  const client = await signIn(simulator);
  assert.equal((await client.get('/users/$count', advanced)).text, '1000000');
  const first = await client.get('/users?$select=id,userPrincipalName&$top=999');
  assert.equal(first.body.value?.length, 999);
  const { oddities } = simulator.tenant;
  const members = await client.get(
    `/groups/${oddities['group'] ?? ''}/members?$select=id&$top=999`,
  );
  assert.equal(members.body.value?.length, 999);
  const last = simulator.tenant.roster.people.id(999_999);
  assert.equal((await client.get(`/users/${last}?$select=id`)).body['id'], last);
});

test('the same seed gives the same tenant, and another seed another', async () => {
  const people = async (seed: number) => {
    await using simulator = await serve({ users: 60, seed });
    const { items } = await (await signIn(simulator)).all('/users?$top=999');
    return items;
  };
  const [one, again, other] = [await people(7), await people(7), await people(8)];
  assert.deepEqual(one, again);
  assert.notDeepEqual(one, other);
});
