import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** Who may import whom. A folder may always import itself. ARCHITECTURE.md shows the same. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  directory: [],
  decide: ['directory'],
  settings: ['directory', 'decide'],
  graph: ['directory'],
  entra: ['directory', 'settings', 'graph'],
  read: ['directory', 'graph'],
  store: ['directory', 'decide'],
  run: ['directory', 'decide', 'settings', 'graph', 'read', 'store'],
  observe: ['directory', 'graph', 'run'],
  export: ['directory', 'graph', 'read', 'store'],
  check: ['directory', 'settings', 'graph', 'run', 'store'],
  verify: ['directory', 'graph'],
  schedule: ['directory', 'settings', 'run'],
  consent: ['directory', 'settings', 'store'],
  web: [
    'directory',
    'decide',
    'settings',
    'graph',
    'entra',
    'store',
    'run',
    'export',
    'check',
    'schedule',
    'consent',
  ],
  hosts: ['directory', 'web'],
  'connect.ts': ['directory', 'settings', 'entra', 'graph', 'store', 'run', 'check', 'observe'],
  'keeping.ts': [
    'directory',
    'settings',
    'entra',
    'graph',
    'store',
    'run',
    'check',
    'schedule',
    'consent',
    'web',
    'connect.ts',
  ],
  'migrate.ts': ['settings', 'store'],
  'verification.ts': ['graph', 'run', 'settings', 'verify', 'connect.ts'],
  keeper: [
    'directory',
    'settings',
    'graph',
    'read',
    'store',
    'run',
    'export',
    'observe',
    'schedule',
    'consent',
    'web',
    'connect.ts',
    'keeping.ts',
  ],
  'open.ts': [
    'settings',
    'store',
    'check',
    'web',
    'keeper',
    'connect.ts',
    'keeping.ts',
    'verify',
    'verification.ts',
  ],
  'index.ts': [
    'directory',
    'decide',
    'settings',
    'store',
    'run',
    'observe',
    'schedule',
    'consent',
    'web',
    'open.ts',
    'migrate.ts',
  ],
  cli: [
    'directory',
    'consent',
    'decide',
    'settings',
    'store',
    'run',
    'observe',
    'check',
    'open.ts',
    'migrate.ts',
  ],
};

/** Files of another folder that only its interface may be seen through. */
const interfaces: readonly { readonly by: string; readonly of: string; readonly only: RegExp }[] = [
  { by: 'run', of: 'store', only: /^store\/store\.ts$/u },
  { by: 'export', of: 'store', only: /^store\/store\.ts$/u },
  { by: 'check', of: 'store', only: /^store\/store\.ts$/u },
  { by: 'web', of: 'store', only: /^store\/(?:store|search)\.ts$/u },
  { by: 'hosts', of: 'web', only: /^web\/(?:web|site)\.ts$/u },
  { by: 'consent', of: 'store', only: /^store\/store\.ts$/u },
  { by: 'cli', of: 'store', only: /^store\/store\.ts$/u },
  { by: 'settings', of: 'decide', only: /^decide\/threshold\.ts$/u },
];

interface Import {
  readonly from: string;
  readonly to: string;
}

async function imports(): Promise<readonly Import[]> {
  const found: Import[] = [];
  for await (const file of glob('**/*.ts', { cwd: source })) {
    const text = await readFile(join(source, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/gu)) {
      found.push({ from: file, to: relative('.', normalize(join(dirname(file), target))) });
    }
  }
  return found;
}

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gmu, '');

const folderOf = (file: string): string => file.split('/')[0] ?? file;

test('arrows between folders point one way', async () => {
  for (const { from, to } of await imports()) {
    const [here, there] = [folderOf(from), folderOf(to)];
    if (here === there) continue;
    const allowed = arrows[here];
    assert.ok(allowed, `${from}: the folder ${here} has no place in the architecture`);
    assert.ok(allowed.includes(there), `${from} may not import ${to}`);
  }
});

test('stores are seen through their interface; only open.ts names a database', async () => {
  for (const { from, to } of await imports()) {
    for (const { by, of, only } of interfaces) {
      if (folderOf(from) === by && folderOf(to) === of) assert.match(to, only, from);
    }
  }
});

test('the arrows have no cycle', () => {
  const visit = (folder: string, path: readonly string[]): void => {
    assert.ok(!path.includes(folder), `cycle: ${[...path, folder].join(' → ')}`);
    for (const next of arrows[folder] ?? []) visit(next, [...path, folder]);
  };
  for (const folder of Object.keys(arrows)) visit(folder, []);
});

test('decide has no input or output, no clock and no chance', async () => {
  for await (const file of glob('decide/**/*.ts', { cwd: source })) {
    const text = await readFile(join(source, file), 'utf8');
    assert.doesNotMatch(text, /from 'node:|Date\b|Math\.random|\bawait\b|process\./u, file);
  }
});

test('the console belongs to nobody, standard output to the command line and its CSV', async () => {
  for await (const file of glob('**/*.ts', { cwd: source })) {
    const text = withoutComments(await readFile(join(source, file), 'utf8'));
    assert.doesNotMatch(text, /\bconsole\./u, file);
    if (folderOf(file) === 'cli' || file === 'export/csv.ts') continue;
    assert.doesNotMatch(text, /process\.(?:stdout|stderr|env|exit)/u, file);
  }
});

test('the simulator imports nothing from the product', async () => {
  const simulator = fileURLToPath(new URL('../../entra-simulator/src/', import.meta.url));
  for await (const file of glob('**/*.ts', { cwd: simulator })) {
    const text = await readFile(join(simulator, file), 'utf8');
    assert.doesNotMatch(text, /from 'rollkeeper|\.\.\/rollkeeper/u, file);
  }
});
