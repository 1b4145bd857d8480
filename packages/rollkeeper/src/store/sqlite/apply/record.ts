import type { Connection, Values } from '../connection.ts';
import { integer } from '../../row.ts';

/** What every statement of an application may name. */
export interface Application extends Values {
  readonly tenant: string;
  readonly run: number;
  readonly at: string;
}

/**
 * Appends to the change feed. `select` gives `(number, change, subject_id, attribute, old_value, new_value)`, where
 * `number` is 1 and up and no two are the same: sequences count up, and may have gaps.
 */
export function record(connection: Connection, application: Application, select: string): void {
  connection.run(
    `INSERT INTO rollkeeper_changes
            (tenant_id, sequence, run_id, change, subject_id, attribute, old_value, new_value)
     SELECT $tenant, $base + number, $run, change, subject_id, attribute, old_value, new_value
       FROM (${select})`,
    { ...application, base: lastSequence(connection, application.tenant) },
  );
}

function lastSequence(connection: Connection, tenant: string): number {
  const row = connection.get(
    `SELECT coalesce(max(sequence), 0) AS sequence FROM rollkeeper_changes WHERE tenant_id = $tenant`,
    { tenant },
  );
  return integer(row?.['sequence']);
}
