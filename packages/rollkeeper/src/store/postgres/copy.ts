import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { PoolClient } from 'pg';
import { from } from 'pg-copy-streams';

export type CopiedValue = string | number | boolean | null;

/** Characters gathered before they go out. */
const chunk = 64 * 1024;

/** Sends rows through a `COPY … FROM STDIN` in its text format. https://www.postgresql.org/docs/current/sql-copy.html */
export async function copyRows(
  client: PoolClient,
  sql: string,
  rows: Iterable<readonly CopiedValue[]>,
): Promise<void> {
  await pipeline(Readable.from(chunks(rows)), client.query(from(sql)));
}

function* chunks(rows: Iterable<readonly CopiedValue[]>): Generator<Buffer> {
  let text = '';
  for (const row of rows) {
    text += copyLine(row);
    if (text.length < chunk) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

/** One row as a line: fields by tabs, `\N` for null, what would be taken for either by a backslash. */
export function copyLine(row: readonly CopiedValue[]): string {
  let line = '';
  for (const [at, value] of row.entries())
    line += at === 0 ? copyField(value) : `\t${copyField(value)}`;
  return `${line}\n`;
}

function copyField(value: CopiedValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'number') return String(value);
  return special.test(value) ? value.replaceAll(each, (found) => escapes[found] ?? found) : value;
}

/* oxlint-disable-next-line no-control-regex -- U+0000 is among what must not pass. */
const special = /[\\\t\n\r\0]/u;
/* oxlint-disable-next-line no-control-regex -- the same. */
const each = /[\\\t\n\r\0]/gu;

/** PostgreSQL's text cannot hold U+0000: it becomes U+FFFD, the replacement character. */
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\uFFFD',
};
