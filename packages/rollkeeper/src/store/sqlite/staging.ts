import type {
  AbsenceStatement,
  GroupStatement,
  ManagerStatement,
  MembershipStatement,
  SleeperStatement,
  Statements,
  UserStatement,
} from '../../directory/statement.ts';
import { groupAttributes } from '../../directory/attribute.ts';
import type { Claim } from '../store.ts';
import { groupColumns, placeholders, userColumns } from './columns.ts';
import type { Connection } from './connection.ts';
import { requireLease } from './lease.ts';
import { integer } from '../row.ts';
import { stagedTables } from './staged.ts';
import type { StagedTable } from './staged.ts';

export function stage(connection: Connection, claim: Claim, statements: Statements): void {
  connection.aside(() => {
    requireLease(connection, claim);
    const { users = [], absences = [], managers = [], groups = [], memberships = [] } = statements;
    const { sleepers = [] } = statements;
    if (users.length > 0 || absences.length > 0) {
      const last = Math.max(
        lastRow(connection, 'rollkeeper_staged_users'),
        lastRow(connection, 'rollkeeper_staged_absences'),
      );
      stageUsers(connection, claim, users, last);
      stageAbsences(connection, claim, absences, last + users.length);
    }
    if (managers.length > 0) stageManagers(connection, claim, managers);
    if (groups.length > 0) stageGroups(connection, claim, groups);
    if (memberships.length > 0) stageMemberships(connection, claim, memberships);
    if (sleepers.length > 0) stageSleepers(connection, claim, sleepers);
  });
}

function lastRow(connection: Connection, table: StagedTable): number {
  const row = connection.get(`SELECT coalesce(max(row), 0) AS row FROM ${table}`);
  return integer(row?.['row']);
}

function stageUsers(
  connection: Connection,
  { tenantId, runId }: Claim,
  users: readonly UserStatement[],
  after: number,
): void {
  const insert = connection.prepare(
    `INSERT INTO rollkeeper_staged_users
            (row, tenant_id, run_id, id, ${userColumns()}, attributes, supervisor_id, fingerprint)
     VALUES (${placeholders(22)})`,
  );
  let row = after;
  for (const { id, values, extra, manager, fingerprint } of users) {
    row += 1;
    insert.run(row, tenantId, runId, id, ...values, extra, manager, fingerprint);
  }
}

function stageAbsences(
  connection: Connection,
  { tenantId, runId }: Claim,
  absences: readonly AbsenceStatement[],
  after: number,
): void {
  const insert = connection.prepare(
    `INSERT INTO rollkeeper_staged_absences (row, tenant_id, run_id, id, reason)
     VALUES (${placeholders(5)})`,
  );
  for (const [at, { id, reason }] of absences.entries()) {
    insert.run(after + at + 1, tenantId, runId, id, reason);
  }
}

function stageManagers(
  connection: Connection,
  claim: Claim,
  managers: readonly ManagerStatement[],
): void {
  const insert = connection.prepare(
    `INSERT INTO rollkeeper_staged_managers
            (row, tenant_id, run_id, id, kind, user_principal_name, display_name, mail)
     VALUES (${placeholders(8)})`,
  );
  let row = lastRow(connection, 'rollkeeper_staged_managers');
  for (const { id, kind, userPrincipalName, displayName, mail } of managers) {
    row += 1;
    insert.run(row, claim.tenantId, claim.runId, id, kind, userPrincipalName, displayName, mail);
  }
}

function stageGroups(
  connection: Connection,
  claim: Claim,
  groups: readonly GroupStatement[],
): void {
  const insert = connection.prepare(
    `INSERT INTO rollkeeper_staged_groups
            (row, tenant_id, run_id, id, ${groupColumns()}, in_closure, kept)
     VALUES (${placeholders(6 + groupAttributes.length)})`,
  );
  let row = lastRow(connection, 'rollkeeper_staged_groups');
  for (const { id, values, inClosure } of groups) {
    row += 1;
    const columns = values ?? groupAttributes.map(() => null);
    const flags = [inClosure ? 1 : 0, values === null ? 0 : 1];
    insert.run(row, claim.tenantId, claim.runId, id, ...columns, ...flags);
  }
}

function stageMemberships(
  connection: Connection,
  claim: Claim,
  memberships: readonly MembershipStatement[],
): void {
  const { tenantId, runId } = claim;
  const insert = connection.prepare(
    `INSERT INTO rollkeeper_staged_memberships
            (row, tenant_id, run_id, group_id, member_id, member_kind, member)
     VALUES (${placeholders(7)})`,
  );
  let row = lastRow(connection, 'rollkeeper_staged_memberships');
  for (const { groupId, memberId, memberKind, member } of memberships) {
    row += 1;
    insert.run(row, tenantId, runId, groupId, memberId, memberKind, member ? 1 : 0);
  }
}

function stageSleepers(
  connection: Connection,
  claim: Claim,
  sleepers: readonly SleeperStatement[],
): void {
  const insert = connection.prepare(
    `INSERT INTO rollkeeper_staged_sleepers (row, tenant_id, run_id, id, asleep)
     VALUES (${placeholders(5)})`,
  );
  let row = lastRow(connection, 'rollkeeper_staged_sleepers');
  for (const { id, asleep } of sleepers) {
    row += 1;
    insert.run(row, claim.tenantId, claim.runId, id, asleep ? 1 : 0);
  }
}

export function unstage(connection: Connection, claim: Claim): void {
  connection.aside(() => {
    requireLease(connection, claim);
    dropStaging(connection, claim.tenantId);
  });
}

/**
 * Drops what a tenant has staged. A table that holds nothing of other tenants is emptied whole, which frees its
 * pages without visiting its rows.
 */
export function dropStaging(connection: Connection, tenantId: string): void {
  for (const table of stagedTables) {
    const others = connection.get(`SELECT 1 FROM ${table} WHERE tenant_id <> $tenant LIMIT 1`, {
      tenant: tenantId,
    });
    if (others === undefined) connection.run(`DELETE FROM ${table}`);
    else connection.run(`DELETE FROM ${table} WHERE tenant_id = $tenant`, { tenant: tenantId });
  }
}

/**
 * Removes what was staged again later, so that of each key the last statement alone is left. Called when all is
 * staged, before the first page of pairs.
 */
export const settlePeople = (connection: Connection, claim: Claim): void =>
  settle(connection, claim, ['rollkeeper_staged_users', 'rollkeeper_staged_absences'], 'id');

export const settleManagers = (connection: Connection, claim: Claim): void =>
  settle(connection, claim, ['rollkeeper_staged_managers'], 'id');

export const settleGroups = (connection: Connection, claim: Claim): void =>
  settle(connection, claim, ['rollkeeper_staged_groups'], 'id');

export const settleMemberships = (connection: Connection, claim: Claim): void =>
  settle(connection, claim, ['rollkeeper_staged_memberships'], 'group_id, member_id');

export const settleSleepers = (connection: Connection, claim: Claim): void =>
  settle(connection, claim, ['rollkeeper_staged_sleepers'], 'id');

function settle(
  connection: Connection,
  { tenantId, runId }: Claim,
  from: readonly StagedTable[],
  key: string,
): void {
  const values = { tenant: tenantId, run: runId };
  const staged = from
    .map((table) => `SELECT row, ${key} FROM ${table} WHERE tenant_id = $tenant AND run_id = $run`)
    .join(' UNION ALL ');
  const repeated = connection.get(
    `SELECT 1 FROM (${staged}) GROUP BY ${key} HAVING count(*) > 1 LIMIT 1`,
    values,
  );
  if (repeated === undefined) return;
  for (const table of from) {
    connection.run(
      `DELETE FROM ${table}
        WHERE tenant_id = $tenant AND run_id = $run
          AND row NOT IN (SELECT max(row) FROM (${staged}) GROUP BY ${key})`,
      values,
    );
  }
}
