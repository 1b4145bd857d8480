import type { RemovalKind } from '../../../decide/threshold.ts';
import type { Claim, Holding } from '../../store.ts';
import type { Database, Session, Values } from '../connection.ts';
import { requireLease } from '../lease.ts';
import { becomes } from '../pairs.ts';
import { named } from '../staging.ts';
import { approvedBy, holdsAnything } from './earlier.ts';

/** Takes removals out of a run's plan: those that are held stay in it, marked; those that are left go. */
export async function hold(
  database: Database,
  claim: Claim,
  { held, left }: Holding,
): Promise<void> {
  await database.transaction(async (session) => {
    await requireLease(session, claim);
    const values = {
      tenant: claim.tenantId,
      run: claim.runId,
      approves: await approvedBy(session, claim),
    };
    for (const kind of held) await take(session, values, kind, 'held');
    for (const kind of left) await take(session, values, kind, 'left');
    if (held.length + left.length === 0 && !(await holdsAnything(session, claim.tenantId))) return;
    await session.run(keepGroups, values);
    await session.run(
      "DELETE FROM rollkeeper_operations WHERE tenant_id = $tenant AND run_id = $run AND kind = 'left'",
      values,
    );
  });
}

async function take(
  session: Session,
  given: Values,
  kind: RemovalKind,
  outcome: 'held' | 'left',
): Promise<void> {
  const values = { ...given, outcome };
  // Whoever stays for now keeps their memberships.
  if (kind === 'leaving') await session.run(taken('with_member', lostWithMember), values);
  await session.run(taken(kind, selections[kind]), values);
}

/** `chosen` gives the keys of operations: fenced off, so that they are found by them (see `named`). */
const taken = (held: string, chosen: string): string => `
  UPDATE rollkeeper_operations o SET kind = $outcome, held = '${held}'
    FROM (${chosen} OFFSET 0) c
   WHERE o.tenant_id = c.tenant_id AND o.run_id = c.run_id AND o.sequence = c.sequence`;

const membershipsLost = `
  SELECT s.tenant_id, s.run_id, s.sequence
    FROM ${named('rollkeeper_staged_memberships', 'remove_membership')}
   WHERE NOT s.approved AND s.member_kind = 'user'`;

const lostWithMember = `${membershipsLost}
     AND EXISTS (SELECT 1 FROM rollkeeper_operations p
                  WHERE p.tenant_id = $tenant AND p.run_id = $run AND p.subject_id = s.member_id
                    AND p.kind IN ('soft_delete', 'move_reason', 'restore')
                    AND p.kind = 'soft_delete' AND NOT p.approved
                 OFFSET 0)`;

const unapproved = (kind: string): string => `
  SELECT tenant_id, run_id, sequence FROM rollkeeper_operations
   WHERE tenant_id = $tenant AND run_id = $run AND kind = '${kind}' AND NOT approved`;

const selections: Readonly<Record<RemovalKind, string>> = {
  leaving: unapproved('soft_delete'),
  deactivations: unapproved('deactivate'),
  memberships: `${membershipsLost} AND ${becomes('s')} = 'stays'`,
};

/**
 * A group is not dropped while it has a member whose loss, or whose leaving, is held: the membership would go with it. What
 * this run itself removes or releases holds it no longer: a read of changes may not name the group again.
 */
const keepGroups = `
  DELETE FROM rollkeeper_operations
   WHERE tenant_id = $tenant AND run_id = $run AND kind = 'remove_group'
     AND row IN (
       SELECT g.row FROM rollkeeper_staged_groups g
        WHERE g.tenant_id = $tenant AND g.run_id = $run AND (
              g.id IN (SELECT s.group_id
                         FROM ${named('rollkeeper_staged_memberships', 'held', 'left')}
                        WHERE s.held IN ('memberships', 'with_member'))
           OR g.id IN (SELECT h.group_id FROM rollkeeper_held h
                        WHERE h.tenant_id = $tenant AND h.kind = 'memberships' AND h.run_id IS DISTINCT FROM $approves::bigint
                          AND (h.subject_id, h.group_id) NOT IN (
                            SELECT s.member_id, s.group_id
                              FROM ${named('rollkeeper_staged_memberships', 'remove_membership', 'release_membership')}))
           OR EXISTS (SELECT 1 FROM rollkeeper_memberships e
                       WHERE e.tenant_id = $tenant AND e.group_id = g.id
                         AND (e.member_id IN (SELECT h.subject_id FROM rollkeeper_held h
                                               WHERE h.tenant_id = $tenant AND h.kind = 'leaving'
                                                 AND h.run_id IS DISTINCT FROM $approves::bigint
                                                 AND h.subject_id NOT IN (
                                                   SELECT o.subject_id FROM rollkeeper_operations o
                                                    WHERE o.tenant_id = $tenant AND o.run_id = $run
                                                      AND o.kind = 'release_leaving'))
                           OR e.member_id IN (SELECT o.subject_id FROM rollkeeper_operations o
                                               WHERE o.tenant_id = $tenant AND o.run_id = $run
                                                 AND o.kind IN ('held', 'left') AND o.held = 'leaving')))))`;
