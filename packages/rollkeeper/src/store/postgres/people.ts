import { userAttributes } from '../../directory/attribute.ts';
import type { ObjectId } from '../../directory/statement.ts';
import type { Page, PersonRow } from '../store.ts';
import type { Session } from './connection.ts';
import { text } from '../row.ts';
import { personRow } from '../rows.ts';

/** A person with their supervisor, as far as the views show both. JSON is read from our row, as it was written. */
const selected = `
  SELECT p.id, ${userAttributes.map(({ column, type }) => `${type === 'list' ? 'd' : 'p'}.${column}`).join(', ')},
         d.attributes, p.in_scope, p.status, p.status_since, d.deleted_reason, l.supervisor_id,
         coalesce(m.user_principal_name, o.user_principal_name) AS supervisor_user_principal_name,
         coalesce(m.display_name, o.display_name) AS supervisor_display_name`;

const supervised = `
    LEFT JOIN rollkeeper_users d ON d.tenant_id = p.tenant_id AND d.id = p.id
    LEFT JOIN microsoft_graph_user_supervisors l ON l.tenant_id = p.tenant_id AND l.user_id = p.id
    LEFT JOIN rollkeeper_users m ON m.tenant_id = l.tenant_id AND m.id = l.supervisor_id
    LEFT JOIN rollkeeper_outside_managers o ON o.tenant_id = l.tenant_id AND o.id = l.supervisor_id`;

export async function users(
  session: Session,
  tenantId: string,
  page: Page<ObjectId>,
): Promise<readonly PersonRow[]> {
  const rows = await session.all(
    `${selected}
         FROM (SELECT *, true AS in_scope FROM microsoft_graph_users
                WHERE tenant_id = $tenant AND id > $after ORDER BY id LIMIT $limit) p ${supervised}
        ORDER BY p.id`,
    { tenant: tenantId, after: page.after ?? '', limit: page.limit },
  );
  return rows.map(personRow);
}

export async function people(
  session: Session,
  tenantId: string,
  page: Page<ObjectId>,
): Promise<readonly PersonRow[]> {
  const rows = await session.all(
    `${selected}
         FROM (SELECT * FROM microsoft_graph_people
                WHERE tenant_id = $tenant AND id > $after ORDER BY id LIMIT $limit) p ${supervised}
        ORDER BY p.id`,
    { tenant: tenantId, after: page.after ?? '', limit: page.limit },
  );
  return rows.map(personRow);
}

export async function person(
  session: Session,
  tenantId: string,
  objectId: ObjectId,
): Promise<PersonRow | null> {
  const row = await session.get(
    `${selected}
       FROM (SELECT * FROM microsoft_graph_people WHERE tenant_id = $tenant AND id = $id) p ${supervised}`,
    { tenant: tenantId, id: objectId },
  );
  return row === undefined ? null : personRow(row);
}

/** People by their ids, in the order of these; who is not there is left out. */
export async function personsOf(
  session: Session,
  tenantId: string,
  ids: readonly ObjectId[],
): Promise<readonly PersonRow[]> {
  if (ids.length === 0) return [];
  const rows = await session.all(
    `${selected}
       FROM (SELECT * FROM microsoft_graph_people
              WHERE tenant_id = $tenant
                AND id = ANY (ARRAY(SELECT json_array_elements_text($ids::json)))) p ${supervised}`,
    { tenant: tenantId, ids: JSON.stringify(ids) },
  );
  const found = new Map(rows.map((row) => [text(row['id']), personRow(row)]));
  return ids.map((id) => found.get(id)).filter((one) => one !== undefined);
}
