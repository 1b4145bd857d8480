import type { OperationKind } from '../../../decide/operation.ts';
import { named } from '../staging.ts';
import type { Application } from '../apply/record.ts';
import type { Session } from '../connection.ts';
import { holdsAnything } from './earlier.ts';

/** Part of `apply`: drops what is held no longer, and writes what the plan holds. */
export async function settleHeld(
  session: Session,
  application: Application,
  plan: Readonly<Record<OperationKind, number>>,
): Promise<void> {
  if (await holdsAnything(session, application.tenant)) {
    for (const [kind, statements] of Object.entries(drops)) {
      if (plan[kind as keyof typeof drops] === 0) continue;
      for (const statement of statements) await session.run(statement, application);
    }
  }
  for (const statement of writes) await session.run(statement, application);
  if (await holdsAnything(session, application.tenant)) await session.run(stateAgain, application);
}

const people = (kind: OperationKind): string =>
  `SELECT s.id FROM ${named('rollkeeper_staged_users', kind)}`;

const edges = (kind: OperationKind): string =>
  `SELECT s.member_id, s.group_id FROM ${named('rollkeeper_staged_memberships', kind)}`;

const subjects = (kind: OperationKind): string => `
  SELECT subject_id FROM rollkeeper_operations
   WHERE tenant_id = $tenant AND run_id = $run AND kind = '${kind}'`;

const drop = (where: string): string => `
  DELETE FROM rollkeeper_held WHERE tenant_id = $tenant AND ${where}`;

/** Seen back, or removed with approval, or gone in another way. */
const drops = {
  release_leaving: [drop(`kind = 'leaving' AND subject_id IN (${subjects('release_leaving')})`)],
  release_deactivation: [
    drop(`kind = 'deactivations' AND subject_id IN (${people('release_deactivation')})`),
  ],
  release_membership: [
    drop(`kind = 'memberships' AND (subject_id, group_id) IN (${edges('release_membership')})`),
  ],
  soft_delete: [drop(`subject_id IN (${subjects('soft_delete')})`)],
  deactivate: [drop(`kind = 'deactivations' AND subject_id IN (${people('deactivate')})`)],
  remove_membership: [
    drop(`kind = 'memberships' AND (subject_id, group_id) IN (${edges('remove_membership')})`),
  ],
} as const satisfies Partial<Record<OperationKind, readonly string[]>>;

const insert = (select: string): string => `
  INSERT INTO rollkeeper_held (tenant_id, kind, subject_id, group_id, run_id, reason, state, since, with_member)
  ${select}
  ON CONFLICT (tenant_id, kind, subject_id, group_id) DO UPDATE
     SET run_id = excluded.run_id, reason = excluded.reason, state = excluded.state, since = excluded.since,
         with_member = excluded.with_member`;

const writes = [
  insert(`
  SELECT tenant_id, 'leaving', subject_id, '', run_id, reason, 'held', $at::timestamptz, false
    FROM rollkeeper_operations
   WHERE tenant_id = $tenant AND run_id = $run AND kind = 'held' AND held = 'leaving'`),
  insert(`
  SELECT s.tenant_id, 'deactivations', s.id, '', s.run_id, NULL, 'held', $at::timestamptz, false
    FROM ${named('rollkeeper_staged_users', 'held')}
   WHERE s.held = 'deactivations'`),
  insert(`
  SELECT s.tenant_id, 'memberships', s.member_id, s.group_id, s.run_id, NULL, 'held', $at::timestamptz, s.held = 'with_member'
    FROM ${named('rollkeeper_staged_memberships', 'held')}
   WHERE s.held IN ('memberships', 'with_member')`),
];

/**
 * Whoever stays although they left is stated by every full read, also where it says what our row says: their row's
 * fingerprint equals no statement's.
 */
const stateAgain = `
  UPDATE rollkeeper_users SET fingerprint = -1
   WHERE tenant_id = $tenant AND fingerprint <> -1
     AND id IN (SELECT subject_id FROM rollkeeper_held WHERE tenant_id = $tenant AND kind = 'leaving')`;
