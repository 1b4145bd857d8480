import type { HeldRemoval } from '../../../decide/held.ts';
import type { MembershipPair, PersonPair } from '../../../decide/pair.ts';
import type { Claim } from '../../store.ts';
import type { Session } from '../connection.ts';
import { integer } from '../../row.ts';
import { ofMember, ofPair, removal, span } from '../../pairs.ts';

/** Whether anything of a tenant is held, or rejected: where nothing is, nothing is looked up. */
export async function holdsAnything(session: Session, tenantId: string): Promise<boolean> {
  const row = await session.get('SELECT 1 FROM rollkeeper_held WHERE tenant_id = $tenant LIMIT 1', {
    tenant: tenantId,
  });
  return row !== undefined;
}

/** The run whose held removals a run performs; null: it is none of kind `approval`. */
export async function approvedBy(
  session: Session,
  { tenantId, runId }: Claim,
): Promise<number | null> {
  const row = await session.get(
    'SELECT approves FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run',
    { tenant: tenantId, run: runId },
  );
  return typeof row?.['approves'] === 'number' ? row['approves'] : null;
}

/** People with what is held of them. The pairs are a page, in order of their rows. */
export async function withHeldPeople(
  session: Session,
  claim: Claim,
  pairs: readonly PersonPair[],
): Promise<readonly PersonPair[]> {
  const held = new Map<number, HeldRemoval[]>();
  for (const row of await session.all(people, span(claim, pairs))) {
    const at = integer(row['row']);
    held.set(at, [...(held.get(at) ?? []), removal(row)]);
  }
  if (held.size === 0) return pairs;
  return pairs.map((pair) => {
    const removals = held.get(pair.row);
    return removals === undefined ? pair : { ...pair, held: removals };
  });
}

const people = ['rollkeeper_staged_users', 'rollkeeper_staged_absences']
  .map(
    (table) => `
  SELECT s.row, h.kind, h.state, h.run_id
    FROM ${table} s CROSS JOIN rollkeeper_held h
   WHERE s.tenant_id = $tenant AND s.run_id = $run AND s.row BETWEEN $first AND $last
     AND h.tenant_id = $tenant AND h.kind IN ('leaving', 'deactivations') AND h.subject_id = s.id`,
  )
  .join(' UNION ALL ');

/** Memberships with what is held of them and of their members. Call it when the plan for people is stored. */
export async function withHeldMemberships(
  session: Session,
  claim: Claim,
  pairs: readonly MembershipPair[],
): Promise<readonly MembershipPair[]> {
  const held = new Map<number, Partial<MembershipPair>>();
  for (const row of await session.all(memberships, span(claim, pairs))) {
    held.set(integer(row['row']), { ...ofPair(row), ...ofMember(row) });
  }
  if (held.size === 0) return pairs;
  return pairs.map((pair) => ({ ...pair, ...held.get(pair.row) }));
}

const memberships = `
  SELECT s.row, h.kind, h.state, h.run_id, h.with_member, m.state AS member_state, m.run_id AS member_run_id
    FROM rollkeeper_staged_memberships s
    LEFT JOIN rollkeeper_held h
      ON h.tenant_id = $tenant AND h.kind = 'memberships' AND h.subject_id = s.member_id AND h.group_id = s.group_id
    LEFT JOIN rollkeeper_held m
      ON m.tenant_id = $tenant AND m.kind = 'leaving' AND m.subject_id = s.member_id AND m.group_id = ''
     AND NOT EXISTS (SELECT 1 FROM rollkeeper_operations o
                      WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.subject_id = s.member_id
                        AND o.kind = 'release_leaving')
   WHERE s.tenant_id = $tenant AND s.run_id = $run AND s.row BETWEEN $first AND $last
     AND (h.state IS NOT NULL OR m.state IS NOT NULL)`;
