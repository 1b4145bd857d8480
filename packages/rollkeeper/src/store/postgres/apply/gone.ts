import type { OperationKind } from '../../../decide/operation.ts';
import type { Session } from '../connection.ts';
import { named } from '../staging.ts';
import type { Application } from './record.ts';
import { record } from './record.ts';

/** Drops what no longer has anything to wake up with: links and memberships of whom and what is gone for good. */
export async function dropGone(
  session: Session,
  application: Application,
  plan: Readonly<Record<OperationKind, number>>,
): Promise<void> {
  const people =
    (await session.get(`SELECT 1 WHERE EXISTS (${gonePeople})`, application)) !== undefined;
  if (people) {
    await record(session, application, linksTold);
    await session.run(clearLinks, application);
  }
  if (people || plan.remove_group > 0) {
    await record(session, application, edgesTold);
    await session.run(dropEdges, application);
  }
}

const gonePeople = `
  SELECT subject_id FROM rollkeeper_operations
   WHERE tenant_id = $tenant AND run_id = $run
     AND kind IN ('soft_delete', 'move_reason') AND reason = 'permanently_deleted'`;

const goneGroups = `
  SELECT s.id FROM ${named('rollkeeper_staged_groups', 'remove_group')}`;

const linked = `
  tenant_id = $tenant AND supervisor_id IS NOT NULL
  AND (id IN (${gonePeople}) OR supervisor_id IN (${gonePeople}))`;

const linksTold = `
  SELECT row_number() OVER (ORDER BY id) AS number, 'supervisor_cleared' AS change, id AS subject_id,
         NULL AS attribute, supervisor_id AS old_value, NULL AS new_value
    FROM rollkeeper_users
   WHERE ${linked}`;

const clearLinks = `
  UPDATE rollkeeper_users
     SET supervisor_id = NULL, fingerprint = -1, updated_at = $at
   WHERE ${linked}`;

const edges = `
  tenant_id = $tenant
  AND (member_id IN (${gonePeople} UNION ALL ${goneGroups}) OR group_id IN (${goneGroups}))`;

const edgesTold = `
  SELECT row_number() OVER (ORDER BY group_id, member_id) AS number, 'membership_removed' AS change,
         member_id AS subject_id, NULL AS attribute, group_id AS old_value, NULL AS new_value
    FROM rollkeeper_memberships
   WHERE ${edges}`;

const dropEdges = `DELETE FROM rollkeeper_memberships WHERE ${edges}`;
