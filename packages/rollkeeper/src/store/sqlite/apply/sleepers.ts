import type { Claim } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { settleSleepers } from '../staging.ts';
import type { Application } from './record.ts';

/** Graph keeps deleted items for thirty days; who was not seen there since is gone for good. */
const kept = '-31 days';

/** Whose return is listened for: users in the deleted items, but not those who have a row, which says it better. */
export function applySleepers(
  connection: Connection,
  application: Application,
  claim: Claim,
): void {
  settleSleepers(connection, claim);
  connection.run(fallAsleep, application);
  connection.run(wake, application);
  connection.run(forget, { ...application, kept });
}

const staged = `
  rollkeeper_staged_sleepers s WHERE s.tenant_id = $tenant AND s.run_id = $run`;

const fallAsleep = `
  INSERT INTO rollkeeper_sleepers (tenant_id, id, since)
  SELECT s.tenant_id, s.id, $at FROM ${staged} AND s.asleep
     AND NOT EXISTS (SELECT 1 FROM rollkeeper_users u WHERE u.tenant_id = s.tenant_id AND u.id = s.id)
   ORDER BY s.id
  ON CONFLICT (tenant_id, id) DO UPDATE SET since = excluded.since`;

const wake = `
  DELETE FROM rollkeeper_sleepers
   WHERE tenant_id = $tenant AND id IN (SELECT s.id FROM ${staged} AND NOT s.asleep)`;

const forget = `
  DELETE FROM rollkeeper_sleepers
   WHERE tenant_id = $tenant AND since < strftime('%Y-%m-%dT%H:%M:%fZ', $at, $kept)`;
