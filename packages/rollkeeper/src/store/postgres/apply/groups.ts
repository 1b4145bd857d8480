import type { OperationKind } from '../../../decide/operation.ts';
import { groupAttributes } from '../../../directory/attribute.ts';
import { groupColumns } from '../columns.ts';
import type { Session } from '../connection.ts';
import { named, stagedFor } from '../staging.ts';
import type { Application } from './record.ts';
import { record } from './record.ts';
import { recordGroupUpdates } from './updates.ts';

const stagedGroups = (kind: OperationKind): string => named('rollkeeper_staged_groups', kind);
const stagedMemberships = (kind: OperationKind): string =>
  named('rollkeeper_staged_memberships', kind);

/** With every staged row that an operation stands for. */
const stagedToAdd = `
  rollkeeper_operations o
  CROSS JOIN LATERAL (${stagedFor('rollkeeper_staged_memberships')}) s
 WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.kind = 'add_membership'`;

const told = (change: string, kind: OperationKind): string => `
  SELECT s.sequence AS number, '${change}' AS change, s.id AS subject_id,
         NULL AS attribute, NULL AS old_value, NULL AS new_value
    FROM ${stagedGroups(kind)}`;

export async function applyGroups(
  session: Session,
  application: Application,
  plan: Readonly<Record<OperationKind, number>>,
): Promise<void> {
  if (plan.create_group > 0) {
    await record(session, application, told('group_created', 'create_group'));
    await session.run(createGroups, application);
  }
  if (plan.update_group > 0) {
    await recordGroupUpdates(session, application);
    await session.run(updateGroups, application);
  }
  if (plan.remove_group > 0) {
    await record(session, application, told('group_removed', 'remove_group'));
    await session.run(removeGroups, application);
  }
}

const createGroups = `
  INSERT INTO rollkeeper_groups (tenant_id, id, ${groupColumns()}, in_closure)
  SELECT s.tenant_id, s.id, ${groupColumns('s')}, s.in_closure
    FROM ${stagedGroups('create_group')}
   ORDER BY s.id`;

const updateGroups = `
  UPDATE rollkeeper_groups AS g
     SET ${groupAttributes.map(({ column }) => `${column} = s.${column}`).join(', ')},
         in_closure = s.in_closure
    FROM ${stagedGroups('update_group')}
   WHERE g.tenant_id = s.tenant_id AND g.id = s.id`;

const removeGroups = `
  DELETE FROM rollkeeper_groups g
   USING ${stagedGroups('remove_group')}
   WHERE g.tenant_id = s.tenant_id AND g.id = s.id`;

export async function applyMemberships(
  session: Session,
  application: Application,
  plan: Readonly<Record<OperationKind, number>>,
): Promise<void> {
  if (plan.add_membership > 0) {
    await record(session, application, added);
    await session.run(addMemberships, application);
  }
  if (plan.remove_membership > 0) {
    await record(session, application, removed);
    await session.run(removeMemberships, application);
  }
}

const added = `
  SELECT o.sequence + s.row - o.row AS number, 'membership_added' AS change, s.member_id AS subject_id,
         NULL AS attribute, NULL AS old_value, s.group_id AS new_value
    FROM ${stagedToAdd}`;

const addMemberships = `
  INSERT INTO rollkeeper_memberships (tenant_id, group_id, member_id, member_kind)
  SELECT s.tenant_id, s.group_id, s.member_id, s.member_kind
    FROM ${stagedToAdd}
   ORDER BY s.group_id, s.member_id`;

const removed = `
  SELECT s.sequence AS number, 'membership_removed' AS change, s.member_id AS subject_id,
         NULL AS attribute, s.group_id AS old_value, NULL AS new_value
    FROM ${stagedMemberships('remove_membership')}`;

const removeMemberships = `
  DELETE FROM rollkeeper_memberships m
   USING ${stagedMemberships('remove_membership')}
   WHERE m.tenant_id = s.tenant_id AND m.group_id = s.group_id AND m.member_id = s.member_id`;
