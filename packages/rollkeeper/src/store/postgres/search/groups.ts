import { groupAttributes } from '../../../directory/attribute.ts';
import type { ObjectId } from '../../../directory/statement.ts';
import { pageOf, readCursor } from '../../cursor.ts';
import type { Order } from '../../keyset.ts';
import { keyset } from '../../keyset.ts';
import type { GroupListed, GroupOf, Listed, ListPage } from '../../search.ts';
import type { GroupRow } from '../../store.ts';
import { wordsAsked } from '../../words.ts';
import { groupColumns } from '../columns.ts';
import type { Row, Session, Values } from '../connection.ts';
import { flag, integer, kept, text } from '../../row.ts';

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

export async function searchGroups(
  session: Session,
  tenantId: string,
  words: string,
  page: ListPage,
): Promise<Listed<GroupListed>> {
  const cursor = readCursor(page.cursor, byName.types);
  const keys = keyset(byName, cursor);
  const asked = wordsAsked(words);
  const conditions = asked.map((_, at) => `AND strpos(s.words, $word${at}) > 0`).join(' ');
  const values: Values = {
    tenant: tenantId,
    ...Object.fromEntries(asked.map((word, at) => [`word${at}`, ` ${word}`])),
  };
  const rows = await session.all(
    `${listed}
       FROM rollkeeper_search_groups s
       JOIN rollkeeper_groups g ON g.tenant_id = s.tenant_id AND g.id = s.id
      WHERE s.tenant_id = $tenant ${conditions} ${keys.where}
      ORDER BY ${keys.orderBy} LIMIT $limit`,
    { ...values, ...keys.values, limit: page.limit + 1 },
  );
  const total = await session.get(
    `SELECT count(*) AS groups FROM rollkeeper_search_groups s WHERE s.tenant_id = $tenant ${conditions}`,
    values,
  );
  const found = pageOf(rows, page.limit, cursor, (row) => [text(row['name']), text(row['id'])]);
  const items = found.items.map(groupListed);
  return { ...found, items, total: integer(total?.['groups']), more: false };
}

export async function group(
  session: Session,
  tenantId: string,
  groupId: ObjectId,
): Promise<GroupListed | null> {
  const row = await session.get(
    `${listed} FROM ${counted} WHERE g.tenant_id = $tenant AND g.id = $id`,
    { tenant: tenantId, id: groupId },
  );
  return row === undefined ? null : groupListed(row);
}

export async function groupsAround(
  session: Session,
  tenantId: string,
  groupId: ObjectId,
): Promise<{ readonly within: readonly GroupListed[]; readonly above: readonly GroupListed[] }> {
  const read = async (ids: string): Promise<readonly GroupListed[]> => {
    const rows = await session.all(
      `${listed} FROM ${counted}
        WHERE g.tenant_id = $tenant AND g.id IN (${ids}) ORDER BY s.name, g.id LIMIT ${most}`,
      { tenant: tenantId, id: groupId },
    );
    return rows.map(groupListed);
  };
  return {
    within: await read(`SELECT member_id FROM rollkeeper_memberships
                         WHERE tenant_id = $tenant AND group_id = $id AND member_kind = 'group'`),
    above: await read(`SELECT group_id FROM rollkeeper_memberships
                        WHERE tenant_id = $tenant AND member_id = $id AND member_kind = 'group'`),
  };
}

export async function groupsOf(
  session: Session,
  tenantId: string,
  memberId: ObjectId,
): Promise<readonly GroupOf[]> {
  const rows = await session.all(
    `WITH RECURSIVE held (id) AS (
       SELECT group_id FROM microsoft_graph_memberships WHERE tenant_id = $tenant AND member_id = $id
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
      ORDER BY direct DESC, s.name, g.id LIMIT ${most}`,
    { tenant: tenantId, id: memberId },
  );
  return rows.map((row) => ({ ...groupRow(row), direct: flag(row['direct']) }));
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
