/**
 * The floor: the same requests with the same parallelism, parsed and inserted into one table by a bare loop. It
 * retries nothing, proves nothing, compares nothing and keeps no history.
 */
import { DatabaseSync } from 'node:sqlite';

import { measure } from './measure.ts';

const {
  MSGRAPH_TENANT_ID: tenant = '',
  MSGRAPH_APPLICATION_ID: client = '',
  MSGRAPH_CLIENT_SECRET: secret = '',
  MSGRAPH_GROUP_NAME_TO_SYNC: groupName = '',
  MSGRAPH_GRAPH_URL: graphUrl = '',
  MSGRAPH_LOGIN_URL: loginUrl = '',
} = process.env;

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
const query = `$select=id,${columns.join(',')}&$expand=manager($select=id,displayName,userPrincipalName,mail)`;

interface Page {
  readonly value: readonly Readonly<Record<string, unknown>>[];
  readonly '@odata.nextLink'?: string;
}

await measure(async (databaseFile) => {
  const insert = table(databaseFile);
  const { get, batch, requests } = await graph();
  const found = await get(
    `${graphUrl}/v1.0/groups?$filter=displayName eq '${groupName}'&$select=id`,
  );
  const trips = new Set<Promise<void>>();
  let users = 0;
  const ask = (ids: readonly unknown[]): void => {
    const trip = batch(ids)
      .then((rows) => void (users += insert(rows)))
      .finally(() => trips.delete(trip));
    trips.add(trip);
  };
  let waiting: unknown[] = [];
  let next: string | undefined =
    `${graphUrl}/v1.0/groups/${String(found.value[0]?.['id'])}/members?$select=id&$top=999`;
  while (next !== undefined) {
    const page: Page = await get(next);
    waiting.push(...page.value.map(({ id }) => id));
    while (waiting.length >= 300) {
      while (trips.size >= 8) await Promise.race(trips);
      ask(waiting.splice(0, 300));
    }
    next = page['@odata.nextLink'];
  }
  if (waiting.length > 0) ask(waiting);
  waiting = [];
  await Promise.all(trips);
  return { users, requests: requests() };
});

/** One table, one statement, one transaction for each batch that arrives. */
function table(databaseFile: string): (rows: Page['value']) => number {
  const database = new DatabaseSync(databaseFile);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, ${columns.join(', ')}, managerId)`);
  const statement = database.prepare(
    `INSERT INTO users VALUES (${Array.from({ length: columns.length + 2 }, () => '?').join(', ')})`,
  );
  return (rows) => {
    database.exec('BEGIN');
    for (const row of rows) {
      const manager = row['manager'] as { readonly id: string } | undefined;
      statement.run(
        String(row['id']),
        ...columns.map((name) => plain(row[name])),
        manager?.id ?? null,
      );
    }
    database.exec('COMMIT');
    return rows.length;
  };
}

function plain(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

interface BareGraph {
  get(url: string): Promise<Page>;
  batch(ids: readonly unknown[]): Promise<Page['value']>;
  requests(): number;
}

async function graph(): Promise<BareGraph> {
  let requests = 0;
  const answer = await fetch(`${loginUrl}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: client,
      client_secret: secret,
      scope: `${graphUrl}/.default`,
      grant_type: 'client_credentials',
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const get = async (url: string): Promise<Page> => {
    requests += 1;
    return (await (await fetch(url, { headers })).json()) as Page;
  };
  const batch = async (ids: readonly unknown[]): Promise<Page['value']> => {
    requests += 1;
    const filters = Array.from({ length: Math.ceil(ids.length / 15) }, (_, at) =>
      ids.slice(15 * at, 15 * at + 15),
    );
    const body = {
      requests: filters.map((filter, at) => ({
        id: String(at),
        method: 'GET',
        url: `/users?$filter=id in (${filter.map((id) => `'${String(id)}'`).join(',')})&${query}`,
      })),
    };
    const sent = await fetch(`${graphUrl}/v1.0/$batch`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const { responses } = (await sent.json()) as { responses: readonly { body: Page }[] };
    return responses.flatMap((response) => response.body.value);
  };
  return { get, batch, requests: () => requests };
}
