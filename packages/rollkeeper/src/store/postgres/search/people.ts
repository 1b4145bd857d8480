import { pageOf, readCursor } from '../../cursor.ts';
import type { Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';
import { countedAtMost } from '../../search.ts';
import type { Department, Listed, ListPage, PeopleQuery, PeopleSort } from '../../search.ts';
import type { PersonRow } from '../../store.ts';
import { wordsAsked } from '../../words.ts';
import type { Session, Values } from '../connection.ts';
import { personsOf } from '../people.ts';
import { integer, text } from '../../row.ts';

const orders: Readonly<Record<PeopleSort, Omit<Order, 'descending'>>> = {
  name: { columns: ['p.name', 'p.id'], types: ['string', 'string'] },
  department: {
    columns: ['p.by_department', 'p.name', 'p.id'],
    types: ['string', 'string', 'string'],
  },
  since: { columns: ['p.status_since', 'p.id'], types: ['string', 'string'] },
};

export async function searchPeople(
  session: Session,
  tenantId: string,
  query: PeopleQuery,
  page: ListPage,
): Promise<Listed<PersonRow>> {
  const order = { ...orders[query.sort], descending: query.descending };
  const cursor = readCursor(page.cursor, order.types);
  const keys = keyset(order, cursor);
  const { where, values } = conditions(tenantId, query);
  const counting = count(session, query, where, values);
  const reading = session.all(
    `SELECT p.id, p.name, p.by_department, p.status_since FROM rollkeeper_search_people p
      WHERE ${where} ${keys.where} ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...values, ...keys.values, limit: page.limit + 1 },
  );
  const [rows, counts] = await Promise.all([reading, counting]);
  const found = pageOf(rows, page.limit, cursor, (row) =>
    order.columns.map((column) => text(row[column.slice('p.'.length)])),
  );
  const items = await personsOf(
    session,
    tenantId,
    found.items.map(({ id }) => text(id)),
  );
  return { ...found, items, ...counts };
}

function conditions(
  tenantId: string,
  query: PeopleQuery,
): { readonly where: string; readonly values: Values } {
  const words = wordsAsked(query.text);
  const all = ['p.tenant_id = $tenant'];
  // Words are letters and digits only: none of them means anything to the query's own language.
  if (words.length > 0) all.push(`p.words @@ $words::tsquery`);
  if (query.status === 'in_scope') all.push("p.status IN ('active', 'disabled')");
  else if (query.status !== null) all.push('p.status = $status');
  if (query.department !== null) all.push('p.department = $department');
  if (query.guests !== null) all.push('p.guest = $guests');
  if (query.group !== null) {
    all.push(`EXISTS (SELECT 1 FROM rollkeeper_memberships e
                       WHERE e.tenant_id = $tenant AND e.group_id = $group AND e.member_id = p.id)`);
  }
  return {
    where: all.join(' AND '),
    values: {
      tenant: tenantId,
      words: words.map((word) => `'${word}':*`).join(' & '),
      status: query.status,
      department: query.department,
      guests: query.guests,
      group: query.group,
    },
  };
}

/** Without words and group, from what was counted after the last run; else no further than it takes. */
async function count(
  session: Session,
  query: PeopleQuery,
  where: string,
  values: Values,
): Promise<{ readonly total: number; readonly more: boolean }> {
  if (wordsAsked(query.text).length === 0 && query.group === null) {
    const row = await session.get(
      `SELECT coalesce(sum(p.people), 0)::bigint AS people FROM rollkeeper_search_totals p WHERE ${where}`,
      values,
    );
    return { total: integer(row?.['people']), more: false };
  }
  const row = await session.get(
    `SELECT count(*) AS people FROM (SELECT 1 FROM rollkeeper_search_people p WHERE ${where} LIMIT $bound) found`,
    { ...values, bound: countedAtMost + 1 },
  );
  const people = integer(row?.['people']);
  return { total: Math.min(people, countedAtMost), more: people > countedAtMost };
}

export async function departments(
  session: Session,
  tenantId: string,
): Promise<readonly Department[]> {
  const rows = await session.all(
    `SELECT department, sum(people)::bigint AS people FROM rollkeeper_search_totals
      WHERE tenant_id = $tenant AND status IN ('active', 'disabled')
      GROUP BY department ORDER BY department LIMIT 1000`,
    { tenant: tenantId },
  );
  return rows.map((row) => ({ name: text(row['department']), people: integer(row['people']) }));
}
