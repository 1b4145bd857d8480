import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type * as entraSimulator from 'entra-simulator';
import type { Simulator, Tenant } from 'entra-simulator';

import { RollkeeperError } from '../directory/error.ts';
import { open } from '../open.ts';
import type { Rollkeeper } from '../open.ts';
import { summaryTable } from './plan.ts';
import { note, oneLine, print, progressView, styled, table } from './terminal.ts';

/** People in the pretend tenant; four of five are in the group. */
const users = 1_000;
/** What each request takes, so that there is progress to see. */
const latencyMs = 25;

/** The main job against the simulator, from beginning to end, over HTTP and into a real database. */
export async function demoCommand(
  signal: AbortSignal,
  options: { readonly folder: string },
): Promise<number> {
  const { serve } = await simulator();
  await mkdir(options.folder, { recursive: true });
  const database = join(options.folder, 'rollkeeper.db');
  for (const ending of ['', '-wal', '-shm']) await rm(`${database}${ending}`, { force: true });

  const entra = await serve({ users, latencyMs });
  const keeper = await open(
    { ...entra.settings, ROLLKEEPER_DATABASE_URL: `sqlite:${database}` },
    { signal },
  );
  try {
    await perform(keeper, entra, options.folder, signal);
    note(`\nThe rows are in ${database}; its views begin with microsoft_graph_.`);
    return 0;
  } finally {
    await keeper.close();
    await entra.close();
  }
}

async function perform(
  keeper: Rollkeeper,
  entra: Simulator,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const group = entra.settings['MSGRAPH_GROUP_NAME_TO_SYNC'] ?? '';
  title(`1. A tenant of ${users} people at ${entra.url}, and its group “${group}”: the first run`);
  await run(keeper, signal);
  await showPeople(keeper);

  title('2. Some people change, some leave: the second run');
  const leavers = changeTenant(entra.tenant, group);
  await run(keeper, signal);

  title('3. Those who left come back, to the rows that they had: the third run');
  for (const id of leavers.deleted) entra.tenant.restoreUser(id);
  for (const [groupId, id] of leavers.removed) entra.tenant.addMember(groupId, id);
  await run(keeper, signal);

  title('4. The CSV files');
  await exportTo(
    join(folder, 'microsoft-graph-users.csv'),
    async (output) => await keeper.exportUsers({ output, from: 'database', signal }),
  );
  await exportTo(
    join(folder, 'microsoft-graph-groups.csv'),
    async (output) => await keeper.exportGroups({ output, from: 'database', signal }),
  );
}

async function run(keeper: Rollkeeper, signal: AbortSignal): Promise<void> {
  const view = progressView();
  try {
    const { report } = await keeper.sync({ signal, onProgress: view.show });
    view.stop();
    print(summaryTable(report));
  } finally {
    view.stop();
  }
}

async function showPeople(keeper: Rollkeeper): Promise<void> {
  const rows: string[][] = [];
  for await (const person of keeper.users(await keeper.tenantId())) {
    if (rows.length === 8) break;
    rows.push([
      oneLine(person.displayName ?? '(no display name)').slice(0, 30),
      oneLine(person.jobTitle ?? '').slice(0, 26),
      oneLine(person.department ?? '').slice(0, 20),
      oneLine(person.supervisor?.displayName ?? person.supervisor?.userPrincipalName ?? '–').slice(
        0,
        30,
      ),
    ]);
  }
  print('A sample of people with their managers (some names are odd on purpose):');
  print(table(['name', 'job title', 'department', 'manager'], rows));
}

interface Leavers {
  readonly deleted: readonly string[];
  readonly removed: readonly (readonly [groupId: string, userId: string])[];
}

/** Six people are promoted, three get another manager, four are deleted, three leave the group. */
function changeTenant(tenant: Tenant, groupName: string): Leavers {
  const odd = new Set(Object.values(tenant.oddities));
  const groupId = tenant.group(groupName)?.id ?? '';
  const nested = new Set(
    tenant
      .members(groupId)
      .flatMap(({ id, kind }) => (kind === 'group' ? [...tenant.transitiveUserIds(id)] : [])),
  );
  const direct = tenant
    .members(groupId)
    .flatMap(({ id, kind }) => (kind === 'user' && !odd.has(id) && !nested.has(id) ? [id] : []));
  const people = [...tenant.transitiveUserIds(groupId)].filter((id) => !odd.has(id));
  const staying = people.filter((id) => !direct.includes(id));
  const [promoted, moved] = [staying.slice(10, 16), staying.slice(16, 19)];
  const [deleted, leaving] = [direct.slice(-4), direct.slice(-7, -4)];
  for (const id of promoted) {
    tenant.updateUser(id, { jobTitle: `Senior ${tenant.user(id)?.jobTitle ?? 'Specialist'}` });
  }
  for (const id of moved) tenant.setManager(id, staying[0] ?? null);
  for (const id of deleted) tenant.deleteUser(id);
  for (const id of leaving) tenant.removeMember(groupId, id);
  return { deleted, removed: leaving.map((id) => [groupId, id] as const) };
}

async function exportTo(file: string, write: (output: string) => Promise<number>): Promise<void> {
  const rows = await write(file);
  const [header = ''] = (await readFile(file, 'utf8')).split('\r\n', 1);
  print(`${file}: ${rows} rows\n  ${header}`);
}

const title = (text: string): void => print(`\n${styled('bold', text)}\n`);

async function simulator(): Promise<typeof entraSimulator> {
  try {
    return await import('entra-simulator');
  } catch (error) {
    throw new RollkeeperError(
      'usage',
      'The demonstration needs the simulator, which is not installed.',
      {
        remedy: 'Install it with: npm install --save-dev entra-simulator',
        cause: error,
      },
    );
  }
}
