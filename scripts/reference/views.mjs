import { DatabaseSync } from 'node:sqlite';

import { migrations } from '../../packages/rollkeeper/src/store/sqlite/migrations/index.ts';

const rows = {
  microsoft_graph_users: 'People in scope, disabled accounts included and marked.',
  microsoft_graph_people:
    'Everyone ever in scope, and managers outside it. “May this person in?” is `active`.',
  microsoft_graph_deleted_users: 'People who were soft-deleted, when and why.',
  microsoft_graph_user_supervisors: 'Who has whom as supervisor.',
  microsoft_graph_groups:
    'The groups whose members are in scope, and those in `MSGRAPH_GROUPS_TO_KEEP`.',
  microsoft_graph_memberships: 'Direct members of those groups.',
  microsoft_graph_changes: 'The change feed, in order per tenant.',
};

/** The views and their columns, as the migrations make them. */
export function viewsPage() {
  const database = new DatabaseSync(':memory:');
  for (const sql of migrations) database.exec(sql);
  const sections = Object.entries(rows).map(([view, sentence]) => {
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${view}')`).all();
    if (columns.length === 0) throw new Error(`There is no view ${view}.`);
    const names = columns.map(({ name }) => `\`${String(name)}\``).join(', ');
    return `## \`${view}\`\n\n${sentence}\n\nColumns: ${names}.\n`;
  });
  database.close();
  return `# Views\n\nWhat an application reads and joins to. Stable; the tables behind them are private. Their columns are the same on both databases. On SQLite times are ISO 8601 in UTC, flags 0 and 1, lists and \`attributes\` JSON as text. On PostgreSQL they are in the schema \`rollkeeper\`, or the one that \`ROLLKEEPER_DATABASE_SCHEMA\` names; our times are \`timestamptz\`, flags \`boolean\`, lists and \`attributes\` \`jsonb\`. \`created_date_time\` is Graph's own text on both.\n\n${sections.join('\n')}`;
}
