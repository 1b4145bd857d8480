import { RollkeeperError } from '../../directory/error.ts';
import { groupAttributes, userAttributes } from '../../directory/attribute.ts';
import type { Attribute, Kept } from '../../directory/attribute.ts';
import type { OperationKind } from '../../decide/operation.ts';
import type { Statements } from '../../directory/statement.ts';
import type { Claim } from '../store.ts';
import { groupColumns, userColumns } from './columns.ts';
import type { Database, Session, Transaction } from './connection.ts';
import type { CopiedValue } from './copy.ts';
import { wellFormedJson } from './json.ts';
import { requireLease } from './lease.ts';
import type { Staged } from './staged.ts';
import { integer } from '../row.ts';

export const stagedTables = [
  'rollkeeper_staged_users',
  'rollkeeper_staged_absences',
  'rollkeeper_staged_managers',
  'rollkeeper_staged_groups',
  'rollkeeper_staged_memberships',
  'rollkeeper_staged_sleepers',
] as const;
export type StagedTable = (typeof stagedTables)[number];

/**
 * Appends statements, each row with a number. Numbers are given before the first row goes out, so that of pages that are
 * copied side by side the one that arrived later counts as the later. Rows that are then not copied are missed by
 * `requireStaged`.
 */
export async function stage(
  database: Database,
  staged: Staged,
  claim: Claim,
  statements: Statements,
): Promise<void> {
  const managers = staged.fresh(claim, statements.managers ?? []);
  const parts = partsOf({ ...statements, managers }).filter(({ count }) => count > 0);
  if (parts.length === 0) return;
  const first = staged.number(
    claim,
    parts.reduce((sum, { count }) => sum + count, 0),
  );
  await database.transaction(async (transaction) => {
    await requireLease(transaction, claim);
    let last = first;
    for (const { table, columns, count, rows } of parts) {
      const all = `tenant_id, run_id, row, ${columns}`;
      await transaction.copy(table, all, rows([claim.tenantId, claim.runId], last));
      last += count;
    }
  });
}

interface Part {
  readonly table: StagedTable;
  readonly columns: string;
  readonly count: number;
  /** Each row begins with `owner` and its number. */
  readonly rows: (owner: readonly CopiedValue[], after: number) => Iterable<readonly CopiedValue[]>;
}

function part<Item>(
  table: StagedTable,
  columns: string,
  items: readonly Item[],
  cells: (item: Item) => readonly CopiedValue[],
): Part {
  return {
    table,
    columns,
    count: items.length,
    rows: function* (owner, after) {
      let row = after;
      for (const item of items) {
        row += 1;
        yield [...owner, row, ...cells(item)];
      }
    },
  };
}

/** In the order of arrival: of a person who is stated and absent in one batch, the absence is the later one. */
function partsOf(statements: Statements): readonly Part[] {
  const { users = [], absences = [], managers = [], groups = [], memberships = [] } = statements;
  const { sleepers = [] } = statements;
  return [
    part(
      'rollkeeper_staged_users',
      `id, ${userColumns()}, attributes, supervisor_id, fingerprint`,
      users,
      ({ id, values, extra, manager, fingerprint }) => [
        id,
        ...copied(userAttributes, values),
        wellFormedJson(extra),
        manager,
        fingerprint,
      ],
    ),
    part('rollkeeper_staged_absences', 'id, reason', absences, ({ id, reason }) => [id, reason]),
    part(
      'rollkeeper_staged_managers',
      'id, kind, user_principal_name, display_name, mail',
      managers,
      ({ id, kind, userPrincipalName, displayName, mail }) => [
        id,
        kind,
        userPrincipalName,
        displayName,
        mail,
      ],
    ),
    part(
      'rollkeeper_staged_groups',
      `id, ${groupColumns()}, in_closure, kept`,
      groups,
      ({ id, values, inClosure }) => [
        id,
        ...copied(groupAttributes, values ?? groupAttributes.map(() => null)),
        inClosure,
        values !== null,
      ],
    ),
    part(
      'rollkeeper_staged_memberships',
      'group_id, member_id, member_kind, member',
      memberships,
      ({ groupId, memberId, memberKind, member }) => [groupId, memberId, memberKind, member],
    ),
    part('rollkeeper_staged_sleepers', 'id, asleep', sleepers, ({ id, asleep }) => [id, asleep]),
  ];
}

/** Values as PostgreSQL keeps them: flags are real ones, and the JSON of lists holds nothing that it refuses. */
const copied = (attributes: readonly Attribute[], values: readonly Kept[]): CopiedValue[] =>
  attributes.map(({ type }, at) => {
    const value = values[at] ?? null;
    if (type === 'boolean') return value === null ? null : value !== 0;
    return type === 'list' && typeof value === 'string' ? wellFormedJson(value) : value;
  });

export async function unstage(database: Database, staged: Staged, claim: Claim): Promise<void> {
  staged.drop(claim);
  await database.transaction(async (transaction) => {
    await requireLease(transaction, claim);
    await dropStaging(transaction, claim.tenantId);
  });
}

/**
 * The staged rows that an operation `o` stands for. `OFFSET 0` keeps the planner from joining all operations with all rows:
 * of tables that were filled a moment ago it knows nothing.
 */
export const stagedFor = (table: StagedTable): string => `
  SELECT * FROM ${table} r
   WHERE r.tenant_id = o.tenant_id AND r.run_id = o.run_id AND r.row BETWEEN o.row AND o.last_row
  OFFSET 0`;

/**
 * The staged row `s` that each operation of these kinds names, with what the operation itself says: `sequence`, `held`,
 * `approved` and `planned_supervisor_id`. Found by its key, and rows of ours by theirs, one after another: a planner that knows nothing of tables that
 * were filled a moment ago joins them in any order, by no more than their tenant, and takes the cube of their size.
 */
export const named = (
  table: StagedTable,
  ...kinds: readonly (OperationKind | 'held' | 'left')[]
): string => `
  (SELECT o.sequence, o.held, o.approved, o.supervisor_id AS planned_supervisor_id, s.*
     FROM rollkeeper_operations o
     CROSS JOIN LATERAL (SELECT * FROM ${table} r
                          WHERE r.tenant_id = o.tenant_id AND r.run_id = o.run_id AND r.row = o.row
                         OFFSET 0) s
    WHERE o.tenant_id = $tenant AND o.run_id = $run
      AND o.kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')})
   OFFSET 0) s`;

/** Drops what a tenant has staged. */
export async function dropStaging(session: Session, tenantId: string): Promise<void> {
  for (const table of stagedTables) {
    await session.run(`DELETE FROM ${table} WHERE tenant_id = $tenant`, { tenant: tenantId });
  }
}

/** Writes down how much was staged: from here on the run's row tells whether it is all there. */
export async function recordStaged(session: Session, staged: Staged, claim: Claim): Promise<void> {
  const counts = staged.counts(claim);
  if (counts === null) return;
  await session.run(
    `UPDATE rollkeeper_runs SET staged = $numbered, repeated = $dropped
      WHERE tenant_id = $tenant AND run_id = $run`,
    { tenant: claim.tenantId, run: claim.runId, ...counts },
  );
}

/**
 * Throws unless all that the run has staged is still there. Staging is not logged, so a server that crashed, or another that
 * took its place, has none of it; to go on would take what is missing for what was not said. Returns how many people are
 * staged.
 */
export async function requireStaged(session: Session, { tenantId, runId }: Claim): Promise<number> {
  const counted = stagedTables.map(
    (table) => `(SELECT count(*) FROM ${table} WHERE tenant_id = $tenant AND run_id = $run)`,
  );
  const [row = []] = await session.cells(
    `SELECT staged - repeated, ${counted.join(', ')}
       FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run`,
    { tenant: tenantId, run: runId },
  );
  const [expected = 0, ...there] = row.map(integer);
  const missing = expected - there.reduce((sum, rows) => sum + rows, 0);
  if (missing === 0) return there[stagedTables.indexOf('rollkeeper_staged_users')] ?? 0;
  throw new RollkeeperError(
    'database.lost',
    `The server lost what run ${runId} had staged: ${missing} rows. It has crashed, or another one has taken its place.`,
    { remedy: 'Run the command again: it reads anew. No row was changed.', facts: { missing } },
  );
}

/**
 * Removes what was staged again later, so that of each key the last statement alone is left. Called when all is
 * staged, before the first page of pairs.
 */
export const settlePeople = async (transaction: Transaction, claim: Claim): Promise<void> =>
  await settle(transaction, claim, ['rollkeeper_staged_users', 'rollkeeper_staged_absences'], 'id');

export const settleManagers = async (transaction: Transaction, claim: Claim): Promise<void> =>
  await settle(transaction, claim, ['rollkeeper_staged_managers'], 'id');

export const settleGroups = async (transaction: Transaction, claim: Claim): Promise<void> =>
  await settle(transaction, claim, ['rollkeeper_staged_groups'], 'id');

export const settleMemberships = async (transaction: Transaction, claim: Claim): Promise<void> =>
  await settle(transaction, claim, ['rollkeeper_staged_memberships'], 'group_id, member_id');

export const settleSleepers = async (transaction: Transaction, claim: Claim): Promise<void> =>
  await settle(transaction, claim, ['rollkeeper_staged_sleepers'], 'id');

async function settle(
  transaction: Transaction,
  { tenantId, runId }: Claim,
  from: readonly StagedTable[],
  key: string,
): Promise<void> {
  const values = { tenant: tenantId, run: runId };
  const staged = from
    .map((table) => `SELECT row, ${key} FROM ${table} WHERE tenant_id = $tenant AND run_id = $run`)
    .join(' UNION ALL ');
  const repeats = `SELECT ${key}, max(row) AS latest FROM (${staged}) staged GROUP BY ${key} HAVING count(*) > 1`;
  const repeated = await transaction.get(`SELECT 1 FROM (${repeats}) repeats LIMIT 1`, values);
  if (repeated === undefined) return;
  // Together, before any of them goes: what is repeated is told by all of these tables.
  const deletions = from.map(
    (table, at) => `deleted_${at} AS (
       DELETE FROM ${table} s USING repeats r
        WHERE s.tenant_id = $tenant AND s.run_id = $run AND s.row < r.latest
          AND ${key
            .split(', ')
            .map((column) => `s.${column} = r.${column}`)
            .join(' AND ')}
    RETURNING 1)`,
  );
  const deleted = from.map((_, at) => `(SELECT count(*) FROM deleted_${at})`).join(' + ');
  await transaction.run(
    `WITH repeats AS MATERIALIZED (${repeats}), ${deletions.join(', ')}
     UPDATE rollkeeper_runs SET repeated = repeated + ${deleted}
      WHERE tenant_id = $tenant AND run_id = $run`,
    values,
  );
}
