import type { SQLInputValue } from 'node:sqlite';

import { groupAttributes } from '../../../directory/attribute.ts';
import type { ObjectId } from '../../../directory/statement.ts';
import { pageOf, readCursor } from '../../cursor.ts';
import type { GroupListed, GroupOf, Listed, ListPage } from '../../search.ts';
import type { GroupRow } from '../../store.ts';
import { wordsAsked } from '../../words.ts';
import { groupColumns } from '../columns.ts';
import type { Connection, Row } from '../connection.ts';
import { flag, integer, kept, text } from '../../row.ts';
import type { Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';

const listed = `
  SELECT g.id, ${groupColumns('g')}, g.in_closure, coalesce(s.people, 0) AS people, coalesce(s.groups, 0) AS groups,
         coalesce(s.name, '') AS name`;

const counted = `
  rollkeeper_groups g
  LEFT JOIN rollkeeper_search_groups s ON s.tenant_id = g.tenant_id AND s.id = g.id`;

/** The most groups that are shown around one. */
const most = 1_000;

const byName: Order = {
  columns: ['s.name', 's.id'],
  types: ['string', 'string'],
  descending: false,
};

export function searchGroups(
  connection: Connection,
  tenantId: string,
  words: string,
  page: ListPage,
): Listed<GroupListed> {
  const cursor = readCursor(page.cursor, byName.types);
  const keys = keyset(byName, cursor);
  const asked = wordsAsked(words);
  const conditions = asked.map((_, at) => `AND instr(s.words, $word${at}) > 0`).join(' ');
  const values: Record<string, SQLInputValue> = { tenant: tenantId };
  for (const [at, word] of asked.entries()) values[`word${at}`] = ` ${word}`;
  const rows = connection.all(
    `${listed}
       FROM rollkeeper_search_groups s
      CROSS JOIN rollkeeper_groups g ON g.tenant_id = s.tenant_id AND g.id = s.id
      WHERE s.tenant_id = $tenant ${conditions} ${keys.where}
      ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...values, ...keys.values, limit: page.limit + 1 },
  );
  const total = connection.get(
    `SELECT count(*) AS groups FROM rollkeeper_search_groups s WHERE s.tenant_id = $tenant ${conditions}`,
    values,
  );
  const found = pageOf(rows, page.limit, cursor, (row) => [text(row['name']), text(row['id'])]);
  const items = found.items.map(groupListed);
  return { ...found, items, total: integer(total?.['groups']), more: false };
}

export function group(
  connection: Connection,
  tenantId: string,
  groupId: ObjectId,
): GroupListed | null {
  const row = connection.get(
    `${listed} FROM ${counted} WHERE g.tenant_id = $tenant AND g.id = $id`,
    { tenant: tenantId, id: groupId },
  );
  return row === undefined ? null : groupListed(row);
}

export function groupsAround(
  connection: Connection,
  tenantId: string,
  groupId: ObjectId,
): { readonly within: readonly GroupListed[]; readonly above: readonly GroupListed[] } {
  const read = (ids: string): readonly GroupListed[] =>
    connection
      .all(
        `${listed} FROM ${counted}
          WHERE g.tenant_id = $tenant AND g.id IN (${ids}) ORDER BY name, g.id LIMIT ${most}`,
        { tenant: tenantId, id: groupId },
      )
      .map(groupListed);
  return {
    within: read(`SELECT member_id FROM rollkeeper_memberships
                   WHERE tenant_id = $tenant AND group_id = $id AND member_kind = 'group'`),
    above: read(`SELECT group_id FROM rollkeeper_memberships
                  WHERE tenant_id = $tenant AND member_id = $id AND member_kind = 'group'`),
  };
}

/** Edges are kept by group: there are far fewer groups to try than edges to go through. */
export function groupsOf(
  connection: Connection,
  tenantId: string,
  memberId: ObjectId,
): readonly GroupOf[] {
  return connection
    .all(
      `WITH RECURSIVE held (id) AS (
         SELECT g.id FROM rollkeeper_groups g
          WHERE g.tenant_id = $tenant
            AND EXISTS (SELECT 1 FROM microsoft_graph_memberships e
                         WHERE e.tenant_id = $tenant AND e.group_id = g.id AND e.member_id = $id)
       ),
       around (id) AS (
         SELECT id FROM held
         UNION
         SELECT e.group_id FROM around
           JOIN rollkeeper_memberships e ON e.tenant_id = $tenant AND e.member_id = around.id
                                        AND e.member_kind = 'group'
       )
       ${listed}, g.id IN (SELECT id FROM held) AS direct
         FROM ${counted}
        WHERE g.tenant_id = $tenant AND g.id IN (SELECT id FROM around)
        ORDER BY direct DESC, name, g.id LIMIT ${most}`,
      { tenant: tenantId, id: memberId },
    )
    .map((row) => ({ ...groupRow(row), direct: flag(row['direct']) }));
}

const groupListed = (row: Row): GroupListed => ({
  ...groupRow(row),
  people: integer(row['people']),
  groups: integer(row['groups']),
});

const groupRow = (row: Row): GroupRow => ({
  id: text(row['id']),
  values: groupAttributes.map(({ column }) => kept(row[column])),
  inClosure: flag(row['in_closure']),
});
