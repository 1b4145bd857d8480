import type { SQLInputValue } from 'node:sqlite';

import { pageOf, readCursor } from '../../cursor.ts';
import type { Department, Listed, ListPage, PeopleQuery, PeopleSort } from '../../search.ts';
import type { PersonRow } from '../../store.ts';
import { wordsAsked } from '../../words.ts';
import type { Connection } from '../connection.ts';
import { person } from '../people.ts';
import { integer, text } from '../../row.ts';
import { keptFor } from './freshen.ts';
import type { Keyset, Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';
import { matchOf } from './tokens.ts';

/**
 * Up to so many found people are sorted. Beyond, people are walked in order until a page is full: when so many are
 * found, that is soon.
 */
const sorted = 2_000;

const orders: Readonly<Record<PeopleSort, Omit<Order, 'descending'>>> = {
  name: { columns: ['p.name', 'p.number'], types: ['string', 'number'] },
  department: {
    columns: ['p.by_department', 'p.name', 'p.number'],
    types: ['string', 'string', 'number'],
  },
  since: { columns: ['p.status_since', 'p.number'], types: ['string', 'number'] },
};

/** A question, ready to be put to the tables. */
interface Asked {
  readonly query: PeopleQuery;
  readonly words: readonly string[];
  /** For the full-text index; null: nothing to look up there. */
  readonly match: string | null;
  /** Conditions on `p`, a row of a person. */
  readonly where: string;
  readonly values: Readonly<Record<string, SQLInputValue>>;
}

/** Where found people come from. */
interface Source {
  readonly from: string;
  readonly where: string;
}

export function searchPeople(
  connection: Connection,
  tenantId: string,
  query: PeopleQuery,
  page: ListPage,
): Listed<PersonRow> {
  const order = { ...orders[query.sort], descending: query.descending };
  const cursor = readCursor(page.cursor, order.types);
  const asked = ask(tenantId, query, keptFor(connection, tenantId)?.number ?? 0);
  const { source, total, more } = choose(connection, asked);
  const keys = keyset(order, cursor);
  const rows = read(connection, asked, source, keys, page.limit + 1).map((row) => ({
    id: text(row['id']),
    keys: order.columns.map((column) => row[column.slice('p.'.length)] as string | number),
  }));
  const found = pageOf(rows, page.limit, cursor, (row) => row.keys);
  const items = found.items.map(({ id }) => person(connection, tenantId, id));
  return { ...found, items: items.filter((item) => item !== null), total, more };
}

function ask(tenantId: string, query: PeopleQuery, tenant: number): Asked {
  const words = wordsAsked(query.text);
  const conditions = words.map((_, at) => `AND instr(p.words, $word${at}) > 0`);
  if (query.status === 'in_scope') conditions.push("AND p.status IN ('active', 'disabled')");
  else if (query.status !== null) conditions.push('AND p.status = $status');
  if (query.department !== null) conditions.push('AND p.department = $department');
  if (query.guests !== null) conditions.push('AND p.guest = $guests');
  return {
    query,
    words,
    match: matchOf(tenant, words, query),
    where: conditions.join(' '),
    values: {
      tenant: tenantId,
      number: tenant,
      status: query.status,
      department: query.department,
      guests: query.guests === true ? 1 : 0,
      group: query.group,
      bound: sorted + 1,
      ...Object.fromEntries(words.map((word, at) => [`word${at}`, ` ${word}`])),
    },
  };
}

function read(
  connection: Connection,
  asked: Asked,
  source: Source,
  keys: Keyset,
  limit: number,
): ReturnType<Connection['all']> {
  return connection.all(
    `SELECT p.id, p.number, p.name, p.by_department, p.status_since
       FROM ${source.from}
      WHERE p.tenant = $number ${source.where} ${keys.where}
      ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...asked.values, ...keys.values, match: asked.match, limit },
  );
}

/** Where to look, so that neither the search nor the order costs more than a page is worth; and how many there are. */
function choose(
  connection: Connection,
  asked: Asked,
): { readonly source: Source; readonly total: number; readonly more: boolean } {
  if (asked.query.group !== null) return chooseInGroup(connection, asked);
  if (asked.match === null || asked.words.length === 0) {
    const total = totalOf(connection, asked);
    const few = total <= sorted && asked.match !== null;
    return { source: few ? byWords(asked) : walk(asked), total, more: false };
  }
  const found = bounded(connection, byWords(asked), asked);
  return found > sorted
    ? { source: walk(asked), total: sorted, more: true }
    : { source: byWords(asked), total: found, more: false };
}

function chooseInGroup(
  connection: Connection,
  asked: Asked,
): { readonly source: Source; readonly total: number; readonly more: boolean } {
  const members = connection.get(
    `SELECT count(*) AS people FROM (SELECT 1 FROM rollkeeper_memberships
      WHERE tenant_id = $tenant AND group_id = $group AND member_kind = 'user' LIMIT $bound)`,
    asked.values,
  );
  const source = integer(members?.['people']) > sorted ? ofBigGroup(asked) : ofSmallGroup(asked);
  const found = bounded(connection, source, asked);
  return { source, total: Math.min(found, sorted), more: found > sorted };
}

/** How many there are, counted no further than it takes to know that they are many. */
function bounded(connection: Connection, source: Source, asked: Asked): number {
  const row = connection.get(
    `SELECT count(*) AS people
       FROM (SELECT 1 FROM ${source.from} WHERE p.tenant = $number ${source.where} LIMIT $bound)`,
    { ...asked.values, match: asked.match },
  );
  return integer(row?.['people']);
}

/** Without words, from what was counted after the last run. */
function totalOf(connection: Connection, { values, where }: Asked): number {
  const row = connection.get(
    `SELECT coalesce(sum(p.people), 0) AS people FROM rollkeeper_search_totals p
      WHERE p.tenant_id = $tenant ${where}`,
    values,
  );
  return integer(row?.['people']);
}

const walk = ({ where }: Asked): Source => ({ from: 'rollkeeper_search_people p', where });

const byWords = ({ where }: Asked): Source => ({
  from: `rollkeeper_search_words CROSS JOIN rollkeeper_search_people p ON p.number = rollkeeper_search_words.rowid`,
  where: `AND rollkeeper_search_words MATCH $match ${where}`,
});

const ofSmallGroup = ({ where }: Asked): Source => ({
  from: `rollkeeper_memberships e
   CROSS JOIN rollkeeper_search_people p ON p.tenant = $number AND p.id = e.member_id`,
  where: `AND e.tenant_id = $tenant AND e.group_id = $group AND e.member_kind = 'user' ${where}`,
});

function ofBigGroup(asked: Asked): Source {
  const { from, where } = asked.words.length > 0 ? byWords(asked) : walk(asked);
  return {
    from,
    where: `${where} AND EXISTS (SELECT 1 FROM rollkeeper_memberships e
      WHERE e.tenant_id = $tenant AND e.group_id = $group AND e.member_id = p.id)`,
  };
}

export function departments(connection: Connection, tenantId: string): readonly Department[] {
  return connection
    .all(
      `SELECT department, sum(people) AS people FROM rollkeeper_search_totals
        WHERE tenant_id = $tenant AND status IN ('active', 'disabled')
        GROUP BY department ORDER BY department LIMIT 1000`,
      { tenant: tenantId },
    )
    .map((row) => ({ name: text(row['department']), people: integer(row['people']) }));
}
