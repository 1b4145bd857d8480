import type { RemovalKind } from '../../../decide/threshold.ts';
import type { HeldCounts, HeldKey, HeldRow, Page } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { integer, text } from '../../row.ts';
import { heldRow } from '../../rows.ts';

/** What is held or rejected, with names; by kind, person and group. `runId` null: of every run. */
export function held(
  connection: Connection,
  tenantId: string,
  runId: number | null,
  page: Page<HeldKey>,
): readonly HeldRow[] {
  const { kind, subjectId, groupId } = page.after ?? { kind: '', subjectId: '', groupId: '' };
  return connection
    .all(
      `SELECT h.kind, h.subject_id, h.group_id, h.run_id, h.reason, h.state, h.since,
              u.user_principal_name, u.display_name, g.display_name AS group_name
         FROM rollkeeper_held h
         LEFT JOIN rollkeeper_users u ON u.tenant_id = h.tenant_id AND u.id = h.subject_id
         LEFT JOIN rollkeeper_groups g ON g.tenant_id = h.tenant_id AND g.id = h.group_id
        WHERE h.tenant_id = $tenant AND NOT h.with_member
          AND (h.kind, h.subject_id, h.group_id) > ($kind, $subject, $group)
          AND ($run IS NULL OR h.run_id = $run)
        ORDER BY h.kind, h.subject_id, h.group_id LIMIT $limit`,
      {
        tenant: tenantId,
        run: runId,
        kind,
        subject: subjectId,
        group: groupId ?? '',
        limit: page.limit,
      },
    )
    .map(heldRow);
}

/** How many removals of each kind wait for a decision. */
export function heldCounts(connection: Connection, tenantId: string): HeldCounts {
  const counts = { leaving: 0, deactivations: 0, memberships: 0 };
  const rows = connection.all(
    `SELECT run_id, kind, count(*) AS removals FROM rollkeeper_held
      WHERE tenant_id = $tenant AND state = 'held' AND NOT with_member
      GROUP BY run_id, kind ORDER BY run_id DESC`,
    { tenant: tenantId },
  );
  for (const row of rows) counts[text(row['kind']) as RemovalKind] += integer(row['removals']);
  return { ...counts, runs: [...new Set(rows.map((row) => integer(row['run_id'])))] };
}
