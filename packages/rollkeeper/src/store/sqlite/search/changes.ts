import type { ObjectId } from '../../../directory/statement.ts';
import { pageOf, readCursor } from '../../cursor.ts';
import type { ChangeListed, Listed, ListPage } from '../../search.ts';
import type { Connection } from '../connection.ts';
import { changeRow } from '../../rows.ts';
import { integer, textOrNull } from '../../row.ts';
import type { Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';

const newestFirst: Order = { columns: ['k.sequence'], types: ['number'], descending: true };

/** The name of a person or a group that a change speaks of. */
const named = (column: string): string => `
  CASE WHEN c.change LIKE 'supervisor%'
       THEN (SELECT coalesce(display_name, user_principal_name) FROM microsoft_graph_people
              WHERE tenant_id = $tenant AND id = ${column})
       WHEN c.change LIKE 'membership%'
       THEN (SELECT display_name FROM rollkeeper_groups WHERE tenant_id = $tenant AND id = ${column})
   END`;

export function changesOf(
  connection: Connection,
  tenantId: string,
  objectId: ObjectId,
  page: ListPage,
): Listed<ChangeListed> {
  const cursor = readCursor(page.cursor, newestFirst.types);
  const keys = keyset(newestFirst, cursor);
  const values = { tenant: tenantId, id: objectId };
  const person = `(SELECT p.number FROM rollkeeper_search s
                   JOIN rollkeeper_search_people p ON p.tenant = s.number AND p.id = $id
                  WHERE s.tenant_id = $tenant)`;
  const rows = connection.all(
    `SELECT c.*, ${named('c.old_value')} AS old_name, ${named('c.new_value')} AS new_name
       FROM rollkeeper_search_changes k
      CROSS JOIN microsoft_graph_changes c ON c.tenant_id = $tenant AND c.sequence = k.sequence
      WHERE k.number = ${person} AND c.subject_id = $id ${keys.where}
      ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...values, ...keys.values, limit: page.limit + 1 },
  );
  const total = connection.get(
    `SELECT count(*) AS changes FROM rollkeeper_search_changes WHERE number = ${person}`,
    values,
  );
  const found = pageOf(rows, page.limit, cursor, (row) => [integer(row['sequence'])]);
  const items = found.items.map((row) => ({
    ...changeRow(row),
    oldName: textOrNull(row['old_name']),
    newName: textOrNull(row['new_name']),
  }));
  return { ...found, items, total: integer(total?.['changes']), more: false };
}
