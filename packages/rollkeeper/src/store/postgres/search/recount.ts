import { sortKey, wordsOf } from '../../words.ts';
import type { Transaction } from '../connection.ts';
import { text, textOrNull } from '../../row.ts';

/** Counts people by what they are filtered by, and members by group. */
export async function recount(transaction: Transaction, tenantId: string): Promise<void> {
  const values = { tenant: tenantId };
  await transaction.run('DELETE FROM rollkeeper_search_totals WHERE tenant_id = $tenant', values);
  await transaction.run(
    `INSERT INTO rollkeeper_search_totals (tenant_id, department, status, guest, people)
     SELECT tenant_id, department, status, guest, count(*)
       FROM rollkeeper_search_people WHERE tenant_id = $tenant
      GROUP BY tenant_id, department, status, guest`,
    values,
  );
  await transaction.run('DELETE FROM rollkeeper_search_groups WHERE tenant_id = $tenant', values);
  const groups = await transaction.all(
    'SELECT id, display_name, mail FROM rollkeeper_groups WHERE tenant_id = $tenant',
    values,
  );
  const named = groups.map((group) => {
    const names = [textOrNull(group['display_name']), textOrNull(group['mail'])];
    const words = wordsOf(names).map((word) => ` ${word}`);
    return { id: text(group['id']), name: sortKey(names[0] ?? ''), words: words.join('') };
  });
  await transaction.run(
    `INSERT INTO rollkeeper_search_groups (tenant_id, id, name, words, people, groups)
     SELECT $tenant, x.id, x.name, x.words, coalesce(m.people, 0), coalesce(m.groups, 0)
       FROM json_to_recordset($groups::json) AS x (id text, name text, words text)
       LEFT JOIN (SELECT group_id, count(*) FILTER (WHERE member_kind = 'user') AS people,
                         count(*) FILTER (WHERE member_kind = 'group') AS groups
                    FROM microsoft_graph_memberships WHERE tenant_id = $tenant GROUP BY group_id) m
         ON m.group_id = x.id`,
    { ...values, groups: JSON.stringify(named) },
  );
}
