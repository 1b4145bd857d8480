import { pageOf, readCursor } from '../../cursor.ts';
import type { Listed, ListPage, ManagerChain, Report } from '../../search.ts';
import type { ObjectId } from '../../../directory/statement.ts';
import type { Connection } from '../connection.ts';
import { person } from '../people.ts';
import { integer, text } from '../../row.ts';
import type { Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';

/** Managers that are shown above a person. */
const tallest = 50;

export function managers(
  connection: Connection,
  tenantId: string,
  objectId: ObjectId,
): ManagerChain {
  const people = [];
  const seen = new Set<ObjectId>([objectId]);
  let next = person(connection, tenantId, objectId)?.supervisorId ?? null;
  while (next !== null && people.length < tallest) {
    if (seen.has(next)) return { people, end: 'cycle', backTo: next };
    seen.add(next);
    const manager = person(connection, tenantId, next);
    if (manager === null) break;
    people.push(manager);
    next = manager.supervisorId;
  }
  const long = people.length === tallest && next !== null;
  return { people, end: long ? 'long' : 'top', backTo: null };
}

const byName: Order = {
  columns: ['p.name', 'p.number'],
  types: ['string', 'number'],
  descending: false,
};

/** The tenant, as what is kept of people has it. */
const number = '(SELECT number FROM rollkeeper_search WHERE tenant_id = $tenant)';

/** Whom links lead to: links to somebody who is gone from the tenant sleep. */
const awake = `
  AND NOT EXISTS (SELECT 1 FROM rollkeeper_users m
                   WHERE m.tenant_id = $tenant AND m.id = p.supervisor_id
                     AND m.deleted_reason IN ('soft_deleted', 'permanently_deleted'))`;

export function reports(
  connection: Connection,
  tenantId: string,
  objectId: ObjectId,
  page: ListPage,
): Listed<Report> {
  const cursor = readCursor(page.cursor, byName.types);
  const keys = keyset(byName, cursor);
  const values = { tenant: tenantId, supervisor: objectId };
  const rows = connection.all(
    `SELECT p.id, p.name, p.number FROM rollkeeper_search_people p
      WHERE p.tenant = ${number} AND p.supervisor_id = $supervisor ${awake} ${keys.where}
      ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...values, ...keys.values, limit: page.limit + 1 },
  );
  const found = pageOf(rows, page.limit, cursor, (row) => [
    text(row['name']),
    integer(row['number']),
  ]);
  const items = found.items.flatMap((row) => {
    const report = person(connection, tenantId, text(row['id']));
    return report === null
      ? []
      : [{ ...report, reports: countReports(connection, tenantId, report.id) }];
  });
  return { ...found, items, total: countReports(connection, tenantId, objectId), more: false };
}

function countReports(connection: Connection, tenantId: string, objectId: ObjectId): number {
  const row = connection.get(
    `SELECT count(*) AS reports FROM rollkeeper_search_people p
      WHERE p.tenant = ${number} AND p.supervisor_id = $supervisor ${awake}`,
    { tenant: tenantId, supervisor: objectId },
  );
  return integer(row?.['reports']);
}

export function tops(connection: Connection, tenantId: string, limit: number): readonly Report[] {
  const rows = connection.all(
    `SELECT l.supervisor_id AS id, l.reports
       FROM (SELECT supervisor_id, count(*) AS reports FROM rollkeeper_search_people p
              WHERE tenant = ${number} AND supervisor_id IS NOT NULL ${awake}
              GROUP BY supervisor_id) l
       JOIN rollkeeper_search_people m ON m.tenant = ${number} AND m.id = l.supervisor_id
      WHERE m.supervisor_id IS NULL
      ORDER BY l.reports DESC, m.name, m.number LIMIT $limit`,
    { tenant: tenantId, limit },
  );
  return rows.flatMap((row) => {
    const top = person(connection, tenantId, text(row['id']));
    return top === null ? [] : [{ ...top, reports: integer(row['reports']) }];
  });
}
