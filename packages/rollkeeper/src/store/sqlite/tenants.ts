import type { Remembered } from '../store.ts';
import type { Connection } from './connection.ts';
import { text } from '../row.ts';

export function tenantNamed(connection: Connection, name: string): string | null {
  const row = connection.get('SELECT tenant_id FROM rollkeeper_tenant_names WHERE name = $name', {
    name,
  });
  return row === undefined ? null : text(row['tenant_id']);
}

export function nameTenant(connection: Connection, name: string, tenantId: string): void {
  connection.run(
    `INSERT INTO rollkeeper_tenant_names (name, tenant_id) VALUES ($name, $tenant)
     ON CONFLICT (name) DO UPDATE SET tenant_id = excluded.tenant_id`,
    { name, tenant: tenantId },
  );
}

export function tenants(connection: Connection): readonly string[] {
  return connection
    .all('SELECT tenant_id FROM rollkeeper_connections ORDER BY tenant_id')
    .map((row) => text(row['tenant_id']));
}

export function remembered(connection: Connection, tenantId: string): Remembered | null {
  const row = connection.get(
    `SELECT remembered FROM rollkeeper_connections
      WHERE tenant_id = $tenant AND remembered IS NOT NULL`,
    { tenant: tenantId },
  );
  // Written by `remember`, and by nobody else.
  return row === undefined ? null : (JSON.parse(text(row['remembered'])) as Remembered);
}

export function remember(connection: Connection, tenantId: string, what: Remembered): void {
  connection.run(
    'UPDATE rollkeeper_connections SET remembered = $remembered WHERE tenant_id = $tenant',
    { tenant: tenantId, remembered: JSON.stringify(what) },
  );
}
