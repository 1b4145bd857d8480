import type { Claim } from '../store.ts';
import type { Session } from './connection.ts';

/**
 * Writes whom each operation concerns, by id and by name, so that the plan can be shown when the staging is gone.
 */
export async function namePlan(session: Session, { tenantId, runId }: Claim): Promise<void> {
  const values = { tenant: tenantId, run: runId };
  for (const statement of separate) await session.run(statement, values);
  // Of what was written a moment ago the planner knows nothing, and would look through all of it for every single row.
  const many = (await session.get(manyOperations, { ...values, few })) !== undefined;
  if (many) await session.run('SET LOCAL enable_nestloop = off');
  for (const statement of [...identify, nameSubjects, nameObjects]) {
    await session.run(statement, values);
  }
  if (many) await session.run('SET LOCAL enable_nestloop TO DEFAULT');
}

/** Up to so many operations, looking each up costs less than reading all of our rows once. */
const few = 100;

const manyOperations = `
  SELECT 1 FROM rollkeeper_operations WHERE tenant_id = $tenant AND run_id = $run OFFSET $few LIMIT 1`;

/** An operation on several rows becomes one for each. */
const separate = [
  `INSERT INTO rollkeeper_operations (tenant_id, run_id, sequence, kind, row, last_row)
   SELECT o.tenant_id, o.run_id, o.sequence + n, o.kind, o.row + n, o.row + n
     FROM rollkeeper_operations o, generate_series(1, o.last_row - o.row) n
    WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.last_row > o.row`,
  `UPDATE rollkeeper_operations SET last_row = row
    WHERE tenant_id = $tenant AND run_id = $run AND last_row > row`,
];

const identify = [
  `UPDATE rollkeeper_operations AS o
      SET subject_id = s.id,
          object_id = CASE o.kind WHEN 'create' THEN s.supervisor_id ELSE o.supervisor_id END
     FROM rollkeeper_staged_users s
    WHERE o.tenant_id = $tenant AND o.run_id = $run
      AND (o.kind IN ('create', 'update', 'deactivate', 'restore', 'soft_delete', 'move_reason',
                      'set_supervisor', 'clear_supervisor', 'release_leaving', 'release_deactivation')
        OR o.held IN ('leaving', 'deactivations'))
      AND s.tenant_id = o.tenant_id AND s.run_id = o.run_id AND s.row = o.row`,
  `UPDATE rollkeeper_operations AS o
      SET subject_id = s.id
     FROM rollkeeper_staged_groups s
    WHERE o.tenant_id = $tenant AND o.run_id = $run
      AND o.kind IN ('create_group', 'update_group', 'remove_group')
      AND s.tenant_id = o.tenant_id AND s.run_id = o.run_id AND s.row = o.row`,
  `UPDATE rollkeeper_operations AS o
      SET subject_id = s.member_id, object_id = s.group_id
     FROM rollkeeper_staged_memberships s
    WHERE o.tenant_id = $tenant AND o.run_id = $run
      AND (o.kind IN ('add_membership', 'remove_membership', 'release_membership')
        OR o.held IN ('memberships', 'with_member'))
      AND s.tenant_id = o.tenant_id AND s.run_id = o.run_id AND s.row = o.row`,
];

/** Names of the ids that the plan speaks of; what was staged says more of today than what we know. */
const names = (column: 'subject_id' | 'object_id'): string => `
  wanted (id) AS MATERIALIZED (
    SELECT DISTINCT ${column} FROM rollkeeper_operations
     WHERE tenant_id = $tenant AND run_id = $run AND ${column} IS NOT NULL
  ),
  found (rank, id, name, display_name) AS (
    SELECT 1, id, user_principal_name, display_name FROM rollkeeper_staged_users
     WHERE tenant_id = $tenant AND run_id = $run AND id IN (SELECT id FROM wanted)
    UNION ALL
    SELECT 2, id, coalesce(user_principal_name, display_name), display_name FROM rollkeeper_staged_managers
     WHERE tenant_id = $tenant AND run_id = $run AND id IN (SELECT id FROM wanted)
    UNION ALL
    SELECT 1, id, display_name, display_name FROM rollkeeper_staged_groups
     WHERE tenant_id = $tenant AND run_id = $run AND kept AND id IN (SELECT id FROM wanted)
    UNION ALL
    SELECT 3, id, user_principal_name, display_name FROM rollkeeper_users
     WHERE tenant_id = $tenant AND id IN (SELECT id FROM wanted)
    UNION ALL
    SELECT 4, id, coalesce(user_principal_name, display_name), display_name FROM rollkeeper_outside_managers
     WHERE tenant_id = $tenant AND id IN (SELECT id FROM wanted)
    UNION ALL
    SELECT 3, id, display_name, display_name FROM rollkeeper_groups
     WHERE tenant_id = $tenant AND id IN (SELECT id FROM wanted)
  ),
  names AS MATERIALIZED (SELECT DISTINCT ON (id) id, name, display_name FROM found ORDER BY id, rank)`;

const nameSubjects = `
  WITH ${names('subject_id')}
  UPDATE rollkeeper_operations AS o
     SET subject_name = names.name, display_name = names.display_name
    FROM names
   WHERE o.tenant_id = $tenant AND o.run_id = $run AND names.id = o.subject_id`;

const nameObjects = `
  WITH ${names('object_id')}
  UPDATE rollkeeper_operations AS o
     SET object_name = names.name
    FROM names
   WHERE o.tenant_id = $tenant AND o.run_id = $run AND names.id = o.object_id`;
