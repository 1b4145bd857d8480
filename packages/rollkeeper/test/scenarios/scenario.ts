import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { serve } from 'entra-simulator';
import type { Simulator, SimulatorOptions } from 'entra-simulator';

import { watching } from '../../../entra-simulator/test/schema.ts';
import { postgresServer } from '../store/postgres-server.ts';
import { postgresRows } from './postgres-rows.ts';
import { assertNoLeakIn, secretsOf } from './leaks.ts';
import { open } from '../../src/open.ts';
import type { OpenOptions, Rollkeeper } from '../../src/open.ts';

/** Retries without long waits: the waits themselves are tested where time is given by hand. */
export const quick = { tries: 4, totalMs: 20_000, backoffMs: 1, requestTimeoutMs: 2_000 };

export type Row = Readonly<Record<string, unknown>>;

let onPostgres = false;

/** From here on every scenario of this process has its rows in PostgreSQL. */
export function tellStoriesOnPostgres(): void {
  onPostgres = true;
}

/** A simulated tenant, each of whose answers is held against Microsoft's schema, a database, and Rollkeeper between them. */
export interface Scenario {
  readonly entra: Simulator;
  readonly keeper: Rollkeeper;
  readonly tenantId: string;
  readonly groupId: string;
  /** What `keeper` was opened with. */
  readonly settings: Readonly<Record<string, string>>;
  /** Of SQLite. */
  readonly databaseFile: string;
  /** Another Rollkeeper on the same database and tenant, with these settings changed. */
  reopened(changes: Readonly<Record<string, string>>, options?: OpenOptions): Promise<Rollkeeper>;
  /** How many answers were held against the schema; 0 where it does not stand beside the repository. */
  answersHeld(): number;
  /** Rows of a view or of a query, by a connection of its own; flags are 0 and 1 on PostgreSQL too. */
  rows(sql: string): readonly Row[];
  /** Everything that an application may join to, as text to compare. */
  everything(): string;
  /** Closes all of it before the test ends, where a test tells many. */
  close(): Promise<void>;
}

/** Whatever runs what is left to do at its end: a test, or one of the stories that a test tells. */
export interface Ends {
  after(end: () => Promise<void>): void;
}

export async function scenario(
  context: Ends,
  options: SimulatorOptions = {},
  changes: Readonly<Record<string, string>> = {},
): Promise<Scenario> {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-'));
  const watch = watching();
  const entra = await serve({ users: 60, ...options, onAnswer: watch.onAnswer });
  const databaseFile = join(folder, 'rows.db');
  const database = onPostgres
    ? await (await postgresServer()).database(context)
    : `sqlite:${databaseFile}`;
  const settings = {
    ...entra.settings,
    ROLLKEEPER_DATABASE_URL: database,
    ...changes,
  };
  const keepers: Rollkeeper[] = [];
  const reopened: Scenario['reopened'] = async (more, openOptions = {}) => {
    const source = Object.fromEntries(
      Object.entries({ ...settings, ...more }).filter(([, value]) => value !== ''),
    );
    const keeper = await open(source, { limits: quick, ...openOptions });
    keepers.push(keeper);
    return keeper;
  };
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    for (const keeper of keepers) await keeper.close();
    await entra.close();
    await assertNoLeakIn(folder, secretsOf(settings));
    await rm(folder, { recursive: true, force: true });
    watch.end();
  };
  context.after(close);
  const keeper = await reopened({});
  const rows = (sql: string): readonly Row[] =>
    onPostgres ? postgresRows(database, sql) : query(databaseFile, sql);
  const group = entra.tenant.group(entra.settings['MSGRAPH_GROUP_NAME_TO_SYNC'] ?? '');
  return {
    entra,
    keeper,
    tenantId: entra.tenant.id,
    groupId: group?.id ?? '',
    settings,
    databaseFile,
    reopened,
    answersHeld: () => watch.held,
    rows,
    everything: () => viewsAsText(rows),
    close,
  };
}

export function query(databaseFile: string, sql: string): readonly Row[] {
  const database = new DatabaseSync(databaseFile, { readOnly: true, timeout: 5_000 });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

const views = {
  microsoft_graph_users: 'tenant_id, id',
  microsoft_graph_people: 'tenant_id, id',
  microsoft_graph_deleted_users: 'tenant_id, id',
  microsoft_graph_user_supervisors: 'tenant_id, user_id',
  microsoft_graph_groups: 'tenant_id, id',
  microsoft_graph_memberships: 'tenant_id, group_id, member_id',
} as const;

/** The views as one text, without what differs between two runs of the same story: times. */
export const everything = (databaseFile: string): string =>
  viewsAsText((sql) => query(databaseFile, sql));

function viewsAsText(rowsOf: (sql: string) => readonly Row[]): string {
  return Object.entries(views)
    .map(([view, order]) => {
      const rows = rowsOf(`SELECT * FROM ${view} ORDER BY ${order}`);
      return rows.map((row) => `${view} ${JSON.stringify(withoutTimes(row))}`).join('\n');
    })
    .join('\n');
}

const times = /^(?:status_since|deleted_at|created_at|updated_at|first_seen_at)$/u;

const withoutTimes = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !times.test(name)));

/** People of the group who are nothing out of the ordinary, in order of their id. */
export function ordinaryMembers({ entra, groupId }: Scenario): readonly string[] {
  const odd = new Set(Object.values(entra.tenant.oddities));
  return [...entra.tenant.transitiveUserIds(groupId)].filter((id) => !odd.has(id)).toSorted();
}

/** Those of them who are direct members, so that one call removes them from the group. */
export function directMembers(story: Scenario): readonly string[] {
  const direct = new Set(memberIds(story));
  return ordinaryMembers(story).filter((id) => direct.has(id));
}

/** The ids of a group's direct members of these kinds; of the synchronised group, of every kind, by default. */
export function memberIds(
  { entra, groupId }: Pick<Scenario, 'entra' | 'groupId'>,
  ...kinds: readonly string[]
): readonly string[] {
  return entra.tenant
    .members(groupId)
    .flatMap(({ id, kind }) => (kinds.length === 0 || kinds.includes(kind) ? [id] : []));
}

/** The id of somebody's manager as Graph would show it; null: none. */
export function managerOf({ entra }: Scenario, id: string): string | null {
  return entra.tenant.managerOf(entra.tenant.roster.indexOfId(id) ?? -1)?.id ?? null;
}

/** Picks one; fails the test where there is none. */
export function pick<Item>(items: readonly Item[], at = 0): Item {
  const item = items.at(at);
  if (item === undefined) throw new Error(`Nothing at ${at} of ${items.length} items.`);
  return item;
}
