import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

import { Client, types } from 'pg';

/** Answers queries for a thread that waits for each: see `postgres-rows.ts`. */
const { port, signal } = workerData as { readonly port: MessagePort; readonly signal: Int32Array };

const { BOOL, INT8, NUMERIC, TIMESTAMPTZ, JSONB } = types.builtins;
type Type = Parameters<typeof types.getTypeParser>[0];
const time = types.getTypeParser(TIMESTAMPTZ, 'text');

/** Values as SQLite has them: flags 0 and 1, times and JSON as text. */
const parsers = new Map<Type, (value: string) => unknown>([
  [BOOL, (value) => (value === 't' ? 1 : 0)],
  [INT8, Number],
  [NUMERIC, Number],
  [TIMESTAMPTZ, (value) => new Date(String(time(value))).toISOString()],
  [JSONB, (value) => JSON.stringify(JSON.parse(value))],
]);

parentPort?.on('message', ({ url, sql }: { readonly url: string; readonly sql: string }) => {
  void answer(url, sql);
});

async function answer(url: string, sql: string): Promise<void> {
  try {
    port.postMessage({ rows: await query(url, sql) });
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

async function query(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new Client({
    connectionString: url,
    options: '-c search_path=rollkeeper',
    types: {
      getTypeParser: (type: Type, format?: 'text' | 'binary') =>
        parsers.get(type) ?? types.getTypeParser(type, format ?? 'text'),
    },
  });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
