import type { RemovalKind } from '../../../decide/threshold.ts';
import { removalKinds } from '../../../decide/threshold.ts';
import { pageOf, readCursor } from '../../cursor.ts';
import type { Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';
import { integer } from '../../row.ts';
import { operationKind, plannedRow, runColumns, runRow } from '../../rows.ts';
import type { Listed, ListPage } from '../../search.ts';
import type { PlannedRow, RunRow } from '../../store.ts';
import type { Session } from '../connection.ts';
import { countPlan, shownOperations } from '../plan.ts';

type Kind = PlannedRow['kind'];

/** Operations of dropped plans, and those without a name yet, are not shown. */
const shown = `FROM ${shownOperations} o WHERE o.tenant_id = $tenant AND o.run_id = $run`;

export async function plannedCounts(
  session: Session,
  tenantId: string,
  runId: number,
): Promise<Partial<Record<Kind, number>>> {
  const counts = await countPlan(session, { tenantId, runId });
  const held = await session.all(
    `SELECT o.kind, count(*) AS operations ${shown} AND o.held GROUP BY o.kind`,
    { tenant: tenantId, run: runId },
  );
  for (const row of held) counts[operationKind(row['kind'])] += integer(row['operations']);
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

const inOrder: Order = { columns: ['o.sequence'], types: ['number'], descending: false };

export async function plannedOf(
  session: Session,
  tenantId: string,
  runId: number,
  kinds: readonly Kind[],
  page: ListPage,
): Promise<Listed<PlannedRow>> {
  const cursor = readCursor(page.cursor, inOrder.types);
  const keys = keyset(inOrder, cursor);
  const values = { tenant: tenantId, run: runId, kinds: JSON.stringify(kinds) };
  const wanted = `${shown} AND o.kind = ANY (ARRAY(SELECT json_array_elements_text($kinds::json)))`;
  const rows = await session.all(
    `SELECT o.* ${wanted} ${keys.where} ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...values, ...keys.values, limit: page.limit + 1 },
  );
  const total = await session.get(`SELECT count(*) AS operations ${wanted}`, values);
  const found = pageOf(rows, page.limit, cursor, (row) => [integer(row['sequence'])]);
  const items = found.items.map(plannedRow);
  return { ...found, items, total: integer(total?.['operations']), more: false };
}

export async function waitingOf(
  session: Session,
  tenantId: string,
  runId: number,
): Promise<Record<RemovalKind, number>> {
  const rows = await session.all(
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

export async function failedRuns(
  session: Session,
  tenantId: string,
  limit: number,
): Promise<readonly RunRow[]> {
  const rows = await session.all(
    `SELECT ${runColumns} FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND error_code IS NOT NULL
      ORDER BY run_id DESC LIMIT $limit`,
    { tenant: tenantId, limit },
  );
  return rows.map(runRow);
}
