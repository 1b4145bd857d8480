import type { Claim } from '../../store.ts';
import type { Session } from '../connection.ts';

/**
 * Stages once more what was kept with people who are seen back, by this run or by an approval that left it to the next:
 * memberships that Graph no longer had when their leaving was held. A full read has said of each what is so now; a delta
 * read names only what changed since.
 */
export async function restateKept(session: Session, { tenantId, runId }: Claim): Promise<void> {
  await session.run(
    `WITH kept AS (
       SELECT h.group_id, h.subject_id, row_number() OVER (ORDER BY h.subject_id, h.group_id) AS number
         FROM rollkeeper_held h
        WHERE h.tenant_id = $tenant AND h.kind = 'memberships' AND h.with_member
          AND (EXISTS (SELECT 1 FROM rollkeeper_operations o
                        WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.kind = 'release_leaving'
                          AND o.subject_id = h.subject_id)
            OR NOT EXISTS (SELECT 1 FROM rollkeeper_held l
                            WHERE l.tenant_id = $tenant AND l.kind = 'leaving' AND l.subject_id = h.subject_id))
          AND NOT EXISTS (SELECT 1 FROM rollkeeper_staged_memberships s
                           WHERE s.tenant_id = $tenant AND s.run_id = $run
                             AND s.group_id = h.group_id AND s.member_id = h.subject_id)
     ), restated AS (
       INSERT INTO rollkeeper_staged_memberships (tenant_id, run_id, row, group_id, member_id, member_kind, member)
       SELECT r.tenant_id, r.run_id, r.staged + k.number, k.group_id, k.subject_id, 'user', false
         FROM kept k, rollkeeper_runs r
        WHERE r.tenant_id = $tenant AND r.run_id = $run
    RETURNING 1
     )
     UPDATE rollkeeper_runs SET staged = staged + (SELECT count(*) FROM restated)
      WHERE tenant_id = $tenant AND run_id = $run`,
    { tenant: tenantId, run: runId },
  );
}
