/** Where settings are read from: an environment, or an object of the same shape. */
export type Source = Readonly<Record<string, string | undefined>>;

/** One thing wrong with the settings. Never holds the value of a secret. */
export interface Fault {
  /** The variable to change; several are joined with ` and `. */
  readonly variable: string;
  /** What is wrong with it, as a clause that goes on from its name. */
  readonly fault: string;
  readonly remedy: string;
}

/** A value that is set, and the name that it was found under. */
export interface Found {
  readonly variable: string;
  readonly value: string;
}

/** Every variable that is read, in the order in which the documentation lists them. */
export const variables = [
  'MSGRAPH_APPLICATION_ID',
  'MSGRAPH_TENANT_ID',
  'MSGRAPH_CLIENT_SECRET',
  'MSGRAPH_CLIENT_SECRET_FILE',
  'MSGRAPH_CLIENT_SECRET_EXPIRES',
  'MSGRAPH_CLIENT_CERTIFICATE_FILE',
  'MSGRAPH_FEDERATED_TOKEN_FILE',
  'MSGRAPH_GROUP_NAME_TO_SYNC',
  'MSGRAPH_GROUP_ID_TO_SYNC',
  'MSGRAPH_SYNC_ALL_USERS',
  'MSGRAPH_MEMBERSHIP',
  'MSGRAPH_GROUPS_TO_KEEP',
  'MSGRAPH_DISABLED_USERS',
  'MSGRAPH_EXTRA_ATTRIBUTES',
  'MSGRAPH_WITHOUT_ATTRIBUTES',
  'MSGRAPH_CLOUD',
  'MSGRAPH_GRAPH_URL',
  'MSGRAPH_LOGIN_URL',
  'ROLLKEEPER_DATABASE_URL',
  'ROLLKEEPER_DATABASE_SCHEMA',
  'ROLLKEEPER_URL',
  'ROLLKEEPER_DELETION_THRESHOLD',
  'ROLLKEEPER_PURGE_AFTER',
  'ROLLKEEPER_STALE_AFTER',
  'ROLLKEEPER_NOTIFY_URL',
  'ROLLKEEPER_LOG_LEVEL',
  'ROLLKEEPER_TIME_ZONE',
  'ROLLKEEPER_SCHEDULE',
  'ROLLKEEPER_ADMINISTRATORS',
  'ROLLKEEPER_TASK_TOKEN',
] as const;
export type Variable = (typeof variables)[number];

/** Names of the Azure tools that stand in where ours is absent. */
const fallBacks: Readonly<Partial<Record<Variable, string>>> = {
  MSGRAPH_APPLICATION_ID: 'AZURE_CLIENT_ID',
  MSGRAPH_TENANT_ID: 'AZURE_TENANT_ID',
  MSGRAPH_CLIENT_SECRET: 'AZURE_CLIENT_SECRET',
  MSGRAPH_CLIENT_CERTIFICATE_FILE: 'AZURE_CLIENT_CERTIFICATE_PATH',
  MSGRAPH_FEDERATED_TOKEN_FILE: 'AZURE_FEDERATED_TOKEN_FILE',
  ROLLKEEPER_DATABASE_URL: 'DATABASE_URL',
};

/** The value under this very name; null where it is unset or blank. White space around it goes. */
export function find(source: Source, variable: string): Found | null {
  const value = source[variable]?.trim() ?? '';
  return value === '' ? null : { variable, value };
}

export function findFallBack(source: Source, variable: Variable): Found | null {
  const name = fallBacks[variable];
  return name === undefined ? null : find(source, name);
}

/** The value under our name, else under the one that stands in for it. */
export function findEither(source: Source, variable: Variable): Found | null {
  return find(source, variable) ?? findFallBack(source, variable);
}

/** A list separated by commas; blanks are dropped. */
export function listOf(found: Found | null): readonly string[] {
  if (found === null) return [];
  return found.value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
