import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

import type { DirectoryGroup, DirectoryUser } from 'entra-simulator';

import { command } from './command.ts';
import { scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

async function folderOf(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-export-'));
  context.after(async () => await rm(folder, { recursive: true }));
  return folder;
}

/** Reads RFC 4180: cells that are quoted may hold commas, quotes that are doubled, and line breaks. */
function parsed(csv: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  const pattern = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/gu;
  let row: string[] = [];
  for (const [whole, cell = '', end = ''] of csv.matchAll(pattern)) {
    if (whole === '' && row.length === 0) break;
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

type Value = string | boolean | null | undefined | readonly string[];

/** What a cell says of a value: an apostrophe before what a spreadsheet would take for a formula. */
function cellOf(value: Value): string {
  const text = Array.isArray(value) ? value.join('; ') : String(value ?? '');
  return /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
}

const userProperties = [
  'id',
  'userPrincipalName',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'jobTitle',
  'department',
  'companyName',
  'officeLocation',
  'employeeId',
  'mobilePhone',
  'businessPhones',
  'accountEnabled',
  'userType',
  'createdDateTime',
] as const satisfies readonly (keyof DirectoryUser)[];

const groupProperties = [
  'id',
  'displayName',
  'description',
  'mail',
  'mailNickname',
  'securityEnabled',
  'mailEnabled',
  'groupTypes',
  'visibility',
  'createdDateTime',
  'onPremisesSyncEnabled',
] as const satisfies readonly (keyof DirectoryGroup)[];

function userCells({ entra: { tenant } }: Scenario, user: DirectoryUser): readonly string[] {
  const manager = tenant.managerOf(tenant.roster.indexOfId(user.id) ?? -1);
  const name = manager?.kind === 'user' ? tenant.user(manager.id)?.userPrincipalName : undefined;
  return [...userProperties.map((property) => user[property]), manager?.id, name].map(cellOf);
}

test('the CSV of users says of everyone exactly what the tenant does, odd people too', async (t) => {
  const story = await scenario(t, { users: 120 });
  const words = ['export', 'users', '--output', '-'];
  const { code, stdout, stderr } = await command(words, { env: story.settings });
  assert.equal(code, 0, stderr);
  const [header, ...rows] = parsed(stdout);
  assert.deepEqual(header, [...userProperties, 'managerId', 'managerUserPrincipalName']);
  const expected = [...story.entra.tenant.users()].map((user) => userCells(story, user));
  assert.equal(rows.length, expected.length);
  assert.deepEqual(new Set(rows.map(String)), new Set(expected.map(String)));
});

test('the CSV of groups says of each exactly what the tenant does', async (t) => {
  const story = await scenario(t);
  const words = ['export', 'groups', '--output', '-'];
  const { code, stdout, stderr } = await command(words, { env: story.settings });
  assert.equal(code, 0, stderr);
  const [header, ...rows] = parsed(stdout);
  assert.deepEqual(header, groupProperties);
  const expected = [...story.entra.tenant.groups()].map((group) =>
    groupProperties.map((property) => cellOf(group[property])),
  );
  assert.deepEqual(new Set(rows.map(String)), new Set(expected.map(String)));
});

/** Writes rows as pages bring them, side by side, of which all at once are more than it may hold. */
const writing = `
  import { writeCsv } from ${JSON.stringify(new URL('../../src/export/csv.ts', import.meta.url).href)};
  const columns = Array.from({ length: 18 }, (_, at) => 'column' + at);
  const page = (from) =>
    Array.from({ length: 500 }, (_, at) => columns.map((name) => name + ' of ' + (from + at)));
  await writeCsv(process.argv[1], columns, async (write) => {
    const lane = async (first) => {
      for (let from = first; from < 64_000; from += 8_000) await write(page(from));
    };
    await Promise.all(Array.from({ length: 16 }, async (_, at) => await lane(at * 500)));
  });`;

test('a CSV is written in memory that does not grow with its rows', async (t) => {
  const file = join(await folderOf(t), 'large.csv');
  const words = ['--max-old-space-size=48', '--input-type=module', '--eval', writing, file];
  const { stderr } = await promisify(execFile)(process.execPath, words);
  assert.equal(stderr, '');
  const text = await readFile(file, 'utf8');
  assert.equal(text.split('\r\n').length, 64_002);
});
