/**
 * The floor: the requests that Rollkeeper made, sent again, parsed, and with `BENCH_INSERT` every user inserted into
 * one table by a bare loop, or copied into one of PostgreSQL. A request is sent when as many answers are there as were when Rollkeeper sent it: so whatever
 * way of reading is in use, the floor goes the same way with the same parallelism. It retries nothing, proves
 * nothing, compares nothing and keeps no history.
 */
import { createReadStream } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';

import { measure, setting, takeToken } from './measure.ts';

export interface Recorded {
  readonly url: string;
  readonly body: string | null;
  /** Answers that were there when it was sent. */
  readonly after: number;
}

type Item = Readonly<Record<string, unknown>>;
interface Page {
  readonly value?: readonly Item[];
  readonly responses?: readonly { readonly body: Page }[];
}

const columns = [
  'userPrincipalName',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'jobTitle',
  'department',
  'companyName',
  'officeLocation',
  'employeeId',
  'mobilePhone',
  'businessPhones',
  'accountEnabled',
  'userType',
  'createdDateTime',
];

/** Told apart by how it was started: `rollkeeper.ts` takes a type from here. */
if (process.argv[1]?.endsWith('replay.ts') === true) await measure(replay);

async function replay(): Promise<{ readonly users: number; readonly requests: number }> {
  const insert = setting('BENCH_INSERT') === '' ? null : await openTable();
  const headers = {
    authorization: `Bearer ${await takeToken()}`,
    'content-type': 'application/json',
  };
  let [users, requests, answered] = [0, 0, 0];
  const underWay = new Set<Promise<void>>();
  const send = async ({ url, body }: Recorded): Promise<void> => {
    const sent = await fetch(url, body === null ? { headers } : { headers, method: 'POST', body });
    const rows = usersIn((await sent.json()) as Page);
    await insert?.(rows);
    users += rows.length;
  };
  for await (const line of createInterface({ input: createReadStream(setting('BENCH_SCRIPT')) })) {
    const recorded = JSON.parse(line) as Recorded;
    while (answered < recorded.after && underWay.size > 0) await Promise.race(underWay);
    requests += 1;
    const done = send(recorded).finally(() => {
      underWay.delete(done);
      answered += 1;
    });
    underWay.add(done);
  }
  await Promise.all(underWay);
  return { users, requests };
}

function usersIn({ value = [], responses }: Page): readonly Item[] {
  if (responses !== undefined) return responses.flatMap(({ body }) => usersIn(body));
  return value.filter((item) => 'userPrincipalName' in item);
}

async function openTable(): Promise<(rows: readonly Item[]) => Promise<void> | void> {
  const url = setting('BENCH_POSTGRES');
  if (url === '') return table(setting('BENCH_DATABASE'));
  const { copying } = await import('./copying.ts');
  return await copying(url, columns);
}

/** One table, one statement, one transaction for each answer. Who comes again is in the table already. */
function table(databaseFile: string): (rows: readonly Item[]) => void {
  const database = new DatabaseSync(databaseFile);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, ${columns.join(', ')}, managerId)`);
  const statement = database.prepare(
    `INSERT OR IGNORE INTO users VALUES (${Array.from({ length: columns.length + 2 }, () => '?').join(', ')})`,
  );
  return (rows) => {
    database.exec('BEGIN');
    for (const row of rows) {
      const manager = row['manager'] as { readonly id: string } | undefined;
      const cells = columns.map((name) => plain(row[name]));
      statement.run(String(row['id']), ...cells, manager?.id ?? null);
    }
    database.exec('COMMIT');
  };
}

function plain(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
