import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { serve } from 'entra-simulator';
import type { Simulator } from 'entra-simulator';

import { version } from '../src/cli/version.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/** A tarball as `npm pack --json` tells of it. */
interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const npm = async (folder: string, ...words: readonly string[]): Promise<string> =>
  (await run('npm', words, { cwd: folder, shell: process.platform === 'win32' })).stdout;

/** Runs the command of a development dependency; its output is the message where it fails. */
async function tool(name: string, ...words: readonly string[]): Promise<void> {
  const folder = join(root, 'node_modules', name);
  const { bin }: { readonly bin: string | Readonly<Record<string, string>> } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  const script = typeof bin === 'string' ? bin : Object.values(bin)[0];
  await run(process.execPath, [join(folder, script ?? ''), ...words], { cwd: root }).catch(
    ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) =>
      assert.fail(`${name} ${words.join(' ')}\n${stdout}${stderr}`),
  );
}

interface Synchronised {
  readonly status: string;
  readonly people: readonly unknown[];
  readonly page: string;
}

/** Synchronises and prints everyone in scope as JSON; `open` comes from the line above it. */
const synchronise = `
(async () => {
  const keeper = await open({ ...process.env });
  const { tenantId, report } = await keeper.sync();
  const people = [];
  for await (const { id, userPrincipalName, displayName, supervisor } of keeper.users(tenantId)) {
    people.push({ id, userPrincipalName, displayName, supervisor });
  }
  const web = keeper.web({ authorize: () => 'view' });
  const page = await (await web(new Request('http://127.0.0.1/microsoft/graph/'))).text();
  await keeper.close();
  process.stdout.write(JSON.stringify({ status: report.status, people, page }));
})();
`;

describe('the packages as they are published', { timeout: 300_000 }, () => {
  let folder: string;
  let packed: readonly Packed[];
  let entra: Simulator;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollkeeper-package-'));
    const published = ['rollkeeper', 'entra-simulator'].flatMap((name) => ['--workspace', name]);
    const words = ['pack', ...published, '--json', '--pack-destination', folder];
    packed = JSON.parse(await npm(root, ...words));
    entra = await serve({ users: 120 });
  });
  after(async () => {
    await entra.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('hold built JavaScript with its types, documentation, and nothing else', async () => {
    assert.deepEqual(packed.map(({ name }) => name).toSorted(), ['entra-simulator', 'rollkeeper']);
    for (const { name, files } of packed) {
      const paths = files.map(({ path }) => path);
      const expected =
        /^(?:package\.json|README\.md|LICENSE|assets\/[\w-]+\.(?:css|js)|bin\/[\w-]+\.js|dist\/.+\.(?:js|d\.ts))$/u;
      assert.deepEqual(
        paths.filter((path) => !expected.test(path)),
        [],
        name,
      );
      for (const path of ['package.json', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
        assert.ok(paths.includes(path), `${name} holds ${path}`);
      }
      for (const path of paths.filter((one) => one.startsWith('dist/'))) {
        const source = path.replace(/^dist/u, 'src').replace(/(?:\.d\.ts|\.js)$/u, '.ts');
        await assert.doesNotReject(
          stat(join(root, 'packages', name, source)),
          `${name}: ${path} is left over from a source that is gone; remove dist and build`,
        );
      }
    }
  });

  test('are found right by publint and by attw', async () => {
    for (const { filename } of packed) {
      await tool('publint', '--strict', join(folder, filename));
      await tool('@arethetypeswrong/cli', join(folder, filename), '--profile', 'esm-only');
    }
  });

  test('install into an empty folder, and keep the same rows from an ES module and from CommonJS', async () => {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const tarballs = packed.map(({ filename }) => `./${filename}`);
    await npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs);

    const asModule = await synchroniseFrom('sync.mjs', "import { open } from 'rollkeeper';");
    const asCommonJs = await synchroniseFrom('sync.cjs', "const { open } = require('rollkeeper');");
    assert.equal(asModule.status, 'succeeded');
    assert.ok(asModule.people.length > 0);
    assert.deepEqual(asCommonJs.people, asModule.people);
    for (const { page } of [asModule, asCommonJs]) {
      assert.match(page, /href="\/microsoft\/graph\/assets\/[^"]*\/pico\.css"/u);
    }
  });

  test('bring the command line', async () => {
    const command = join(folder, 'node_modules/rollkeeper/bin/rollkeeper.js');
    const { stdout } = await run(process.execPath, [command, '--version']);
    assert.equal(stdout.trim(), version);
  });

  async function synchroniseFrom(file: string, first: string): Promise<Synchronised> {
    await writeFile(join(folder, file), `${first}\n${synchronise}`);
    const env = {
      ...process.env,
      ...entra.settings,
      ROLLKEEPER_DATABASE_URL: `sqlite:${join(folder, `${file}.db`)}`,
    };
    const { stdout } = await run(process.execPath, [file], { cwd: folder, env });
    const synchronised: Synchronised = JSON.parse(stdout);
    return synchronised;
  }
});
