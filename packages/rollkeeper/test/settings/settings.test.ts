import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { dotEnv, withDotEnv } from '../../src/settings/dot-env.ts';
import { settingsFaultsOnDisk } from '../../src/settings/files.ts';
import { nearest } from '../../src/settings/nearest.ts';
import { readSettings, SettingsError, settingsFaults } from '../../src/settings/read.ts';
import type { Fault, Source } from '../../src/settings/variable.ts';

const tenant = '0d1c2b3a-0000-4000-8000-00000000000a';
const application = '0d1c2b3a-0000-4000-8000-00000000000b';
const enough: Source = {
  MSGRAPH_TENANT_ID: tenant,
  MSGRAPH_APPLICATION_ID: application,
  MSGRAPH_CLIENT_SECRET: 'hush-hush-8Q~',
  MSGRAPH_GROUP_NAME_TO_SYNC: 'kbuk',
};
const given = { getToken: async () => null };

function faultsOf(source: Source): readonly Fault[] {
  const outcome = settingsFaults(source);
  return 'faults' in outcome ? outcome.faults : [];
}

/** The one fault of settings that would do but for these. */
function faultWith(changes: Source): Fault {
  const faults = faultsOf({ ...enough, ...changes });
  const [only] = faults;
  assert.ok(only !== undefined && faults.length === 1, `one fault, not ${inspect(faults)}`);
  return only;
}

test("the origin's three names and a tenant are enough", () => {
  assert.deepEqual(readSettings(enough), {
    tenant,
    applicationId: application,
    credential: { kind: 'secret', secret: 'hush-hush-8Q~' },
    scope: { kind: 'group-name', name: 'kbuk' },
    membership: 'transitive',
    groupsToKeep: [],
    disabledUsers: 'keep',
    extraAttributes: [],
    withoutAttributes: [],
    cloud: 'global',
    graphUrl: 'https://graph.microsoft.com',
    loginUrl: 'https://login.microsoftonline.com',
    database: 'sqlite:rollkeeper.db',
    databaseSchema: 'rollkeeper',
    deletionThreshold: { count: 500, percent: 20, floor: 5 },
    purgeAfterMs: null,
    staleAfterMs: 26 * 60 * 60 * 1000,
    notifyUrl: null,
    logLevel: null,
    timeZone: 'UTC',
    url: null,
    schedule: { kind: 'every', ms: 900_000 },
    administrators: [],
    taskToken: null,
    secretExpires: null,
  });
});

test('everything can be set', () => {
  const settings = readSettings({
    ...enough,
    MSGRAPH_TENANT_ID: 'Contoso.onmicrosoft.com',
    MSGRAPH_GROUP_NAME_TO_SYNC: ' ',
    MSGRAPH_GROUP_ID_TO_SYNC: tenant.toUpperCase(),
    MSGRAPH_MEMBERSHIP: 'Direct',
    MSGRAPH_GROUPS_TO_KEEP: 'Sales, Engineering,,',
    MSGRAPH_DISABLED_USERS: 'remove',
    MSGRAPH_EXTRA_ATTRIBUTES: 'employeeType, extension_0d1c2b3a00004000800000000000000b_badge',
    MSGRAPH_WITHOUT_ATTRIBUTES: 'mobilePhone,businessPhones',
    MSGRAPH_CLOUD: 'china',
    MSGRAPH_GRAPH_URL: 'http://127.0.0.1:4000/v1.0/',
    MSGRAPH_LOGIN_URL: 'http://localhost:4001/',
    ROLLKEEPER_DATABASE_URL: 'postgres://rk:pw@db/people',
    ROLLKEEPER_DATABASE_SCHEMA: 'directory_2',
    ROLLKEEPER_DELETION_THRESHOLD: '50, 2.5%, 0',
    ROLLKEEPER_TIME_ZONE: 'Europe/Rome',
    ROLLKEEPER_URL: 'https://people.example.org/',
  });
  assert.equal(settings.tenant, 'contoso.onmicrosoft.com');
  assert.deepEqual(settings.scope, { kind: 'group-id', id: tenant });
  assert.equal(settings.membership, 'direct');
  assert.deepEqual(settings.groupsToKeep, ['Sales', 'Engineering']);
  assert.deepEqual(settings.withoutAttributes, ['mobilePhone', 'businessPhones']);
  assert.equal(settings.extraAttributes.length, 2);
  assert.equal(settings.graphUrl, 'http://127.0.0.1:4000');
  assert.equal(settings.loginUrl, 'http://localhost:4001');
  assert.deepEqual(settings.deletionThreshold, { count: 50, percent: 2.5, floor: 0 });
  assert.equal(settings.timeZone, 'Europe/Rome');
  assert.equal(settings.databaseSchema, 'directory_2');
  assert.equal(settings.url, 'https://people.example.org');
});

test('without a tenant that of a consent is used, which a credential of the host cannot ask for', () => {
  assert.equal(readSettings({ ...enough, MSGRAPH_TENANT_ID: '' }).tenant, null);
  const outcome = settingsFaults({ MSGRAPH_SYNC_ALL_USERS: '1' }, { credential: given });
  assert.ok('faults' in outcome);
  assert.deepEqual(
    outcome.faults.map(({ variable }) => variable),
    ['MSGRAPH_TENANT_ID'],
  );
});

test('when a success is too old, and who is told, can be set; the address is never shown', () => {
  const settings = readSettings({
    ...enough,
    ROLLKEEPER_STALE_AFTER: '2h',
    ROLLKEEPER_NOTIFY_URL: 'https://hooks.example.org/in?key=hush-hush',
  });
  assert.equal(settings.staleAfterMs, 7_200_000);
  assert.equal(settings.notifyUrl, 'https://hooks.example.org/in?key=hush-hush');
  assert.equal(readSettings({ ...enough, ROLLKEEPER_STALE_AFTER: 'off' }).staleAfterMs, null);
  for (const address of [
    'http://hooks.example.org/hush-hush',
    'https://u:hush-hush@x.example',
    'x',
  ]) {
    const outcome = settingsFaults({
      ...enough,
      ROLLKEEPER_STALE_AFTER: 'soon',
      ROLLKEEPER_NOTIFY_URL: address,
    });
    assert.ok('faults' in outcome);
    assert.deepEqual(
      outcome.faults.map(({ variable }) => variable),
      ['ROLLKEEPER_STALE_AFTER', 'ROLLKEEPER_NOTIFY_URL'],
    );
    assert.ok(!JSON.stringify(outcome).includes('hush-hush'));
  }
});

test('the pages and the schedule are told who, when and by which token', () => {
  const settings = readSettings({
    ...enough,
    ROLLKEEPER_SCHEDULE: '0 6-20 * * 1-5',
    ROLLKEEPER_ADMINISTRATORS: ` ${application.toUpperCase()}, Ada@Example.org, group:${tenant}`,
    ROLLKEEPER_TASK_TOKEN: 'a'.repeat(24),
    MSGRAPH_CLIENT_SECRET_EXPIRES: '2027-05-31',
  });
  assert.deepEqual(settings.schedule, { kind: 'cron', pattern: '0 6-20 * * 1-5' });
  assert.deepEqual(settings.administrators, [
    { kind: 'id', id: application },
    { kind: 'name', userPrincipalName: 'ada@example.org' },
    { kind: 'group', id: tenant },
  ]);
  assert.equal(settings.taskToken, 'a'.repeat(24));
  assert.equal(settings.secretExpires, '2027-05-31T00:00:00.000Z');
  assert.equal(readSettings({ ...enough, ROLLKEEPER_SCHEDULE: 'off' }).schedule, null);
  const hourly = readSettings({ ...enough, ROLLKEEPER_SCHEDULE: '1h' });
  assert.deepEqual(hourly.schedule, { kind: 'every', ms: 3_600_000 });
});

test('all faults are told at once, each with its remedy', () => {
  const source = { MSGRAPH_CLOUD: 'mars', ROLLKEEPER_TIME_ZONE: 'Mars/Olympus' };
  const faults = faultsOf(source);
  assert.deepEqual(faults.map(({ variable }) => variable).toSorted(), [
    'MSGRAPH_APPLICATION_ID',
    'MSGRAPH_CLIENT_SECRET',
    'MSGRAPH_CLOUD',
    'MSGRAPH_GROUP_NAME_TO_SYNC',
    'ROLLKEEPER_TIME_ZONE',
  ]);
  assert.ok(faults.every(({ fault, remedy }) => fault !== '' && remedy !== ''));
  assert.throws(
    () => readSettings(source),
    (error) =>
      error instanceof SettingsError &&
      error.code === 'settings.invalid' &&
      error.faults.length === 5 &&
      faults.every(
        (fault) => error.message.includes(fault.variable) && error.message.includes(fault.remedy),
      ),
  );
});

test('the names of the Azure tools stand in where ours are absent', () => {
  const azure = {
    AZURE_TENANT_ID: tenant,
    AZURE_CLIENT_ID: application,
    AZURE_FEDERATED_TOKEN_FILE: '/var/run/token',
    DATABASE_URL: 'postgresql://db/people',
    MSGRAPH_SYNC_ALL_USERS: 'true',
  };
  const settings = readSettings(azure);
  assert.equal(settings.tenant, tenant);
  assert.equal(settings.applicationId, application);
  assert.deepEqual(settings.credential, { kind: 'federated', file: '/var/run/token' });
  assert.deepEqual(settings.scope, { kind: 'all' });
  assert.equal(settings.database, 'postgresql://db/people');
  const ours = readSettings({
    ...azure,
    MSGRAPH_CLIENT_SECRET_FILE: '/run/secret',
    DATABASE_URL: '',
  });
  assert.deepEqual(ours.credential, { kind: 'secret-file', file: '/run/secret' });
  assert.equal(ours.database, 'sqlite:rollkeeper.db');
});

test('each kind of credential is told by its variable', () => {
  const { MSGRAPH_CLIENT_SECRET: _secret, ...rest } = enough;
  const kindOf = (source: Source): unknown => readSettings({ ...rest, ...source }).credential;
  assert.deepEqual(kindOf({ AZURE_CLIENT_CERTIFICATE_PATH: 'c.pem' }), {
    kind: 'certificate',
    file: 'c.pem',
  });
  assert.deepEqual(kindOf({ AZURE_CLIENT_SECRET: 's' }), { kind: 'secret', secret: 's' });
  assert.deepEqual(kindOf({ MSGRAPH_FEDERATED_TOKEN_FILE: 't' }), { kind: 'federated', file: 't' });
});

test('two credentials at once are a fault, two scopes too', () => {
  assert.match(
    faultWith({ MSGRAPH_CLIENT_CERTIFICATE_FILE: 'c.pem' }).variable,
    /^MSGRAPH_CLIENT_SECRET and MSGRAPH_CLIENT_CERTIFICATE_FILE$/u,
  );
  assert.match(
    faultWith({ MSGRAPH_SYNC_ALL_USERS: 'yes' }).variable,
    /^MSGRAPH_GROUP_NAME_TO_SYNC and MSGRAPH_SYNC_ALL_USERS$/u,
  );
});

test('a credential that is given replaces the variables, application id included', () => {
  const { credential, applicationId } = readSettings(
    { MSGRAPH_TENANT_ID: tenant, MSGRAPH_SYNC_ALL_USERS: '1', AZURE_CLIENT_SECRET: 'unused' },
    { credential: given },
  );
  assert.deepEqual(credential, { kind: 'given', credential: given });
  assert.equal(applicationId, null);
  assert.throws(() => readSettings(enough, { credential: given }), SettingsError);
});

const refused: readonly (readonly [changes: Source, says: RegExp])[] = [
  [{ MSGRAPH_TENANT_ID: 'common' }, /no tenant in particular/u],
  [{ MSGRAPH_TENANT_ID: 'organizations' }, /no tenant in particular/u],
  [{ MSGRAPH_TENANT_ID: 'not a tenant' }, /neither a GUID nor a domain/u],
  [{ ROLLKEEPER_SCHEDULE: 'now and then' }, /no schedule/u],
  [{ ROLLKEEPER_SCHEDULE: '10s' }, /less than a minute/u],
  [{ ROLLKEEPER_ADMINISTRATORS: 'ada' }, /“ada”/u],
  [{ ROLLKEEPER_ADMINISTRATORS: 'group:admins' }, /“group:admins”/u],
  [{ ROLLKEEPER_TASK_TOKEN: 'short' }, /shorter than 24/u],
  [{ MSGRAPH_CLIENT_SECRET_EXPIRES: 'next May' }, /not a date/u],
  [{ MSGRAPH_APPLICATION_ID: 'my-app' }, /not a GUID/u],
  [{ MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_GROUP_ID_TO_SYNC: 'kbuk' }, /not a GUID/u],
  [
    { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'perhaps' },
    /neither true nor false/u,
  ],
  [{ MSGRAPH_GRAPH_URL: 'http://graph.example.org' }, /plain http to another machine/u],
  [{ MSGRAPH_GRAPH_URL: 'https://me:pw@graph.example.org' }, /user name or password/u],
  [{ MSGRAPH_GRAPH_URL: 'https://graph.microsoft.com/beta' }, /beta/u],
  [{ MSGRAPH_LOGIN_URL: 'login.microsoftonline.com' }, /not a URL/u],
  [{ MSGRAPH_LOGIN_URL: 'https://login.example.org/?a=b' }, /query/u],
  [{ ROLLKEEPER_URL: 'ftp://people.example.org' }, /not an https URL/u],
  [{ ROLLKEEPER_URL: 'https://people.example.org/microsoft/graph' }, /holds a path/u],
  [{ ROLLKEEPER_URL: 'https://people.example.org/?from=mail' }, /query/u],
  [{ ROLLKEEPER_URL: 'https://me:pw@people.example.org' }, /user name or password/u],
  [{ ROLLKEEPER_DELETION_THRESHOLD: '500' }, /not a deletion threshold/u],
  [{ ROLLKEEPER_DELETION_THRESHOLD: '500,20,5' }, /not a deletion threshold/u],
  [{ ROLLKEEPER_DELETION_THRESHOLD: '0,20%,5' }, /not a deletion threshold/u],
  [{ ROLLKEEPER_DELETION_THRESHOLD: '500,120%,5' }, /not a deletion threshold/u],
  [{ ROLLKEEPER_DATABASE_SCHEMA: 'pg_mine' }, /not the name of a schema/u],
  [{ ROLLKEEPER_DATABASE_SCHEMA: 'a"; DROP SCHEMA b' }, /not the name of a schema/u],
  [{ ROLLKEEPER_TIME_ZONE: '+02:00' }, /not the name of a time zone/u],
  [{ MSGRAPH_EXTRA_ATTRIBUTES: 'skills' }, /one user at a time/u],
  [{ MSGRAPH_EXTRA_ATTRIBUTES: 'signInActivity' }, /kept in step/u],
  [{ MSGRAPH_EXTRA_ATTRIBUTES: 'displayname' }, /column of its own/u],
  [{ MSGRAPH_EXTRA_ATTRIBUTES: 'manager' }, /relationship/u],
  [{ MSGRAPH_EXTRA_ATTRIBUTES: 'city,city' }, /twice/u],
  [{ MSGRAPH_EXTRA_ATTRIBUTES: 'city;country' }, /no attribute is called/u],
  [{ MSGRAPH_WITHOUT_ATTRIBUTES: 'id' }, /told apart/u],
  [{ MSGRAPH_WITHOUT_ATTRIBUTES: 'userPrincipalName' }, /told apart/u],
  [{ MSGRAPH_WITHOUT_ATTRIBUTES: 'mobilePhne' }, /no column/u],
  [
    { MSGRAPH_WITHOUT_ATTRIBUTES: 'accountEnabled', MSGRAPH_DISABLED_USERS: 'remove' },
    /depends on/u,
  ],
  [{ ROLLKEEPER_DATABASE_URL: 'mysql://root:hunter2@db/x' }, /kind.*mysql:/u],
  [{ ROLLKEEPER_DATABASE_URL: 'rollkeeper.db' }, /a path and not a URL/u],
  [{ ROLLKEEPER_DATABASE_URL: 'C:\\data\\people.db' }, /a path and not a URL/u],
  [{ ROLLKEEPER_DATABASE_URL: 'sqlite:' }, /names no file/u],
  [{ DATABASE_URL: 'mongodb://root:hunter2@db/x' }, /kind/u],
];
for (const [changes, says] of refused) {
  test(`refuses ${Object.entries(changes)
    .map((pair) => pair.join('='))
    .join(' ')}`, () => {
    const { variable, fault, remedy } = faultWith(changes);
    assert.match(fault, says);
    assert.ok(variable in changes);
    assert.doesNotMatch(`${fault} ${remedy}`, /hunter2|:pw@/u);
  });
}

for (const url of [
  'sqlite:people.db',
  'sqlite:///srv/people.db',
  'file:people.db',
  'postgresql://db/people',
  'postgres://app@/people?host=/run/postgresql',
]) {
  test(`takes the database ${url}`, () => {
    assert.equal(readSettings({ ...enough, ROLLKEEPER_DATABASE_URL: url }).database, url);
  });
}

test('the threshold can be switched off', () => {
  const settings = readSettings({ ...enough, ROLLKEEPER_DELETION_THRESHOLD: 'off' });
  assert.equal(settings.deletionThreshold, null);
});

for (const [name, meant] of [
  ['MSGRAPH_GROUP_NAME_TO_SNYC', 'MSGRAPH_GROUP_NAME_TO_SYNC'],
  ['MSGRAPH_TENNANT_ID', 'MSGRAPH_TENANT_ID'],
  ['ROLLKEEPER_TIMEZONE', 'ROLLKEEPER_TIME_ZONE'],
  ['MSGRAPH_CLIENT_ID', 'MSGRAPH_APPLICATION_ID'],
  ['msgraph_cloud', 'MSGRAPH_CLOUD'],
] as const) {
  test(`${name} is a fault that names ${meant}`, () => {
    const fault = faultWith({ [name]: 'x' });
    assert.equal(fault.variable, name);
    assert.match(fault.remedy, new RegExp(`\\b${meant}\\b`, 'u'));
  });
}

test('names that look like nothing of ours are let be', () => {
  assert.deepEqual(
    faultsOf({ ...enough, ROLLKEEPER_TEST_DATABASE: 'x', PATH: '/bin', MSGRAPH_X: '' }),
    [],
  );
});

test('no secret is ever in a fault', () => {
  const source = { ...enough, MSGRAPH_CLIENT_CERTIFICATE_FILE: 'c.pem', MSGRAPH_TENANT_ID: '' };
  const error: unknown = (() => {
    try {
      return readSettings(source);
    } catch (thrown) {
      return thrown;
    }
  })();
  assert.ok(error instanceof SettingsError);
  assert.doesNotMatch(inspect(error, { depth: 9 }) + JSON.stringify(error), /hush/u);
});

test('the nearest name is found within a few slips of the finger, or none', () => {
  assert.equal(nearest('mobilePhnoe', ['mobilePhone', 'mail']), 'mobilePhone');
  assert.equal(nearest('fax', ['mobilePhone', 'mail']), null);
  assert.equal(nearest('anything', []), null);
});

test('the environment beats .env', () => {
  const file = dotEnv('# names\nMSGRAPH_CLOUD="china"\nMSGRAPH_MEMBERSHIP=direct\n');
  assert.deepEqual(
    { ...withDotEnv({ MSGRAPH_CLOUD: 'usgov' }, file) },
    { MSGRAPH_CLOUD: 'usgov', MSGRAPH_MEMBERSHIP: 'direct' },
  );
});

const faultOnDisk = async (source: Source): Promise<string | undefined> =>
  (await settingsFaultsOnDisk(source))[0]?.fault;

test('files that are missing, empty or directories are faults; others are not looked for', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rollkeeper-'));
  try {
    const file = join(directory, 'token');
    assert.match(
      (await faultOnDisk({ MSGRAPH_FEDERATED_TOKEN_FILE: file })) ?? '',
      /does not exist/u,
    );
    const missing = { AZURE_FEDERATED_TOKEN_FILE: file };
    assert.deepEqual(await settingsFaultsOnDisk(missing, { credential: given }), []);
    await writeFile(file, ' \n');
    assert.match((await faultOnDisk({ AZURE_CLIENT_CERTIFICATE_PATH: file })) ?? '', /is empty/u);
    assert.match(
      (await faultOnDisk({ MSGRAPH_CLIENT_SECRET_FILE: directory })) ?? '',
      /is a directory/u,
    );
    await writeFile(file, 'eyJ');
    assert.equal(await faultOnDisk({ MSGRAPH_FEDERATED_TOKEN_FILE: file }), undefined);
    assert.equal(await faultOnDisk(enough), undefined);
  } finally {
    await rm(directory, { recursive: true });
  }
});
