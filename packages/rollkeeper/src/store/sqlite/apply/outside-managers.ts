import type { Claim } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { settleManagers } from '../staging.ts';
import type { Application } from './record.ts';

/**
 * Managers of people in scope who have no row among the users: one level, and no longer than they are needed.
 * Who left the scope and still manages somebody is shown by their own row. Returns how many rows it changed.
 */
export function applyOutsideManagers(
  connection: Connection,
  application: Application,
  claim: Claim,
): number {
  settleManagers(connection, claim);
  const kept = connection.run(keepManagers, application);
  return kept + connection.run(dropManagers, application);
}

/** Managers of people in scope among those that `ids` gives: a few, where all managers would be as many as there are people. */
const wanted = (ids: string): string => `
  SELECT supervisor_id FROM rollkeeper_users
   WHERE tenant_id = $tenant AND deleted_reason IS NULL AND supervisor_id IN (${ids})`;

/** In order of the id, so that the rows are looked through as they lie; SQLite keeps an order that has a limit. */
const staged = `
  SELECT c.id
    FROM (SELECT tenant_id, id FROM rollkeeper_staged_managers
           WHERE tenant_id = $tenant AND run_id = $run ORDER BY id LIMIT -1) c
   WHERE NOT EXISTS (SELECT 1 FROM rollkeeper_users u WHERE u.tenant_id = c.tenant_id AND u.id = c.id)`;

const keepManagers = `
  INSERT INTO rollkeeper_outside_managers AS kept
         (tenant_id, id, kind, user_principal_name, display_name, mail, status_since)
  SELECT m.tenant_id, m.id, m.kind, m.user_principal_name, m.display_name, m.mail, $at
    FROM rollkeeper_staged_managers m
   WHERE m.tenant_id = $tenant AND m.run_id = $run AND m.id IN (${wanted(staged)})
   ORDER BY m.id
  ON CONFLICT (tenant_id, id) DO UPDATE
     SET kind = excluded.kind, user_principal_name = excluded.user_principal_name,
         display_name = excluded.display_name, mail = excluded.mail
   WHERE kept.kind IS NOT excluded.kind
      OR kept.user_principal_name IS NOT excluded.user_principal_name
      OR kept.display_name IS NOT excluded.display_name
      OR kept.mail IS NOT excluded.mail`;

const dropManagers = `
  DELETE FROM rollkeeper_outside_managers AS kept
   WHERE kept.tenant_id = $tenant
     AND (EXISTS (SELECT 1 FROM rollkeeper_users u WHERE u.tenant_id = kept.tenant_id AND u.id = kept.id)
       OR kept.id NOT IN (${wanted('SELECT id FROM rollkeeper_outside_managers WHERE tenant_id = $tenant')}))`;
