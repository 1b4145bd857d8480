import type { RemovalKind } from '../../../decide/threshold.ts';
import { removalKinds } from '../../../decide/threshold.ts';
import { pageOf, readCursor } from '../../cursor.ts';
import type { Listed, ListPage } from '../../search.ts';
import type { PlannedRow, RunRow } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { countPlan, shownOperations } from '../plan.ts';
import { plannedRow } from '../../rows.ts';
import { runColumns, runRow } from '../../rows.ts';
import { integer, text } from '../../row.ts';
import type { Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';

type Kind = PlannedRow['kind'];

/** Operations of dropped plans, and those without a name yet, are not shown. */
const shown = `FROM ${shownOperations} WHERE tenant_id = $tenant AND run_id = $run`;

export function plannedCounts(
  connection: Connection,
  tenantId: string,
  runId: number,
): Partial<Record<Kind, number>> {
  const counts = countPlan(connection, { tenantId, runId });
  const held = connection.all(
    `SELECT kind, count(*) AS operations ${shown} AND held GROUP BY kind`,
    { tenant: tenantId, run: runId },
  );
  for (const row of held) counts[text(row['kind']) as Kind] += integer(row['operations']);
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

const inOrder: Order = { columns: ['sequence'], types: ['number'], descending: false };

export function plannedOf(
  connection: Connection,
  tenantId: string,
  runId: number,
  kinds: readonly Kind[],
  page: ListPage,
): Listed<PlannedRow> {
  const cursor = readCursor(page.cursor, inOrder.types);
  const keys = keyset(inOrder, cursor);
  const values = {
    tenant: tenantId,
    run: runId,
    ...Object.fromEntries(kinds.map((kind, at) => [`kind${at}`, kind])),
  };
  const wanted = `${shown} AND kind IN (${kinds.map((_, at) => `$kind${at}`).join(', ')})`;
  const rows = connection.all(
    `SELECT * ${wanted} ${keys.where} ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...values, ...keys.values, limit: page.limit + 1 },
  );
  const total = connection.get(`SELECT count(*) AS operations ${wanted}`, values);
  const found = pageOf(rows, page.limit, cursor, (row) => [integer(row['sequence'])]);
  const items = found.items.map(plannedRow);
  return { ...found, items, total: integer(total?.['operations']), more: false };
}

export function waitingOf(
  connection: Connection,
  tenantId: string,
  runId: number,
): Record<RemovalKind, number> {
  const rows = connection.all(
    `SELECT kind, count(*) AS removals FROM rollkeeper_held
      WHERE tenant_id = $tenant AND run_id = $run AND state = 'held' AND NOT with_member GROUP BY kind`,
    { tenant: tenantId, run: runId },
  );
  const counts = { leaving: 0, deactivations: 0, memberships: 0 };
  for (const kind of removalKinds) {
    counts[kind] = integer(rows.find((row) => row['kind'] === kind)?.['removals'] ?? 0);
  }
  return counts;
}

export function failedRuns(
  connection: Connection,
  tenantId: string,
  limit: number,
): readonly RunRow[] {
  return connection
    .all(
      `SELECT ${runColumns} FROM rollkeeper_runs
        WHERE tenant_id = $tenant AND error_code IS NOT NULL
        ORDER BY run_id DESC LIMIT $limit`,
      { tenant: tenantId, limit },
    )
    .map(runRow);
}
