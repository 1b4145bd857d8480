import { groupAttributes } from '../../directory/attribute.ts';
import type { ObjectId } from '../../directory/statement.ts';
import type { ChangeRow, GroupRow, Page } from '../store.ts';
import { groupColumns } from './columns.ts';
import type { Connection } from './connection.ts';
import { flag, kept, text } from '../row.ts';
import { changeRow } from '../rows.ts';

export function groups(
  connection: Connection,
  tenantId: string,
  page: Page<ObjectId>,
): readonly GroupRow[] {
  const rows = connection.all(
    `SELECT id, ${groupColumns()}, in_closure FROM microsoft_graph_groups
      WHERE tenant_id = $tenant AND id > $after ORDER BY id LIMIT $limit`,
    { tenant: tenantId, after: page.after ?? '', limit: page.limit },
  );
  return rows.map((row) => ({
    id: text(row['id']),
    values: groupAttributes.map(({ column }) => kept(row[column])),
    inClosure: flag(row['in_closure']),
  }));
}

export function changes(
  connection: Connection,
  tenantId: string,
  page: Page<number>,
): readonly ChangeRow[] {
  const rows = connection.all(
    `SELECT sequence, run_id, at, change, subject_id, attribute, old_value, new_value
       FROM microsoft_graph_changes
      WHERE tenant_id = $tenant AND sequence > $after ORDER BY sequence LIMIT $limit`,
    { tenant: tenantId, after: page.after ?? 0, limit: page.limit },
  );
  return rows.map(changeRow);
}
