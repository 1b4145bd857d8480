import { userAttributes } from '../../directory/attribute.ts';
import type { KnownMembership, KnownOf, KnownUser } from '../../directory/known.ts';
import type { ManagerStatement, ObjectId } from '../../directory/statement.ts';
import type { Page } from '../store.ts';
import { userColumns } from './columns.ts';
import type { Connection, Values } from './connection.ts';
import { isHeld } from './known.ts';
import { flag, kept, reasonOrNull, text, textOrNull } from '../row.ts';
import { membership } from '../rows.ts';

// The ids come first, so that each is looked up by key whatever the size of the table.
const among = 'json_each($ids) k CROSS JOIN';

/** What is known of the ids that a delta read was told of. */
export function knownOf(
  connection: Connection,
  tenantId: string,
  ids: readonly ObjectId[],
): KnownOf {
  const values = { tenant: tenantId, ids: JSON.stringify(ids) };
  return {
    users: users(connection, values),
    managers: managers(connection, values),
    memberships: connection
      .cells(
        `SELECT e.group_id, e.member_id, e.member_kind, ${isHeld}
           FROM ${among} rollkeeper_memberships e INDEXED BY rollkeeper_memberships_by_member
          WHERE e.tenant_id = $tenant AND e.member_id = k.value`,
        values,
      )
      .map(membership),
    sleepers: connection
      .cells(
        `SELECT s.id FROM ${among} rollkeeper_sleepers s WHERE s.tenant_id = $tenant AND s.id = k.value`,
        values,
      )
      .map(([id]) => text(id)),
  };
}

function users(connection: Connection, values: Values): readonly KnownUser[] {
  const rows = connection.cells(
    `SELECT u.id, u.attributes, u.supervisor_id, u.deleted_reason,
            EXISTS (SELECT 1 FROM rollkeeper_held h
                     WHERE h.tenant_id = u.tenant_id AND h.kind IN ('leaving', 'deactivations')
                       AND h.subject_id = u.id AND h.group_id = ''),
            ${userColumns('u')}
       FROM ${among} rollkeeper_users u WHERE u.tenant_id = $tenant AND u.id = k.value`,
    values,
  );
  return rows.map(([id, extra, supervisor, deleted, held, ...columns]) => ({
    id: text(id),
    values: userAttributes.map((_, at) => kept(columns[at])),
    extra: textOrNull(extra),
    supervisorId: textOrNull(supervisor),
    deleted: reasonOrNull(deleted),
    held: flag(held),
  }));
}

function managers(connection: Connection, values: Values): readonly ManagerStatement[] {
  const rows = connection.cells(
    `SELECT m.id, m.kind, m.user_principal_name, m.display_name, m.mail
       FROM ${among} rollkeeper_outside_managers m WHERE m.tenant_id = $tenant AND m.id = k.value`,
    values,
  );
  return rows.map(([id, kind, userPrincipalName, displayName, mail]) => ({
    id: text(id),
    kind: kind === 'orgContact' ? 'orgContact' : 'user',
    userPrincipalName: textOrNull(userPrincipalName),
    displayName: textOrNull(displayName),
    mail: textOrNull(mail),
  }));
}

export function membersOf(
  connection: Connection,
  tenantId: string,
  groupId: ObjectId,
  page: Page<ObjectId>,
): readonly KnownMembership[] {
  return connection
    .cells(
      `SELECT group_id, member_id, member_kind, ${isHeld} FROM rollkeeper_memberships e
        WHERE tenant_id = $tenant AND group_id = $group AND member_id > $after
        ORDER BY member_id LIMIT $limit`,
      { tenant: tenantId, group: groupId, after: page.after ?? '', limit: page.limit },
    )
    .map(membership);
}

export function nestings(connection: Connection, tenantId: string): readonly KnownMembership[] {
  return connection
    .cells(
      `SELECT group_id, member_id, member_kind, ${isHeld}
         FROM rollkeeper_memberships e INDEXED BY rollkeeper_memberships_of_groups
        WHERE tenant_id = $tenant AND member_kind = 'group'`,
      { tenant: tenantId },
    )
    .map(membership);
}

export function reportsOf(
  connection: Connection,
  tenantId: string,
  supervisorIds: readonly ObjectId[],
): readonly ObjectId[] {
  return connection
    .cells(
      `SELECT DISTINCT u.id FROM ${among} rollkeeper_users u INDEXED BY rollkeeper_users_by_supervisor
        WHERE u.tenant_id = $tenant AND u.supervisor_id = k.value AND u.deleted_reason IS NULL`,
      { tenant: tenantId, ids: JSON.stringify(supervisorIds) },
    )
    .map(([id]) => text(id));
}
