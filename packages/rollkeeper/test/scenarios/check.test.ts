import assert from 'node:assert/strict';
import { test } from 'node:test';

import { command } from './command.ts';
import { scenario } from './scenario.ts';

interface Finding {
  readonly step: string;
  readonly state: string;
  readonly message: string;
  readonly remedy?: string;
  readonly requestId?: string;
}

async function check(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly findings: readonly Finding[] }> {
  const ended = await command(['check', '--json'], { env });
  const { findings } = JSON.parse(ended.stdout) as { findings: readonly Finding[] };
  return { code: ended.code, findings };
}

const failed = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ state }) => state === 'failed');

test('check goes through every step and finds nothing wrong', async (t) => {
  const { settings } = await scenario(t);
  const { code, findings } = await check(settings);
  assert.equal(code, 0);
  assert.deepEqual(
    findings.map(({ step, state }) => `${step}: ${state}`),
    ['settings', 'clock', 'login host', 'token', 'tenant', 'permissions', 'group', 'database'].map(
      (step) => `${step}: ok`,
    ),
  );
});

test('check says what is wrong with the settings, and contacts nothing', async (t) => {
  const { settings, entra } = await scenario(t);
  const { code, findings } = await check({ ...settings, MSGRAPH_MEMBERSHIP: 'sideways' });
  assert.equal(code, 2);
  assert.match(failed(findings)[0]?.message ?? '', /MSGRAPH_MEMBERSHIP/u);
  assert.equal(entra.requests.count, 0);
});

test('check explains a refused token by its AADSTS number, with the request id, and goes on to the database', async (t) => {
  const { settings } = await scenario(t);
  const { code, findings } = await check({
    ...settings,
    MSGRAPH_CLIENT_SECRET: 'wrong-secret-value',
  });
  assert.equal(code, 3);
  const [token] = failed(findings);
  assert.equal(token?.step, 'token');
  assert.match(token?.message ?? '', /7000215/u);
  assert.ok(token?.remedy);
  assert.ok(token?.requestId);
  assert.equal(findings.at(-1)?.state, 'ok');
  assert.equal(findings.find(({ step }) => step === 'group')?.state, 'skipped');
});

test('check names the permission that is missing', async (t) => {
  const { settings } = await scenario(t, { permissions: ['User.Read.All'] });
  const { code, findings } = await check(settings);
  assert.equal(code, 3);
  assert.match(
    failed(findings)
      .map(({ message }) => message)
      .join(),
    /GroupMember\.Read\.All/u,
  );
});

test('check warns of rights beyond need, write rights above all', async (t) => {
  const { settings } = await scenario(t, {
    permissions: ['User.Read.All', 'GroupMember.Read.All', 'Mail.Read', 'User.ReadWrite.All'],
  });
  const { code, findings } = await check(settings);
  assert.equal(code, 0);
  const warning = findings.find(({ state }) => state === 'warning');
  assert.match(warning?.message ?? '', /User\.ReadWrite\.All, Mail\.Read.*may even change/u);
});

test('check tells an ambiguous group, exit 4, and a database that is not one, exit 8', async (t) => {
  const { settings } = await scenario(t);
  const ambiguous = await check({ ...settings, MSGRAPH_GROUP_NAME_TO_SYNC: 'Duplicate' });
  assert.equal(ambiguous.code, 4);
  const folder = await check({
    ...settings,
    ROLLKEEPER_DATABASE_URL: 'sqlite:/proc/nowhere/rows.db',
  });
  assert.equal(folder.code, 8);
});

test('check tells a clock that is off', async (t) => {
  const { settings, entra } = await scenario(t);
  entra.faults.add({
    match: { path: /openid-configuration$/u },
    status: 200,
    headers: { Date: 'Mon, 01 Jan 2024 00:00:00 GMT' },
    body: {},
  });
  const { code, findings } = await check(settings);
  assert.equal(code, 3);
  assert.match(failed(findings)[0]?.message ?? '', /clock is \d+ s ahead/u);
});

test('check tells a login host that cannot be reached, and asks it for nothing else', async (t) => {
  const { settings } = await scenario(t);
  const { code, findings } = await check({ ...settings, MSGRAPH_LOGIN_URL: 'http://127.0.0.1:9' });
  assert.equal(code, 5);
  assert.deepEqual(
    failed(findings).map(({ step }) => step),
    ['login host'],
  );
});
