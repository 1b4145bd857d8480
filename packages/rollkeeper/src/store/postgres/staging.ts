import { RollkeeperError } from '../../directory/error.ts';
import { groupAttributes, userAttributes } from '../../directory/attribute.ts';
import type { Attribute, Kept } from '../../directory/attribute.ts';
import type { Statements } from '../../directory/statement.ts';
import { lostLease } from '../refusal.ts';
import type { Claim } from '../store.ts';
import { groupColumns, userColumns } from './columns.ts';
import type { Database, Session, Transaction } from './connection.ts';
import type { CopiedValue } from './copy.ts';
import { wellFormedJson } from './json.ts';
import { requireLease } from './lease.ts';
import type { ManagersStaged } from './managers-staged.ts';
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
 * Numbers first, so that pages which arrive side by side are copied side by side: whoever numbers waits for nobody's rows. Rows
 * that are then not copied are missed by `requireStaged`.
 */
export async function stage(
  database: Database,
  managersStaged: ManagersStaged,
  claim: Claim,
  statements: Statements,
): Promise<void> {
  const managers = managersStaged.fresh(claim, statements.managers ?? []);
  const parts = partsOf({ ...statements, managers }).filter(({ rows }) => rows.length > 0);
  if (parts.length === 0) return;
  const first = await database.transaction(async (transaction) => {
    // Nobody waits for the disk here: to enter the state `deciding` does, and writes out what came before.
    await transaction.execute('SET LOCAL synchronous_commit = off');
    return await takeNumbers(transaction, claim, parts);
  });
  await database.transaction(async (transaction) => {
    let last = first;
    for (const { table, columns, rows } of parts) {
      const all = `tenant_id, run_id, row, ${columns}`;
      await transaction.copy(table, all, numbered(claim, rows, last));
      last += rows.length;
    }
  });
}

interface Part {
  readonly table: StagedTable;
  readonly columns: string;
  readonly rows: readonly (readonly CopiedValue[])[];
}

/** In the order of arrival: of a person who is stated and absent in one batch, the absence is the later one. */
function partsOf(statements: Statements): readonly Part[] {
  const { users = [], absences = [], managers = [], groups = [], memberships = [] } = statements;
  const { sleepers = [] } = statements;
  return [
    {
      table: 'rollkeeper_staged_users',
      columns: `id, ${userColumns()}, attributes, supervisor_id, fingerprint`,
      rows: users.map(({ id, values, extra, manager, fingerprint }) => [
        id,
        ...copied(userAttributes, values),
        wellFormedJson(extra),
        manager,
        fingerprint,
      ]),
    },
    {
      table: 'rollkeeper_staged_absences',
      columns: 'id, reason',
      rows: absences.map(({ id, reason }) => [id, reason]),
    },
    {
      table: 'rollkeeper_staged_managers',
      columns: 'id, kind, user_principal_name, display_name, mail',
      rows: managers.map(({ id, kind, userPrincipalName, displayName, mail }) => [
        id,
        kind,
        userPrincipalName,
        displayName,
        mail,
      ]),
    },
    {
      table: 'rollkeeper_staged_groups',
      columns: `id, ${groupColumns()}, in_closure, kept`,
      rows: groups.map(({ id, values, inClosure }) => [
        id,
        ...copied(groupAttributes, values ?? groupAttributes.map(() => null)),
        inClosure,
        values !== null,
      ]),
    },
    {
      table: 'rollkeeper_staged_memberships',
      columns: 'group_id, member_id, member_kind, member',
      rows: memberships.map(({ groupId, memberId, memberKind, member }) => [
        groupId,
        memberId,
        memberKind,
        member,
      ]),
    },
    {
      table: 'rollkeeper_staged_sleepers',
      columns: 'id, asleep',
      rows: sleepers.map(({ id, asleep }) => [id, asleep]),
    },
  ];
}

/** Values as PostgreSQL keeps them: flags are real ones, and the JSON of lists holds nothing that it refuses. */
const copied = (attributes: readonly Attribute[], values: readonly Kept[]): CopiedValue[] =>
  attributes.map(({ type }, at) => {
    const value = values[at] ?? null;
    if (type === 'boolean') return value === null ? null : value !== 0;
    return type === 'list' && typeof value === 'string' ? wellFormedJson(value) : value;
  });

/**
 * Numbers for all these rows, from the run's row, while the claim still owns the lease: one statement, since a read comes
 * here for every thousand rows.
 */
async function takeNumbers(
  session: Session,
  claim: Claim,
  parts: readonly Part[],
): Promise<number> {
  const count = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const row = await session.get(
    `UPDATE rollkeeper_runs r SET staged = r.staged + $count
       FROM rollkeeper_connections c
      WHERE r.tenant_id = $tenant AND r.run_id = $run AND r.cancelled_at IS NULL
        AND c.tenant_id = r.tenant_id AND c.fence = $fence AND c.lease_run_id = r.run_id
  RETURNING r.staged - $count AS last`,
    { tenant: claim.tenantId, run: claim.runId, fence: claim.fence, count },
  );
  if (row !== undefined) return integer(row['last']);
  await requireLease(session, claim);
  throw lostLease(claim);
}

function* numbered(
  { tenantId, runId }: Claim,
  rows: readonly (readonly CopiedValue[])[],
  after: number,
): Generator<readonly CopiedValue[]> {
  for (const [at, row] of rows.entries()) yield [tenantId, runId, after + at + 1, ...row];
}

export async function unstage(
  database: Database,
  managersStaged: ManagersStaged,
  claim: Claim,
): Promise<void> {
  managersStaged.forget(claim);
  await database.transaction(async (transaction) => {
    await requireLease(transaction, claim);
    await dropStaging(transaction, claim.tenantId);
    // Rows are still numbered on: what is gone counts as repeated.
    await transaction.run(
      `UPDATE rollkeeper_runs SET repeated = staged WHERE tenant_id = $tenant AND run_id = $run`,
      { tenant: claim.tenantId, run: claim.runId },
    );
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

/** Drops what a tenant has staged. */
export async function dropStaging(session: Session, tenantId: string): Promise<void> {
  for (const table of stagedTables) {
    await session.run(`DELETE FROM ${table} WHERE tenant_id = $tenant`, { tenant: tenantId });
  }
}

/**
 * Throws unless all that the run has staged is still there. Staging is not logged, so a server that crashed, or another that
 * took its place, has none of it; to go on would take what is missing for what was not said.
 */
export async function requireStaged(session: Session, { tenantId, runId }: Claim): Promise<void> {
  const counted = stagedTables.map(
    (table) => `(SELECT count(*) FROM ${table} WHERE tenant_id = $tenant AND run_id = $run)`,
  );
  const row = await session.get(
    `SELECT staged - repeated - (${counted.join(' + ')}) AS missing
       FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run`,
    { tenant: tenantId, run: runId },
  );
  const missing = integer(row?.['missing']);
  if (missing === 0) return;
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
