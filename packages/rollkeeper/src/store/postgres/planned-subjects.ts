import type { Claim, Page, PlannedSubject } from '../store.ts';
import type { Session } from './connection.ts';
import { integer, text, textOrNull } from '../row.ts';
import { stagedFor } from './staging.ts';
import { operationKind } from '../rows.ts';

/** A plan's operations with the ids of those whom they concern, by the staged rows that they name. */
export async function plannedSubjects(
  session: Session,
  { tenantId, runId }: Claim,
  page: Page<number>,
): Promise<readonly PlannedSubject[]> {
  const rows = await session.cells(subjects, {
    tenant: tenantId,
    run: runId,
    after: page.after ?? 0,
    limit: page.limit,
  });
  return rows.map(([sequence, kind, subjectId, objectId]) => ({
    sequence: integer(sequence),
    kind: operationKind(kind),
    subjectId: text(subjectId),
    objectId: textOrNull(objectId),
  }));
}

// An operation of a run of rows is one row here, and one subject for each of them.
const subjects = `
  WITH o AS (SELECT * FROM rollkeeper_operations
              WHERE tenant_id = $tenant AND run_id = $run AND sequence > $after
              ORDER BY sequence LIMIT $limit)
  SELECT o.sequence + s.row - o.row AS place, o.kind, s.id AS subject_id, o.supervisor_id AS object_id
    FROM o CROSS JOIN LATERAL (${stagedFor('rollkeeper_staged_users')}) s
   WHERE o.kind IN ('create', 'update', 'deactivate', 'restore', 'soft_delete', 'move_reason', 'set_supervisor',
                    'clear_supervisor')
  UNION ALL
  SELECT o.sequence, o.kind, s.id, NULL::text
    FROM o CROSS JOIN LATERAL (${stagedFor('rollkeeper_staged_absences')}) s
   WHERE o.kind IN ('soft_delete', 'move_reason')
  UNION ALL
  SELECT o.sequence, o.kind, s.id, NULL::text
    FROM o CROSS JOIN LATERAL (${stagedFor('rollkeeper_staged_groups')}) s
   WHERE o.kind IN ('create_group', 'update_group', 'remove_group')
  UNION ALL
  SELECT o.sequence + s.row - o.row, o.kind, s.member_id, s.group_id
    FROM o CROSS JOIN LATERAL (${stagedFor('rollkeeper_staged_memberships')}) s
   WHERE o.kind IN ('add_membership', 'remove_membership')
   ORDER BY place`;
