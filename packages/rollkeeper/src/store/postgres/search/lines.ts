import type { ObjectId } from '../../../directory/statement.ts';
import { pageOf, readCursor } from '../../cursor.ts';
import type { Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';
import type { Listed, ListPage, ManagerChain, Report } from '../../search.ts';
import type { PersonRow } from '../../store.ts';
import type { Row, Session } from '../connection.ts';
import { person, personsOf } from '../people.ts';
import { integer, text } from '../../row.ts';

/** Managers that are shown above a person. */
const tallest = 50;

export async function managers(
  session: Session,
  tenantId: string,
  objectId: ObjectId,
): Promise<ManagerChain> {
  const people: PersonRow[] = [];
  const seen = new Set<ObjectId>([objectId]);
  let next = (await person(session, tenantId, objectId))?.supervisorId ?? null;
  while (next !== null && people.length < tallest) {
    if (seen.has(next)) return { people, end: 'cycle', backTo: next };
    seen.add(next);
    const manager: PersonRow | null = await person(session, tenantId, next);
    if (manager === null) break;
    people.push(manager);
    next = manager.supervisorId;
  }
  const long = people.length === tallest && next !== null;
  return { people, end: long ? 'long' : 'top', backTo: null };
}

const byName: Order = {
  columns: ['p.name', 'p.id'],
  types: ['string', 'string'],
  descending: false,
};

/** Whom links lead to: links to somebody who is gone from the tenant sleep. */
const awake = `
  AND NOT EXISTS (SELECT 1 FROM rollkeeper_users m
                   WHERE m.tenant_id = p.tenant_id AND m.id = p.supervisor_id
                     AND m.deleted_reason IN ('soft_deleted', 'permanently_deleted'))`;

const counted = `
  (SELECT count(*) FROM rollkeeper_search_people r
    WHERE r.tenant_id = p.tenant_id AND r.supervisor_id = p.id) AS reports`;

export async function reports(
  session: Session,
  tenantId: string,
  objectId: ObjectId,
  page: ListPage,
): Promise<Listed<Report>> {
  const cursor = readCursor(page.cursor, byName.types);
  const keys = keyset(byName, cursor);
  const values = { tenant: tenantId, supervisor: objectId };
  const rows = await session.all(
    `SELECT p.id, p.name, ${counted} FROM rollkeeper_search_people p
      WHERE p.tenant_id = $tenant AND p.supervisor_id = $supervisor ${awake} ${keys.where}
      ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...values, ...keys.values, limit: page.limit + 1 },
  );
  const total = await session.get(
    `SELECT count(*) AS reports FROM rollkeeper_search_people p
      WHERE p.tenant_id = $tenant AND p.supervisor_id = $supervisor ${awake}`,
    values,
  );
  const found = pageOf(rows, page.limit, cursor, (row) => [text(row['name']), text(row['id'])]);
  const items = await withReports(session, tenantId, found.items);
  return { ...found, items, total: integer(total?.['reports']), more: false };
}

export async function tops(
  session: Session,
  tenantId: string,
  limit: number,
): Promise<readonly Report[]> {
  const rows = await session.all(
    `SELECT m.id, l.reports
       FROM (SELECT p.supervisor_id, count(*) AS reports FROM rollkeeper_search_people p
              WHERE p.tenant_id = $tenant AND p.supervisor_id IS NOT NULL ${awake}
              GROUP BY p.supervisor_id) l
       JOIN rollkeeper_search_people m ON m.tenant_id = $tenant AND m.id = l.supervisor_id
      WHERE m.supervisor_id IS NULL
      ORDER BY l.reports DESC, m.name, m.id LIMIT $limit`,
    { tenant: tenantId, limit },
  );
  return await withReports(session, tenantId, rows);
}

async function withReports(
  session: Session,
  tenantId: string,
  rows: readonly Row[],
): Promise<readonly Report[]> {
  const counts = new Map(rows.map((row) => [text(row['id']), integer(row['reports'])]));
  const people = await personsOf(session, tenantId, [...counts.keys()]);
  return people.map((one) => ({ ...one, reports: counts.get(one.id) ?? 0 }));
}
