import type { Claim } from '../../store.ts';
import type { Connection } from '../connection.ts';

/**
 * Stages once more what was kept with people who are seen back, by this run or by an approval that left it to the next:
 * memberships that Graph no longer had when their leaving was held. A full read has said of each what is so now; a delta
 * read names only what changed since.
 */
export function restateKept(connection: Connection, { tenantId, runId }: Claim): void {
  connection.run(
    `INSERT INTO rollkeeper_staged_memberships (row, tenant_id, run_id, group_id, member_id, member_kind, member)
     SELECT (SELECT coalesce(max(row), 0) FROM rollkeeper_staged_memberships)
              + row_number() OVER (ORDER BY h.subject_id, h.group_id),
            $tenant, $run, h.group_id, h.subject_id, 'user', 0
       FROM rollkeeper_held h
      WHERE h.tenant_id = $tenant AND h.kind = 'memberships' AND h.with_member
        AND (h.subject_id IN (SELECT subject_id FROM rollkeeper_operations
                               WHERE tenant_id = $tenant AND run_id = $run AND kind = 'release_leaving')
          OR h.subject_id NOT IN (SELECT subject_id FROM rollkeeper_held
                                   WHERE tenant_id = $tenant AND kind = 'leaving'))
        AND (h.group_id, h.subject_id) NOT IN (SELECT group_id, member_id FROM rollkeeper_staged_memberships
                                                WHERE tenant_id = $tenant AND run_id = $run)`,
    { tenant: tenantId, run: runId },
  );
}
