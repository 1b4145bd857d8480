import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { command, start } from './command.ts';
import { directMembers, scenario } from './scenario.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rollkeeper-cli-'));
  t.after(async () => await rm(path, { recursive: true, force: true }));
  return path;
}

const reportKeys = [
  'run',
  'kind',
  'status',
  'users',
  'supervisors',
  'held',
  'requests',
  'throttled',
  'durationMs',
];

describe('rollkeeper sync', () => {
  test('--json prints one object, exit 0; the second run finds nothing to do', async (t) => {
    const { settings } = await scenario(t);
    const first = await command(['sync', '--json'], { env: settings });
    assert.equal(first.code, 0, first.stderr);
    const report: unknown = JSON.parse(first.stdout);
    assert.ok(typeof report === 'object' && report !== null);
    assert.deepEqual(Object.keys(report), [...reportKeys, 'work', 'strategy', 'reason']);
    const second = await command(['sync', '--json'], { env: settings });
    const again = JSON.parse(second.stdout) as { users: Record<string, number> };
    assert.deepEqual(
      { created: again.users['created'], updated: again.users['updated'] },
      { created: 0, updated: 0 },
    );
    assert.equal(again.users['unchanged'], again.users['inScope']);
  });

  test('goes by the name of the origin too', async (t) => {
    const { settings, rows } = await scenario(t);
    const ended = await command([], { env: settings, name: 'update-microsoft-graph-users' });
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /created/u);
    assert.ok(rows('SELECT id FROM microsoft_graph_users').length > 0);
  });

  test('exits 6 while removals are held, and shows whom', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const leavers = directMembers(story).slice(0, 20);
    for (const id of leavers) story.entra.tenant.removeMember(story.groupId, id);
    const ended = await command(['sync'], { env: story.settings });
    assert.equal(ended.code, 6, ended.stderr);
    assert.match(ended.stdout, new RegExp(`Held: ${leavers.length} people leaving`, 'u'));
    const shown = await command(['runs', 'show', '2'], { env: story.settings });
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /quarantined[\s\S]*soft-delete[\s\S]*left_scope/u);
    const dry = await command(['sync', '--dry-run'], { env: story.settings });
    assert.equal(dry.code, 0, 'a dry run says what would be held');
    assert.match(dry.stdout, /would be held/u);
  });

  test('a run that holds nothing has nothing to confirm', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const ended = await command(['runs', 'approve', '1'], { env: story.settings });
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /run\.holds_nothing/u);
    assert.doesNotMatch(ended.stderr, /--yes/u);
  });

  test('a plan that was let go is not told to be empty, and what was applied is told to be in the changes', async (t) => {
    const story = await scenario(t);
    await command(['sync', '--dry-run'], { env: story.settings });
    await command(['sync'], { env: story.settings });
    const dry = await command(['runs', 'show', '1'], { env: story.settings });
    assert.match(dry.stdout, /let go by a later run/u);
    const applied = await command(['runs', 'show', '2'], { env: story.settings });
    assert.match(applied.stdout, /microsoft_graph_changes with run_id 2/u);
  });

  test('--dry-run says what would be done and held, in words, counts and rows, --json too, and exits 0', async (t) => {
    const story = await scenario(t, {}, { ROLLKEEPER_DELETION_THRESHOLD: '5,100%,5' });
    await story.keeper.sync();
    const before = story.everything();
    for (const id of directMembers(story).slice(0, 6)) {
      story.entra.tenant.removeMember(story.groupId, id);
    }
    const { id } = story.entra.tenant.createUser({ displayName: 'Joiner' });
    story.entra.tenant.addMember(story.groupId, id);
    const dry = await command(['sync', '--dry-run'], { env: story.settings });
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(dry.stdout, /would create 1 people[^\n]*6 removals would be held/u);
    assert.match(dry.stdout, /soft-delete \(held\)[\s\S]*create /u);
    const json = await command(['sync', '--dry-run', '--json'], { env: story.settings });
    const printed = JSON.parse(json.stdout) as {
      readonly held: number;
      readonly users: { readonly created: number };
      readonly wouldHold: readonly { readonly kind: string; readonly planned: number }[];
      readonly plan: readonly { readonly kind: string; readonly held: boolean }[];
    };
    assert.deepEqual([json.code, printed.held, printed.users.created], [0, 6, 1]);
    assert.deepEqual(
      printed.wouldHold.map(({ kind, planned }) => [kind, planned]),
      [['leaving', 6]],
    );
    assert.equal(printed.plan.filter(({ held }) => held).length, 6);
    assert.equal(story.everything() === before, true);
  });

  test('exits 3 and explains, with the object on standard output, where the token is refused', async (t) => {
    const { settings } = await scenario(t);
    const env = { ...settings, MSGRAPH_CLIENT_SECRET: 'wrong-secret-value' };
    const ended = await command(['sync', '--json'], { env });
    assert.equal(ended.code, 3);
    const report = JSON.parse(ended.stdout) as { status: string; error: { code: string } };
    assert.equal(report.status, 'failed');
    assert.equal(report.error.code, 'token.refused');
    assert.match(ended.stderr, /AADSTS7000215/u);
    assert.ok(!(ended.stdout + ended.stderr).includes('wrong-secret-value'));
  });

  test('exits 4 for an ambiguous group, with the candidates', async (t) => {
    const { settings } = await scenario(t, {}, { MSGRAPH_GROUP_NAME_TO_SYNC: 'Duplicate' });
    const ended = await command(['sync'], { env: settings });
    assert.equal(ended.code, 4);
    assert.match(ended.stderr, /MSGRAPH_GROUP_ID_TO_SYNC/u);
  });

  test('exits 5 where Graph answers HTML, and says where', async (t) => {
    const { settings, entra } = await scenario(t);
    entra.faults.add({
      match: { path: /members$/u },
      status: 404,
      body: '<html>not here</html>',
      times: Number.POSITIVE_INFINITY,
    });
    const ended = await command(['sync'], { env: settings });
    assert.equal(ended.code, 5, ended.stderr);
    assert.match(ended.stderr, /where: GET .*members/u);
  });

  test('exits 7 while another run is active', async (t) => {
    const story = await scenario(t, { latencyMs: 300 });
    const first = story.keeper.sync();
    while (story.entra.requests.count === 0) await new Promise((done) => setTimeout(done, 20));
    await new Promise((done) => setTimeout(done, 200));
    const ended = await command(['sync', '--json'], { env: story.settings });
    await first;
    assert.equal(ended.code, 7, ended.stderr);
    assert.match(ended.stdout, /run\.active/u);
  });

  test('Ctrl-C ends it with 130 and nothing half-written; SIGTERM with 143', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const before = story.everything();
    for (const id of directMembers(story).slice(0, 2)) story.entra.tenant.deleteUser(id);
    for (const [name, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const fault = story.entra.faults.add({ match: { path: /members$/u }, hang: true });
      const run = start(['sync', '--full', '--json'], { env: story.settings });
      while (fault.hits === 0) await new Promise((done) => setTimeout(done, 20));
      run.process.kill(name);
      const ended = await run.ended;
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stdout, /"cancelled"/u);
      assert.equal(story.everything(), before);
    }
    const { report } = await story.keeper.sync();
    assert.equal(report.users.softDeleted, 2);
  });
});

describe('settings', () => {
  test('exit 2 with every fault and its remedy, and contact nothing', async (t) => {
    const { entra } = await scenario(t);
    const asked = entra.requests.count;
    const ended = await command(['sync'], {
      env: {
        MSGRAPH_TENANT_ID: 'common',
        MSGRAPH_CLIENT_SECRET: 'the-secret-of-this-story',
        MSGRAPH_CLIENT_CERTIFICATE_FILE: '/nowhere/certificate.pem',
        MSGRAPH_GROUP_NAME_TO_SYNC: 'kbuk',
        MSGRAPH_SYNC_ALL_USERS: 'true',
        MSGRAPH_MEMBERSHIP: 'sideways',
        MSGRAPH_GRAPH_URL: entra.url,
        MSGRAPH_LOGIN_URL: entra.url,
        ROLLKEEPER_DELETION_THRESHOLD: 'lots',
      },
    });
    assert.equal(ended.code, 2);
    for (const variable of [
      'MSGRAPH_TENANT_ID',
      'MSGRAPH_APPLICATION_ID',
      'MSGRAPH_CLIENT_SECRET',
      'MSGRAPH_GROUP_NAME_TO_SYNC',
      'MSGRAPH_MEMBERSHIP',
      'ROLLKEEPER_DELETION_THRESHOLD',
    ]) {
      assert.match(ended.stderr, new RegExp(variable, 'u'));
    }
    assert.equal(entra.requests.count, asked);
  });

  test('of the environment beat those of .env', async (t) => {
    const { settings, rows } = await scenario(t);
    const cwd = await folder(t);
    const lines = Object.entries({ ...settings, MSGRAPH_GROUP_NAME_TO_SYNC: 'nobody' });
    await writeFile(
      join(cwd, '.env'),
      lines.map(([name, value]) => `${name}="${value}"`).join('\n'),
    );
    const name = settings['MSGRAPH_GROUP_NAME_TO_SYNC'] ?? '';
    const alone = await command(['sync'], { cwd });
    assert.equal(alone.code, 4, alone.stderr);
    const beaten = await command(['sync'], { cwd, env: { MSGRAPH_GROUP_NAME_TO_SYNC: name } });
    assert.equal(beaten.code, 0, beaten.stderr);
    assert.ok(rows('SELECT id FROM microsoft_graph_users').length > 0);
  });
});

describe('the database', () => {
  const fails = async (
    t: TestContext,
    prepare: (file: string) => Promise<void> | void,
    expected: RegExp,
  ): Promise<void> => {
    const { settings } = await scenario(t);
    const cwd = await folder(t);
    const file = join(cwd, 'rows.db');
    await prepare(file);
    const env = { ...settings, ROLLKEEPER_DATABASE_URL: `sqlite:${file}` };
    const ended = await command(['sync', '--json'], { env });
    assert.equal(ended.code, 8, ended.stderr);
    assert.match(ended.stdout, expected);
    assert.ok(ended.stderr.includes(file), 'the file is named');
  };

  test('that is not one exits 8, and is left as it was', async (t) => {
    let path = '';
    await fails(
      t,
      async (file) => {
        path = file;
        await writeFile(file, 'my precious notes, not a database at all\n'.repeat(50));
      },
      /database\.not_a_database/u,
    );
    assert.match(await readFile(path, 'utf8').catch(() => 'my precious notes'), /my precious/u);
  });

  test('that is locked exits 8', async (t) => {
    let holder: DatabaseSync | undefined;
    t.after(() => holder?.close());
    await fails(
      t,
      (file) => {
        holder = new DatabaseSync(file);
        holder.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE mine (id);');
      },
      /database\.locked/u,
    );
  });

  test('in a folder that does not exist exits 8', async (t) => {
    const { settings } = await scenario(t);
    const cwd = await folder(t);
    const file = join(cwd, 'no', 'such', 'folder', 'rows.db');
    const env = { ...settings, ROLLKEEPER_DATABASE_URL: `sqlite:${file}` };
    const ended = await command(['sync', '--json'], { env });
    assert.equal(ended.code, 8, ended.stderr);
    assert.match(ended.stdout, /database\.unwritable/u);
  });

  test('where nobody may write, not even root, exits 8', async (t) => {
    if (process.platform !== 'linux') return t.skip('there is no such place here');
    const { settings } = await scenario(t);
    const env = { ...settings, ROLLKEEPER_DATABASE_URL: 'sqlite:/proc/rollkeeper.db' };
    const ended = await command(['sync', '--json'], { env });
    assert.equal(ended.code, 8, ended.stderr);
    assert.match(ended.stdout, /database\.unwritable/u);
  });

  test('that may not be written exits 8', async (t) => {
    if (process.getuid?.() === 0) return t.skip('root may write everything');
    await fails(
      t,
      async (file) => {
        new DatabaseSync(file).close();
        await chmod(file, 0o400);
      },
      /database\.unwritable/u,
    );
  });
});

describe('rollkeeper export', () => {
  test('writes the users of the tenant from Graph, those of the group, those of the database', async (t) => {
    const story = await scenario(t);
    await story.keeper.sync();
    const cwd = await folder(t);
    const count = async (words: readonly string[]): Promise<readonly string[]> => {
      const ended = await command(['export', 'users', '--output', '-', ...words], {
        env: story.settings,
        cwd,
      });
      assert.equal(ended.code, 0, ended.stderr);
      const [header, ...rows] = ended.stdout.split('\r\n');
      assert.equal(
        header,
        'id,userPrincipalName,displayName,givenName,surname,mail,jobTitle,department,companyName,officeLocation,employeeId,mobilePhone,businessPhones,accountEnabled,userType,createdDateTime,managerId,managerUserPrincipalName',
      );
      return rows.map((row) => row.slice(0, 36)).filter((id) => /^[0-9a-f-]{36}$/u.test(id));
    };
    const scope = [...story.entra.tenant.transitiveUserIds(story.groupId)].toSorted();
    const everyone = [...story.entra.tenant.users()].map(({ id }) => id).toSorted();
    assert.deepEqual((await count([])).toSorted(), everyone);
    assert.deepEqual((await count(['--scope'])).toSorted(), scope);
    assert.deepEqual((await count(['--from', 'database'])).toSorted(), scope);
  });

  test('escapes formulas, keeps quotes, line breaks and emoji, and writes the whole file or none', async (t) => {
    const story = await scenario(t);
    const cwd = await folder(t);
    const ended = await command([], {
      env: story.settings,
      cwd,
      name: 'microsoft-graph-users-as-csv',
    });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stdout, '');
    const csv = await readFile(join(cwd, 'microsoft-graph-users.csv'), 'utf8');
    assert.doesNotMatch(csv, /(?:^|,|\n)"?[=@]/u);
    assert.match(csv, /王/u);
    assert.match(csv, /""/u);

    story.entra.faults.add({ match: { path: '/users' }, status: 403, body: {}, times: 99 });
    const file = join(cwd, 'second.csv');
    const failed = await command(['export', 'users', '--output', file], {
      env: story.settings,
      cwd,
    });
    assert.equal(failed.code, 3, failed.stderr);
    assert.deepEqual((await readdir(cwd)).toSorted(), ['microsoft-graph-users.csv']);
  });

  test('writes groups under the origin’s name too', async (t) => {
    const { settings, entra } = await scenario(t);
    const cwd = await folder(t);
    const ended = await command(['--output', '-'], {
      env: settings,
      cwd,
      name: 'microsoft-graph-groups-as-csv',
    });
    assert.equal(ended.code, 0, ended.stderr);
    const [header, ...rows] = ended.stdout.trimEnd().split('\r\n');
    assert.equal(
      header,
      'id,displayName,description,mail,mailNickname,securityEnabled,mailEnabled,groupTypes,visibility,createdDateTime,onPremisesSyncEnabled',
    );
    assert.equal(rows.length, [...entra.tenant.groups()].length);
  });
});

describe('rollkeeper user', () => {
  test('reads one person by user name, mail or id, under the origin’s name too', async (t) => {
    const { settings, entra, groupId } = await scenario(t);
    const [id = ''] = [...entra.tenant.transitiveUserIds(groupId)];
    const user = entra.tenant.user(id);
    for (const who of [id, user?.userPrincipalName ?? '', user?.mail ?? id]) {
      const ended = await command([who, '--json'], { env: settings, name: 'microsoft-graph-user' });
      assert.equal(ended.code, 0, ended.stderr);
      const person = JSON.parse(ended.stdout) as { id: string; userPrincipalName: string };
      assert.equal(person.id, id);
      assert.equal(person.userPrincipalName, user?.userPrincipalName);
    }
    const nobody = await command(['user', 'nobody@nowhere.example'], { env: settings });
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /Graph works/u);
  });
});

describe('output that nobody reads to its end', () => {
  test('ends a command without a complaint', async (t) => {
    const { settings } = await scenario(t);
    const running = start(['export', 'users', '--output', '-'], { env: settings });
    running.process.stdout?.destroy();
    const ended = await running.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.doesNotMatch(ended.stderr, /EPIPE|Unexpected/u);
  });
});

describe('help', () => {
  test('tells a stranger every command and exit code', async () => {
    const ended = await command(['--help']);
    assert.equal(ended.code, 0);
    for (const word of ['sync', 'export', 'user', 'check', 'runs', 'demo', '130']) {
      assert.match(ended.stdout, new RegExp(word, 'u'));
    }
    for (const words of [['sync'], ['export', 'users'], ['check'], ['runs', 'show']]) {
      assert.equal((await command([...words, '--help'])).code, 0);
    }
  });

  test('wrong usage exits 2, and says what is wrong', async () => {
    for (const [words, says] of [
      [['frobnicate'], /frobnicate/u],
      [['sync', '--nonsense'], /--nonsense/u],
      [['runs', 'show', 'zero'], /'zero' is invalid.*from 1/u],
      [['serve', '--port', 'http'], /'http' is invalid.*65535/u],
    ] as const) {
      const { code, stderr } = await command(words);
      assert.equal(code, 2, words.join(' '));
      assert.match(stderr, says);
    }
  });
});
