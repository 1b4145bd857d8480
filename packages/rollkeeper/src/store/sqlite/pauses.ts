import type { Pause } from '../store.ts';
import type { Connection } from './connection.ts';
import { text, textOrNull } from '../row.ts';

/** Removals are held from now on. A pause takes the place of one before. */
export function pause(connection: Connection, tenantId: string, what: Pause): void {
  connection.run(
    `INSERT INTO rollkeeper_pauses (tenant_id, since, until, paused_by, reason)
     VALUES ($tenant, $since, $until, $by, $reason)
     ON CONFLICT (tenant_id) DO UPDATE
        SET since = excluded.since, until = excluded.until, paused_by = excluded.paused_by, reason = excluded.reason`,
    { tenant: tenantId, ...what },
  );
}

/** Returns false where nothing was paused. */
export const resume = (connection: Connection, tenantId: string): boolean =>
  connection.run('DELETE FROM rollkeeper_pauses WHERE tenant_id = $tenant', { tenant: tenantId }) >
  0;

export function paused(connection: Connection, tenantId: string): Pause | null {
  const row = connection.get(
    'SELECT since, until, paused_by, reason FROM rollkeeper_pauses WHERE tenant_id = $tenant',
    { tenant: tenantId },
  );
  if (row === undefined) return null;
  return {
    since: text(row['since']),
    until: textOrNull(row['until']),
    by: text(row['paused_by']),
    reason: textOrNull(row['reason']),
  };
}
