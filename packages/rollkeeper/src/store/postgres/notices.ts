import type { Condition } from '../../decide/notice.ts';
import type { Told } from '../store.ts';
import type { Database, Session } from './connection.ts';
import { integer, text } from '../row.ts';

/** What somebody was told of and that is not over. */
export async function told(session: Session, tenantId: string): Promise<readonly Told[]> {
  const rows = await session.all(
    'SELECT condition, run_id, told_at FROM rollkeeper_notices WHERE tenant_id = $tenant ORDER BY condition',
    { tenant: tenantId },
  );
  return rows.map((row) => ({
    // Written by `tell`, and by nobody else.
    condition: text(row['condition']) as Condition,
    runId: integer(row['run_id']),
    at: text(row['told_at']),
  }));
}

/** Remembers that somebody was told of a condition; null: that it is over. */
export async function tell(
  database: Database,
  tenantId: string,
  condition: Condition,
  what: Pick<Told, 'runId' | 'at'> | null,
): Promise<void> {
  const values = { tenant: tenantId, condition };
  await database.repeatable(async (transaction) => {
    if (what === null) await transaction.run(forget, values);
    else await transaction.run(remember, { ...values, run: what.runId, at: what.at });
  });
}

const forget =
  'DELETE FROM rollkeeper_notices WHERE tenant_id = $tenant AND condition = $condition';

const remember = `
  INSERT INTO rollkeeper_notices (tenant_id, condition, run_id, told_at)
  VALUES ($tenant, $condition, $run, $at)
  ON CONFLICT (tenant_id, condition) DO UPDATE SET run_id = excluded.run_id, told_at = excluded.told_at`;

/** Remembers that somebody is being told, where nobody was yet; false: somebody was. */
export async function tellFirst(
  database: Database,
  tenantId: string,
  condition: Condition,
  what: Pick<Told, 'runId' | 'at'>,
): Promise<boolean> {
  const values = { tenant: tenantId, condition, run: what.runId, at: what.at };
  return await database.repeatable(
    async (transaction) => (await transaction.all(rememberFirst, values)).length === 1,
  );
}

const rememberFirst = `
  INSERT INTO rollkeeper_notices (tenant_id, condition, run_id, told_at)
  VALUES ($tenant, $condition, $run, $at)
  ON CONFLICT (tenant_id, condition) DO NOTHING
  RETURNING condition`;
