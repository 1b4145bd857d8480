import type { Page, RunRow } from '../store.ts';
import type { Connection } from './connection.ts';
import { runColumns, runRow } from '../rows.ts';

export function runs(
  connection: Connection,
  tenantId: string,
  page: Page<number>,
): readonly RunRow[] {
  return connection
    .all(
      `SELECT ${runColumns} FROM rollkeeper_runs
        WHERE tenant_id = $tenant AND run_id < $after
        ORDER BY run_id DESC LIMIT $limit`,
      {
        tenant: tenantId,
        after: page.after ?? Number.MAX_SAFE_INTEGER,
        limit: page.limit,
      },
    )
    .map(runRow);
}

export function run(connection: Connection, tenantId: string, runId: number): RunRow | null {
  const row = connection.get(
    `SELECT ${runColumns} FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run`,
    { tenant: tenantId, run: runId },
  );
  return row === undefined ? null : runRow(row);
}

/** The newest run that applied its plan; null: none did. */
export function lastApplied(connection: Connection, tenantId: string): RunRow | null {
  const row = connection.get(
    `SELECT ${runColumns} FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND applied_at IS NOT NULL AND status IN ('succeeded', 'quarantined')
      ORDER BY run_id DESC LIMIT 1`,
    { tenant: tenantId },
  );
  return row === undefined ? null : runRow(row);
}
