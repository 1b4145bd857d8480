import type { ObjectId } from '../../directory/statement.ts';
import type { Page, PersonRow } from '../store.ts';
import { userColumns } from './columns.ts';
import type { Connection } from './connection.ts';
import { text } from '../row.ts';
import { personRow } from '../rows.ts';

/** A person with their supervisor, as far as the views show both. */
const selected = `
  SELECT p.id, ${userColumns('p')}, p.attributes, p.in_scope, p.status, p.status_since,
         (SELECT d.deleted_reason FROM rollkeeper_users d
           WHERE d.tenant_id = p.tenant_id AND d.id = p.id) AS deleted_reason,
         l.supervisor_id, coalesce(m.user_principal_name, o.user_principal_name) AS supervisor_user_principal_name,
         coalesce(m.display_name, o.display_name) AS supervisor_display_name`;

const supervised = `
    LEFT JOIN microsoft_graph_user_supervisors l ON l.tenant_id = p.tenant_id AND l.user_id = p.id
    LEFT JOIN rollkeeper_users m ON m.tenant_id = l.tenant_id AND m.id = l.supervisor_id
    LEFT JOIN rollkeeper_outside_managers o ON o.tenant_id = l.tenant_id AND o.id = l.supervisor_id`;

export function users(
  connection: Connection,
  tenantId: string,
  page: Page<ObjectId>,
): readonly PersonRow[] {
  return connection
    .all(
      `${selected}
         FROM (SELECT *, 1 AS in_scope FROM microsoft_graph_users
                WHERE tenant_id = $tenant AND id > $after ORDER BY id LIMIT $limit) p ${supervised}
        ORDER BY p.id`,
      { tenant: tenantId, after: page.after ?? '', limit: page.limit },
    )
    .map(personRow);
}

export function people(
  connection: Connection,
  tenantId: string,
  page: Page<ObjectId>,
): readonly PersonRow[] {
  return connection
    .all(
      `${selected}
         FROM (SELECT * FROM microsoft_graph_people
                WHERE tenant_id = $tenant AND id > $after ORDER BY id LIMIT $limit) p ${supervised}
        ORDER BY p.id`,
      { tenant: tenantId, after: page.after ?? '', limit: page.limit },
    )
    .map(personRow);
}

export function person(
  connection: Connection,
  tenantId: string,
  objectId: ObjectId,
): PersonRow | null {
  const row = connection.get(
    `${selected}
       FROM (SELECT * FROM microsoft_graph_people WHERE tenant_id = $tenant AND id = $id) p ${supervised}`,
    { tenant: tenantId, id: objectId },
  );
  return row === undefined ? null : personRow(row);
}

/** People in the order of their ids here; whom there is no row of is left out. */
export function personsOf(
  connection: Connection,
  tenantId: string,
  ids: readonly ObjectId[],
): readonly PersonRow[] {
  const rows = connection.all(
    `${selected}
       FROM (SELECT * FROM microsoft_graph_people
              WHERE tenant_id = $tenant AND id IN (SELECT value FROM json_each($ids))) p ${supervised}`,
    { tenant: tenantId, ids: JSON.stringify(ids) },
  );
  const found = new Map(rows.map((row) => [text(row['id']), personRow(row)]));
  return ids.map((id) => found.get(id)).filter((one) => one !== undefined);
}
