/** The floor's one table in PostgreSQL: each answer is copied into it, by a COPY of its own. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { Pool } from 'pg';
import { from } from 'pg-copy-streams';

type Item = Readonly<Record<string, unknown>>;

export async function copying(
  url: string,
  columns: readonly string[],
): Promise<(rows: readonly Item[]) => Promise<void>> {
  const pool = new Pool({ connectionString: url, max: 5, allowExitOnIdle: true });
  const all = columns.map((name) => `"${name}" text`).join(', ');
  await pool.query(`CREATE TABLE users (id text, ${all}, "managerId" text)`);
  return async (rows) => {
    if (rows.length === 0) return;
    const text = rows.map((row) => line(row, columns)).join('');
    const client = await pool.connect();
    try {
      await pipeline(
        Readable.from([Buffer.from(text)]),
        client.query(from('COPY users FROM STDIN')),
      );
    } finally {
      client.release();
    }
  };
}

function line(row: Item, columns: readonly string[]): string {
  const manager = row['manager'] as { readonly id: string } | undefined;
  const cells = [row['id'], ...columns.map((name) => row[name]), manager?.id];
  return `${cells.map(field).join('\t')}\n`;
}

function field(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/[\\\t\n\r]/gu, (found) => escapes[found] ?? found);
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};
