import type { Claim } from '../../store.ts';
import type { Transaction } from '../connection.ts';
import { settleManagers } from '../staging.ts';
import type { Application } from './record.ts';

/**
 * Managers of people in scope who have no row among the users: one level, and no longer than they are needed.
 * Who left the scope and still manages somebody is shown by their own row. Returns how many rows it changed.
 */
export async function applyOutsideManagers(
  transaction: Transaction,
  application: Application,
  claim: Claim,
): Promise<number> {
  await settleManagers(transaction, claim);
  const kept = await transaction.run(keepManagers, application);
  const ours = await transaction.run(dropOurs, application);
  return kept + ours + (await transaction.run(dropUnneeded, application));
}

const wanted = `
  SELECT supervisor_id FROM rollkeeper_users
   WHERE tenant_id = $tenant AND deleted_reason IS NULL AND supervisor_id IS NOT NULL`;

const keepManagers = `
  INSERT INTO rollkeeper_outside_managers AS kept
         (tenant_id, id, kind, user_principal_name, display_name, mail, status_since)
  SELECT m.tenant_id, m.id, m.kind, m.user_principal_name, m.display_name, m.mail, $at::timestamptz
    FROM rollkeeper_staged_managers m
   WHERE m.tenant_id = $tenant AND m.run_id = $run
     AND NOT EXISTS (SELECT 1 FROM rollkeeper_users u WHERE u.tenant_id = m.tenant_id AND u.id = m.id)
     AND m.id IN (${wanted})
   ORDER BY m.id
  ON CONFLICT (tenant_id, id) DO UPDATE
     SET kind = excluded.kind, user_principal_name = excluded.user_principal_name,
         display_name = excluded.display_name, mail = excluded.mail
   WHERE kept.kind IS DISTINCT FROM excluded.kind
      OR kept.user_principal_name IS DISTINCT FROM excluded.user_principal_name
      OR kept.display_name IS DISTINCT FROM excluded.display_name
      OR kept.mail IS DISTINCT FROM excluded.mail`;

/** Who has a row among the users by now. */
const dropOurs = `
  DELETE FROM rollkeeper_outside_managers kept
   USING rollkeeper_users u
   WHERE kept.tenant_id = $tenant AND u.tenant_id = kept.tenant_id AND u.id = kept.id`;

const dropUnneeded = `
  DELETE FROM rollkeeper_outside_managers kept
   WHERE kept.tenant_id = $tenant
     AND NOT EXISTS (SELECT 1 FROM (${wanted}) w WHERE w.supervisor_id = kept.id)`;
