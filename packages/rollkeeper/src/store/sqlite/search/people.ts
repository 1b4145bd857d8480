import type { SQLInputValue } from 'node:sqlite';

import { pageOf, readCursor } from '../../cursor.ts';
import { countedAtMost } from '../../search.ts';
import type { Department, Listed, ListPage, PeopleQuery, PeopleSort } from '../../search.ts';
import type { PersonRow } from '../../store.ts';
import { wordsAsked } from '../../words.ts';
import type { Connection } from '../connection.ts';
import { personsOf } from '../people.ts';
import { integer, text } from '../../row.ts';
import { keptFor } from './freshen.ts';
import type { Keyset, Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';
import { matchOf } from './tokens.ts';

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
  const keys = keyset(order, cursor);
  const { rows, total, more } = find(connection, asked, keys, page.limit + 1);
  const lines = rows.map((row) => ({
    id: text(row['id']),
    keys: order.columns.map((column) => row[column.slice('p.'.length)] as string | number),
  }));
  const found = pageOf(lines, page.limit, cursor, (line) => line.keys);
  const ids = found.items.map(({ id }) => id);
  return { ...found, items: personsOf(connection, tenantId, ids), total, more };
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
      bound: countedAtMost + 1,
      ...Object.fromEntries(words.map((word, at) => [`word${at}`, ` ${word}`])),
    },
  };
}

interface Found {
  /** One page, in order, of `limit` rows. */
  readonly rows: ReturnType<Connection['all']>;
  /** How many there are on all pages, counted no further than it takes to know that they are many. */
  readonly total: number;
  readonly more: boolean;
}

/** Looks where neither the search nor the order costs more than a page is worth. */
function find(connection: Connection, asked: Asked, keys: Keyset, limit: number): Found {
  if (asked.query.group !== null) return findInGroup(connection, asked, keys, limit);
  if (asked.words.length > 0) return findSorted(connection, asked, byWords(asked), keys, limit);
  const total = totalOf(connection, asked);
  const source = total <= countedAtMost && asked.match !== null ? byWords(asked) : walk(asked);
  return { rows: read(connection, asked, source, keys, limit), total, more: false };
}

function findInGroup(connection: Connection, asked: Asked, keys: Keyset, limit: number): Found {
  const members = connection.get(
    `SELECT count(*) AS people FROM (SELECT 1 FROM rollkeeper_memberships
      WHERE tenant_id = $tenant AND group_id = $group AND member_kind = 'user' LIMIT $bound)`,
    asked.values,
  );
  const source =
    integer(members?.['people']) > countedAtMost ? ofBigGroup(asked) : ofSmallGroup(asked);
  return findSorted(connection, asked, source, keys, limit);
}

const selected = 'p.id, p.number, p.name, p.by_department, p.status_since';

/** Those whom a source gives are counted and sorted at once. Where they are many, a page of people in order is mostly full soon. */
function findSorted(
  connection: Connection,
  asked: Asked,
  source: Source,
  keys: Keyset,
  limit: number,
): Found {
  const values = { ...asked.values, ...keys.values, match: asked.match, limit };
  const rows = connection.all(
    `WITH found AS MATERIALIZED (
       SELECT ${selected} FROM ${source.from} WHERE p.tenant = $number ${source.where} LIMIT $bound
     ), counted AS (SELECT count(*) AS people FROM found)
     SELECT c.people, p.* FROM counted c
       LEFT JOIN (SELECT p.* FROM found p, counted c
                   WHERE c.people < $bound ${keys.where} ORDER BY ${keys.orderBy} LIMIT $limit) p ON true
      ORDER BY ${keys.orderBy}`,
    values,
  );
  const people = integer(rows[0]?.['people']);
  if (people <= countedAtMost)
    return { rows: rows.filter((row) => row['id'] !== null), total: people, more: false };
  const walked =
    asked.query.group === null ? walkAWhile(connection, asked, keys, limit) : undefined;
  const found = walked ?? read(connection, asked, source, keys, limit);
  return { rows: found, total: countedAtMost, more: true };
}

/** People who are walked to fill a page. */
const walkedAtMost = 4_000;

/**
 * A page by walking people in order. undefined: it was not full soon, since those who are found stand close together further
 * on, as they do whose names begin so; then it is cheaper to sort them all.
 */
function walkAWhile(
  connection: Connection,
  asked: Asked,
  keys: Keyset,
  limit: number,
): Found['rows'] | undefined {
  const values = { ...asked.values, ...keys.values };
  const end = connection.get(
    `SELECT ${selected} FROM rollkeeper_search_people p
      WHERE p.tenant = $number ${keys.where} ORDER BY ${keys.orderBy} LIMIT 1 OFFSET $walked`,
    { ...values, walked: walkedAtMost },
  );
  const source = walk(asked);
  if (end === undefined) return read(connection, asked, source, keys, limit);
  const { columns } = orders[asked.query.sort];
  const ends = columns.map((column, at) => [`end${at}`, end[column.slice('p.'.length)] ?? null]);
  const rows = connection.all(
    `SELECT ${selected} FROM ${source.from}
      WHERE p.tenant = $number ${source.where} ${keys.where} ${keys.until}
      ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...values, limit, ...Object.fromEntries(ends) },
  );
  return rows.length === limit ? rows : undefined;
}

function read(
  connection: Connection,
  asked: Asked,
  source: Source,
  keys: Keyset,
  limit: number,
): Found['rows'] {
  return connection.all(
    `SELECT ${selected}
       FROM ${source.from}
      WHERE p.tenant = $number ${source.where} ${keys.where}
      ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...asked.values, ...keys.values, match: asked.match, limit },
  );
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
