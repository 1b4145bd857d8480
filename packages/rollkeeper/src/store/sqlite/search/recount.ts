import { sortKey, wordsOf } from '../../words.ts';
import type { Connection } from '../connection.ts';
import { text, textOrNull } from '../../row.ts';

/** Counts people by what they are filtered by, and members by group. */
export function recount(connection: Connection, tenantId: string, number: number): void {
  const values = { tenant: tenantId, number };
  connection.run('DELETE FROM rollkeeper_search_totals WHERE tenant_id = $tenant', values);
  connection.run(
    `INSERT INTO rollkeeper_search_totals (tenant_id, department, status, guest, people)
     SELECT $tenant, department, status, guest, count(*)
       FROM rollkeeper_search_people WHERE tenant = $number
      GROUP BY department, status, guest`,
    values,
  );
  countMembers(connection, tenantId);
}

function countMembers(connection: Connection, tenantId: string): void {
  const values = { tenant: tenantId };
  connection.run('DELETE FROM rollkeeper_search_groups WHERE tenant_id = $tenant', values);
  const groups = connection.all(
    'SELECT id, display_name, mail FROM microsoft_graph_groups WHERE tenant_id = $tenant',
    values,
  );
  for (const group of groups) {
    const names = [textOrNull(group['display_name']), textOrNull(group['mail'])];
    connection.run(
      `INSERT INTO rollkeeper_search_groups (tenant_id, id, name, words, people, groups)
       SELECT $tenant, $id, $name, $words,
              count(*) FILTER (WHERE member_kind = 'user'), count(*) FILTER (WHERE member_kind = 'group')
         FROM microsoft_graph_memberships WHERE tenant_id = $tenant AND group_id = $id`,
      {
        ...values,
        id: text(group['id']),
        name: sortKey(names[0] ?? ''),
        words: wordsOf(names)
          .map((word) => ` ${word}`)
          .join(''),
      },
    );
  }
}
