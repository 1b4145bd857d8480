import { readSettings, settingsFaults } from '../../packages/rollkeeper/src/settings/read.ts';
import { findFallBack, variables } from '../../packages/rollkeeper/src/settings/variable.ts';
import { clouds } from '../../packages/rollkeeper/src/settings/clouds.ts';
import { assertDescribed, code, opening, table } from './markdown.mjs';

/** The fewest settings that are complete: what they leave out shows the defaults. */
const fewest = {
  MSGRAPH_APPLICATION_ID: '00000000-0000-0000-0000-000000000001',
  MSGRAPH_TENANT_ID: '00000000-0000-0000-0000-000000000002',
  MSGRAPH_CLIENT_SECRET: 'secret',
  MSGRAPH_GROUP_NAME_TO_SYNC: 'kbuk',
};
const defaults = readSettings(fewest);

/** Which of several is a matter of one another; `is` completes "needed". */
const oneCredential = 'one of the four credentials';
const oneScope = 'one of the three scopes';

const described = {
  MSGRAPH_APPLICATION_ID: {
    needed: 'yes',
    text: 'Application (client) id of the app registration, a GUID. Not needed where the application gives a credential of its own (`open(settings, { credential })`).',
  },
  MSGRAPH_TENANT_ID: {
    otherwise: 'the tenant that consented',
    text: 'The tenant: its id (a GUID) or one of its verified domains. A domain is looked up once and remembered. Not set: the tenant whose administrator consented on the consent page or by `rollkeeper consent`. `common`, `organizations` and `consumers` are refused.',
  },
  MSGRAPH_CLIENT_SECRET: {
    needed: oneCredential,
    text: 'The client secret: its value, not its id. The portal shows the value only once.',
  },
  MSGRAPH_CLIENT_SECRET_FILE: {
    needed: oneCredential,
    text: 'Path of a file that holds nothing but the client secret. Read again each time a token is asked for.',
  },
  MSGRAPH_CLIENT_SECRET_EXPIRES: {
    text: 'The day on which the client secret runs out, for example `2027-05-31`. Shown on the overview, with a warning in its last month. Entra does not tell it to the application.',
  },
  MSGRAPH_CLIENT_CERTIFICATE_FILE: {
    needed: oneCredential,
    text: 'Path of a PEM file with a certificate and its RSA private key, without a passphrase. Read again each time a token is asked for.',
  },
  MSGRAPH_FEDERATED_TOKEN_FILE: {
    needed: oneCredential,
    text: 'Path of a file with the token (JWT) of another issuer, as Kubernetes and other workload identities write it. Read again each time a token is asked for.',
  },
  MSGRAPH_GROUP_NAME_TO_SYNC: {
    needed: oneScope,
    text: 'Display name of the group whose people are kept, for example `kbuk`. The name is looked up once; after that the group is followed by its id, even where it is renamed.',
  },
  MSGRAPH_GROUP_ID_TO_SYNC: {
    needed: oneScope,
    text: 'Object id of the group whose people are kept. Use it where several groups share a name.',
  },
  MSGRAPH_SYNC_ALL_USERS: {
    needed: oneScope,
    text: 'Keep every user of the tenant: `true`, `1`, `yes` or `on`. Any of `false`, `0`, `no`, `off`, or nothing: not.',
  },
  MSGRAPH_MEMBERSHIP: {
    otherwise: code(defaults.membership),
    text: 'Whether people in groups that are members of the group count: `transitive` says yes, at any depth; `direct` says no.',
  },
  MSGRAPH_GROUPS_TO_KEEP: {
    text: 'Names or object ids of further groups, separated by commas. The groups and their direct members are kept; nobody comes into scope by them.',
  },
  MSGRAPH_DISABLED_USERS: {
    otherwise: code(defaults.disabledUsers),
    text: 'What happens to a person whose account is disabled: `keep` keeps them and marks them; `remove` soft-deletes them with the reason `disabled`.',
  },
  MSGRAPH_EXTRA_ATTRIBUTES: {
    text: "Further user attributes to keep, under Graph's names, separated by commas, for example `employeeType,city`. They are kept as a JSON object in the column `attributes`.",
  },
  MSGRAPH_WITHOUT_ATTRIBUTES: {
    text: 'User attributes that are neither asked for nor kept, separated by commas. `id` and `userPrincipalName` cannot be left out.',
  },
  MSGRAPH_CLOUD: {
    otherwise: code(defaults.cloud),
    text: "The tenant's cloud. It decides the two addresses below.",
  },
  MSGRAPH_GRAPH_URL: {
    otherwise: 'that of the cloud',
    text: 'Another address of Graph, without a version. Plain http only for this machine itself.',
  },
  MSGRAPH_LOGIN_URL: {
    otherwise: 'that of the cloud',
    text: 'Another address of the login host. Plain http only for this machine itself.',
  },
  ROLLKEEPER_DATABASE_URL: {
    otherwise: code(defaults.database),
    text: 'Where the rows are kept: `sqlite:<path>` or `file:<path>`, where a relative path starts at the current folder; or `postgres://user:password@host:port/database`. See [PostgreSQL](../guide/postgresql.md).',
  },
  ROLLKEEPER_DATABASE_SCHEMA: {
    otherwise: code(defaults.databaseSchema),
    text: 'The schema in which everything is kept, in PostgreSQL. Small letters, digits and `_`.',
  },
  ROLLKEEPER_URL: {
    text: 'Where browsers reach the pages, without a path: for example `https://people.example.org`. The redirect URIs begin with it; a request is held to it before it may change anything. Needed for consent and for signing in.',
  },
  ROLLKEEPER_DELETION_THRESHOLD: {
    otherwise: code(thresholdText(defaults.deletionThreshold)),
    text: 'From how many removals on a run is held: count, percentage, floor; or `off`. See [Deletion threshold](../guide/deletion-threshold.md).',
  },
  ROLLKEEPER_PURGE_AFTER: {
    otherwise: code('off'),
    text: 'How long ago a person must have been soft-deleted for `rollkeeper purge` to remove the row, for example `90d`. The command purges; no run does.',
  },
  ROLLKEEPER_STALE_AFTER: {
    otherwise: code('26h'),
    text: 'How long ago the last success may be before `rollkeeper status` exits with 9 and a notice is sent: a duration such as `2h`, or `off`. The default fits a daily schedule; set it to a few times the pause between your runs.',
  },
  ROLLKEEPER_NOTIFY_URL: {
    text: 'An https address that takes a JSON post when removals are held, runs fail repeatedly, the last success is too old, and when that is over. Treated as a secret. See [Notices](../guide/notices.md).',
  },
  ROLLKEEPER_LOG_LEVEL: {
    otherwise: code('off'),
    text: 'Writes a log to standard error, a JSON object a line, with the number of the run: one line a run at `info`, every request at `debug`. Instead of the progress. The library takes a `logger`.',
  },
  ROLLKEEPER_TIME_ZONE: {
    otherwise: code(defaults.timeZone),
    text: 'An IANA time zone, for example `Europe/Rome`, in which a cron pattern is read. Rows and files are in UTC.',
  },
  ROLLKEEPER_SCHEDULE: {
    otherwise: code('15m'),
    text: 'When `rollkeeper serve` and `start()` begin runs: a duration from a minute on (`90s`, `15m`, `4h`), a cron pattern (`0 6-20 * * 1-5`), or `off`.',
  },
  ROLLKEEPER_ADMINISTRATORS: {
    text: 'Who may sign in to the pages of `rollkeeper serve`, separated by commas: object ids of users, user names, `group:<object id>` for the members of a group. Prefer ids: a user name can be given to somebody else.',
  },
  ROLLKEEPER_TASK_TOKEN: {
    text: 'What a scheduler shows to begin a run over HTTP, and a collector to read the metrics: `Authorization: Bearer …`. At least 24 characters. Not set: neither is answered.',
  },
};

export function settingsPage() {
  assertDescribed('settings', [...variables], Object.keys(described));
  return `${opening('Settings', introduction)}
${table(
  ['variable', 'needed', 'default', 'values', 'what it is'],
  variables.map((variable) => row(variable, described[variable])),
)}
## Names of the Azure tools

Where one of ours is not set, the name that Azure's own tools use stands in. As soon as one credential of ours is set,
none of theirs is looked at.

${table(
  ['ours', 'stands in'],
  variables.flatMap((variable) => {
    const found = findFallBack(everyNameIsItsValue, variable);
    return found === null ? [] : [[code(variable), code(found.value)]];
  }),
)}
## Clouds

${table(
  [code('MSGRAPH_CLOUD'), 'Graph', 'login', 'portal'],
  Object.entries(clouds).map(([name, { graph, login, portal }]) => [
    code(name),
    graph,
    login,
    portal,
  ]),
)}
A token of one cloud is worth nothing in another.
`;
}

const introduction = `
Settings are environment variables. The command line also reads a file \`.env\` in the current folder; what the
environment sets wins, blank values too. The library takes an object with the same names and never reads the
environment by itself: \`open({ ...process.env })\`.

All settings are checked before anything is contacted, and all faults are told at once, each with its remedy. A name
that begins with \`MSGRAPH_\` or \`ROLLKEEPER_\` and looks like a misspelling of one of these is a fault too. White space
around a value goes; a blank value is as good as none.

Exactly one credential and exactly one scope are needed.`;

function row(variable, { needed = 'no', otherwise = '', text }) {
  return [code(variable), needed, otherwise, choices(variable), text];
}

/** The values of a variable that has a closed set of them, as its own fault lists them. */
function choices(variable) {
  const outcome = settingsFaults({ ...fewest, [variable]: 'none of its values' });
  const fault =
    'faults' in outcome ? outcome.faults.find((one) => one.variable === variable) : null;
  const listed = /^Set it to one of (.+)\.$/u.exec(fault?.remedy ?? '')?.[1];
  return listed === undefined ? '' : listed.split(', ').map(code).join(', ');
}

function thresholdText({ count, percent, floor }) {
  return `${count},${percent}%,${floor}`;
}

const everyNameIsItsValue = new Proxy({}, { get: (_, name) => String(name) });
