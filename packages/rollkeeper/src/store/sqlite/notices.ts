import type { Condition } from '../../decide/notice.ts';
import type { Told } from '../store.ts';
import type { Connection } from './connection.ts';
import { integer, text } from '../row.ts';

/** What somebody was told of and that is not over. */
export function told(connection: Connection, tenantId: string): readonly Told[] {
  return connection
    .all(
      'SELECT condition, run_id, told_at FROM rollkeeper_notices WHERE tenant_id = $tenant ORDER BY condition',
      { tenant: tenantId },
    )
    .map((row) => ({
      // Written by `tell`, and by nobody else.
      condition: text(row['condition']) as Condition,
      runId: integer(row['run_id']),
      at: text(row['told_at']),
    }));
}

/** Remembers that somebody was told of a condition; null: that it is over. */
export function tell(
  connection: Connection,
  tenantId: string,
  condition: Condition,
  what: Pick<Told, 'runId' | 'at'> | null,
): void {
  const values = { tenant: tenantId, condition };
  if (what === null) {
    connection.run(
      'DELETE FROM rollkeeper_notices WHERE tenant_id = $tenant AND condition = $condition',
      values,
    );
    return;
  }
  connection.run(
    `INSERT INTO rollkeeper_notices (tenant_id, condition, run_id, told_at)
     VALUES ($tenant, $condition, $run, $at)
     ON CONFLICT (tenant_id, condition) DO UPDATE SET run_id = excluded.run_id, told_at = excluded.told_at`,
    { ...values, run: what.runId, at: what.at },
  );
}

/** Remembers that somebody is being told, where nobody was yet; false: somebody was. */
export function tellFirst(
  connection: Connection,
  tenantId: string,
  condition: Condition,
  what: Pick<Told, 'runId' | 'at'>,
): boolean {
  const rows = connection.all(
    `INSERT INTO rollkeeper_notices (tenant_id, condition, run_id, told_at)
     VALUES ($tenant, $condition, $run, $at)
     ON CONFLICT (tenant_id, condition) DO NOTHING
     RETURNING condition`,
    { tenant: tenantId, condition, run: what.runId, at: what.at },
  );
  return rows.length === 1;
}
