import type { ObjectId } from '../../directory/statement.ts';
import { reasons } from '../../directory/statement.ts';
import type { KnownMembershipsPage, KnownPeoplePage, Page } from '../store.ts';
import type { Session } from './connection.ts';
import { holdsAnything } from './held/earlier.ts';
import { flag, integer, text } from '../row.ts';

/** What is known, in the compact form that a full read carries. */
export async function knownPeople(
  session: Session,
  tenantId: string,
  page: Page<ObjectId>,
): Promise<KnownPeoplePage> {
  const rows = await session.cells(
    `SELECT id, fingerprint,
            CASE deleted_reason WHEN '${reasons[0]}' THEN 1 WHEN '${reasons[1]}' THEN 2 WHEN '${reasons[2]}' THEN 3
                                ELSE 0 END
       FROM rollkeeper_users
      WHERE tenant_id = $tenant AND id > $after AND deleted_reason IS DISTINCT FROM 'permanently_deleted'
      ORDER BY id LIMIT $limit`,
    { tenant: tenantId, after: page.after ?? '', limit: page.limit },
  );
  return {
    ids: rows.map(([id]) => text(id)),
    fingerprints: Float64Array.from(rows, ([, fingerprint]) => integer(fingerprint)),
    deleted: Uint8Array.from(rows, ([, , deleted]) => integer(deleted)),
  };
}

export async function knownMemberships(
  session: Session,
  tenantId: string,
  page: Page<readonly [group: ObjectId, member: ObjectId]>,
): Promise<KnownMembershipsPage> {
  const [group, member] = page.after ?? ['', ''];
  const held = (await holdsAnything(session, tenantId)) ? isHeld : 'false';
  const rows = await session.cells(
    `SELECT group_id, member_id, member_kind = 'group', ${held}
       FROM rollkeeper_memberships e
      WHERE tenant_id = $tenant AND (group_id, member_id) > ($group, $member)
      ORDER BY group_id, member_id LIMIT $limit`,
    { tenant: tenantId, group, member, limit: page.limit },
  );
  return {
    groupIds: rows.map(([groupId]) => text(groupId)),
    memberIds: rows.map(([, memberId]) => text(memberId)),
    groups: Uint8Array.from(rows, ([, , isGroup]) => (flag(isGroup) ? 1 : 0)),
    held: Uint8Array.from(rows, ([, , , isKept]) => (flag(isKept) ? 1 : 0)),
  };
}

/** Whether the removal of the membership `e` is held or was rejected. */
export const isHeld = `
  EXISTS (SELECT 1 FROM rollkeeper_held h
           WHERE h.tenant_id = e.tenant_id AND h.kind = 'memberships'
             AND h.subject_id = e.member_id AND h.group_id = e.group_id)`;

export async function knownGroups(
  session: Session,
  tenantId: string,
): Promise<readonly ObjectId[]> {
  const rows = await session.all(
    'SELECT id FROM rollkeeper_groups WHERE tenant_id = $tenant ORDER BY id',
    { tenant: tenantId },
  );
  return rows.map(({ id }) => text(id));
}
