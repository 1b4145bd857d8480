import type { Remembered } from '../store.ts';
import type { Session } from './connection.ts';
import { text } from '../row.ts';

export async function tenantNamed(session: Session, name: string): Promise<string | null> {
  const row = await session.get(
    'SELECT tenant_id FROM rollkeeper_tenant_names WHERE name = $name',
    { name },
  );
  return row === undefined ? null : text(row['tenant_id']);
}

export async function nameTenant(session: Session, name: string, tenantId: string): Promise<void> {
  await session.run(
    `INSERT INTO rollkeeper_tenant_names (name, tenant_id) VALUES ($name, $tenant)
     ON CONFLICT (name) DO UPDATE SET tenant_id = excluded.tenant_id`,
    { name, tenant: tenantId },
  );
}

export async function tenants(session: Session): Promise<readonly string[]> {
  const rows = await session.all('SELECT tenant_id FROM rollkeeper_connections ORDER BY tenant_id');
  return rows.map((row) => text(row['tenant_id']));
}

export async function remembered(session: Session, tenantId: string): Promise<Remembered | null> {
  const row = await session.get(
    `SELECT remembered FROM rollkeeper_connections
      WHERE tenant_id = $tenant AND remembered IS NOT NULL`,
    { tenant: tenantId },
  );
  // Written by `remember`, and by nobody else.
  return row === undefined ? null : (JSON.parse(text(row['remembered'])) as Remembered);
}

export async function remember(
  session: Session,
  tenantId: string,
  what: Remembered,
): Promise<void> {
  await session.run(
    'UPDATE rollkeeper_connections SET remembered = $remembered WHERE tenant_id = $tenant',
    { tenant: tenantId, remembered: JSON.stringify(what) },
  );
}
