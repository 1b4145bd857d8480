/**
 * Backstage's reader of Microsoft Graph, as it is published, reading the same tenant with the same attributes and the
 * managers; without photos. It writes no database.
 */
import { createRequire } from 'node:module';

import { measure, setting, takeToken } from './measure.ts';

interface Token {
  readonly token: string;
  readonly expiresOnTimestamp: number;
}

interface Options {
  readonly userSelect: readonly string[];
  readonly userExpand: string;
  readonly userGroupMemberFilter?: string;
  readonly groupFilter?: string;
  readonly loadUserPhotos: boolean;
  readonly logger: Readonly<Record<'debug' | 'info' | 'warn' | 'error', () => void>>;
}

interface Read {
  readonly users: readonly unknown[];
}

/** As much of it as is used: its own types need packages that are not installed. */
interface Backstage {
  readonly MicrosoftGraphClient: new (
    baseUrl: string,
    credential: { getToken(): Promise<Token> },
  ) => object;
  readMicrosoftGraphOrg(client: object, tenantId: string, options: Options): Promise<Read>;
}

interface BackstageUsers {
  readMicrosoftGraphUsers(client: object, options: Options): Promise<Read>;
}

const require = createRequire(import.meta.url);
const name = '@backstage/plugin-catalog-backend-module-msgraph';
const { MicrosoftGraphClient, readMicrosoftGraphOrg } = require(name) as Backstage;
// Reading users alone is not exported: the file that the package has for it is taken.
const { readMicrosoftGraphUsers } = require(
  require.resolve(name).replace('index.cjs.js', 'microsoftGraph/read.cjs.js'),
) as BackstageUsers;

const quiet = (): void => undefined;

await measure(async () => {
  let requests = 0;
  const plainFetch = globalThis.fetch;
  const token = await takeToken();
  globalThis.fetch = async (...asked) => {
    requests += 1;
    return await plainFetch(...asked);
  };
  const client = new MicrosoftGraphClient(`${setting('MSGRAPH_GRAPH_URL')}/v1.0`, {
    getToken: async () => ({ token, expiresOnTimestamp: Number.POSITIVE_INFINITY }),
  });
  const options: Options = {
    userSelect: [
      'id',
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
    ],
    userExpand: 'manager',
    loadUserPhotos: false,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  };
  if (setting('BENCH_READS') === 'users') {
    const { users } = await readMicrosoftGraphUsers(client, options);
    return { users: users.length, requests };
  }
  const filter = `displayName eq '${setting('MSGRAPH_GROUP_NAME_TO_SYNC')}'`;
  const { users } = await readMicrosoftGraphOrg(client, setting('MSGRAPH_TENANT_ID'), {
    ...options,
    userGroupMemberFilter: filter,
    groupFilter: filter,
  });
  return { users: users.length, requests };
});
