import type { Pause } from '../store.ts';
import type { Session } from './connection.ts';
import { text, textOrNull } from '../row.ts';

/** Removals are held from now on. A pause takes the place of one before. */
export async function pause(session: Session, tenantId: string, what: Pause): Promise<void> {
  await session.run(
    `INSERT INTO rollkeeper_pauses (tenant_id, since, until, paused_by, reason)
     VALUES ($tenant, $since, $until, $by, $reason)
     ON CONFLICT (tenant_id) DO UPDATE
        SET since = excluded.since, until = excluded.until, paused_by = excluded.paused_by, reason = excluded.reason`,
    { tenant: tenantId, ...what },
  );
}

/** Returns false where nothing was paused. */
export async function resume(session: Session, tenantId: string): Promise<boolean> {
  const ended = await session.run('DELETE FROM rollkeeper_pauses WHERE tenant_id = $tenant', {
    tenant: tenantId,
  });
  return ended > 0;
}

export async function paused(session: Session, tenantId: string): Promise<Pause | null> {
  const row = await session.get(
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
