import { userAttributes } from '../../directory/attribute.ts';
import type { KnownMembership, KnownOf, KnownUser } from '../../directory/known.ts';
import type { ManagerStatement, ObjectId } from '../../directory/statement.ts';
import type { Page } from '../store.ts';
import { userColumns } from './columns.ts';
import type { Session, Values } from './connection.ts';
import { isHeld } from './known.ts';
import { flag, flagOrNull, kept, reasonOrNull, text, textOrNull } from '../row.ts';
import { membership } from '../rows.ts';

// The ids are few: each is looked up by key whatever the size of the table.
const among = 'json_array_elements_text($ids::json) AS k(value) JOIN';

/** What is known of the ids that a delta read was told of. */
export async function knownOf(
  session: Session,
  tenantId: string,
  ids: readonly ObjectId[],
): Promise<KnownOf> {
  const values = { tenant: tenantId, ids: JSON.stringify(ids) };
  const memberships = await session.cells(
    `SELECT e.group_id, e.member_id, e.member_kind, ${isHeld}
       FROM ${among} rollkeeper_memberships e ON e.tenant_id = $tenant AND e.member_id = k.value`,
    values,
  );
  const sleepers = await session.cells(
    `SELECT s.id FROM ${among} rollkeeper_sleepers s ON s.tenant_id = $tenant AND s.id = k.value`,
    values,
  );
  return {
    users: await users(session, values),
    managers: await managers(session, values),
    memberships: memberships.map(membership),
    sleepers: sleepers.map(([id]) => text(id)),
  };
}

async function users(session: Session, values: Values): Promise<readonly KnownUser[]> {
  const rows = await session.cells(
    `SELECT u.id, u.attributes, u.supervisor_id, u.deleted_reason,
            EXISTS (SELECT 1 FROM rollkeeper_held h
                     WHERE h.tenant_id = u.tenant_id AND h.kind IN ('leaving', 'deactivations')
                       AND h.subject_id = u.id AND h.group_id = ''),
            ${userColumns('u')}
       FROM ${among} rollkeeper_users u ON u.tenant_id = $tenant AND u.id = k.value`,
    values,
  );
  return rows.map(([id, extra, supervisor, deleted, held, ...columns]) => ({
    id: text(id),
    values: userAttributes.map(({ type }, at) =>
      type === 'boolean' ? asNumber(flagOrNull(columns[at])) : kept(columns[at]),
    ),
    extra: textOrNull(extra),
    supervisorId: textOrNull(supervisor),
    deleted: reasonOrNull(deleted),
    held: flag(held),
  }));
}

const asNumber = (value: boolean | null): number | null => (value === null ? null : Number(value));

async function managers(session: Session, values: Values): Promise<readonly ManagerStatement[]> {
  const rows = await session.cells(
    `SELECT m.id, m.kind, m.user_principal_name, m.display_name, m.mail
       FROM ${among} rollkeeper_outside_managers m ON m.tenant_id = $tenant AND m.id = k.value`,
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

export async function membersOf(
  session: Session,
  tenantId: string,
  groupId: ObjectId,
  page: Page<ObjectId>,
): Promise<readonly KnownMembership[]> {
  const rows = await session.cells(
    `SELECT group_id, member_id, member_kind, ${isHeld} FROM rollkeeper_memberships e
      WHERE tenant_id = $tenant AND group_id = $group AND member_id > $after
      ORDER BY member_id LIMIT $limit`,
    { tenant: tenantId, group: groupId, after: page.after ?? '', limit: page.limit },
  );
  return rows.map(membership);
}

export async function nestings(
  session: Session,
  tenantId: string,
): Promise<readonly KnownMembership[]> {
  const rows = await session.cells(
    `SELECT group_id, member_id, member_kind, ${isHeld} FROM rollkeeper_memberships e
      WHERE tenant_id = $tenant AND member_kind = 'group'`,
    { tenant: tenantId },
  );
  return rows.map(membership);
}

export async function reportsOf(
  session: Session,
  tenantId: string,
  supervisorIds: readonly ObjectId[],
): Promise<readonly ObjectId[]> {
  const rows = await session.cells(
    `SELECT DISTINCT u.id
       FROM ${among} rollkeeper_users u ON u.tenant_id = $tenant AND u.supervisor_id = k.value
      WHERE u.deleted_reason IS NULL`,
    { tenant: tenantId, ids: JSON.stringify(supervisorIds) },
  );
  return rows.map(([id]) => text(id));
}
