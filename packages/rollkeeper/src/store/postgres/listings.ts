import { groupAttributes } from '../../directory/attribute.ts';
import type { ObjectId } from '../../directory/statement.ts';
import type { ChangeRow, GroupRow, Page } from '../store.ts';
import { groupColumns } from './columns.ts';
import type { Session } from './connection.ts';
import { flag, kept, text } from '../row.ts';
import { changeRow } from '../rows.ts';

export async function groups(
  session: Session,
  tenantId: string,
  page: Page<ObjectId>,
): Promise<readonly GroupRow[]> {
  const rows = await session.all(
    `SELECT id, ${groupColumns()}, in_closure FROM rollkeeper_groups
      WHERE tenant_id = $tenant AND id > $after ORDER BY id LIMIT $limit`,
    { tenant: tenantId, after: page.after ?? '', limit: page.limit },
  );
  return rows.map((row) => ({
    id: text(row['id']),
    values: groupAttributes.map(({ column }) => kept(row[column])),
    inClosure: flag(row['in_closure']),
  }));
}

export async function changes(
  session: Session,
  tenantId: string,
  page: Page<number>,
): Promise<readonly ChangeRow[]> {
  const rows = await session.all(
    `SELECT sequence, run_id, at, change, subject_id, attribute, old_value, new_value
       FROM microsoft_graph_changes
      WHERE tenant_id = $tenant AND sequence > $after ORDER BY sequence LIMIT $limit`,
    { tenant: tenantId, after: page.after ?? 0, limit: page.limit },
  );
  return rows.map(changeRow);
}
