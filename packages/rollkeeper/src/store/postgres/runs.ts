import type { Page, RunRow } from '../store.ts';
import type { Session } from './connection.ts';
import { runColumns, runRow } from '../rows.ts';

export async function runs(
  session: Session,
  tenantId: string,
  page: Page<number>,
): Promise<readonly RunRow[]> {
  const rows = await session.all(
    `SELECT ${runColumns} FROM rollkeeper_runs
        WHERE tenant_id = $tenant AND run_id < $after
        ORDER BY run_id DESC LIMIT $limit`,
    {
      tenant: tenantId,
      after: page.after ?? Number.MAX_SAFE_INTEGER,
      limit: page.limit,
    },
  );
  return rows.map(runRow);
}

export async function run(
  session: Session,
  tenantId: string,
  runId: number,
): Promise<RunRow | null> {
  const row = await session.get(
    `SELECT ${runColumns} FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run`,
    { tenant: tenantId, run: runId },
  );
  return row === undefined ? null : runRow(row);
}

/** The newest run that applied its plan; null: none did. */
export async function lastApplied(session: Session, tenantId: string): Promise<RunRow | null> {
  const row = await session.get(
    `SELECT ${runColumns} FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND applied_at IS NOT NULL AND status IN ('succeeded', 'quarantined')
      ORDER BY run_id DESC LIMIT 1`,
    { tenant: tenantId },
  );
  return row === undefined ? null : runRow(row);
}
