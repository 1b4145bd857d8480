import assert from 'node:assert/strict';
import { glob, readdir, readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
const folder = new URL('docs/decisions/', root);

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

async function dependenciesOf(file: string): Promise<readonly string[]> {
  const manifest = JSON.parse(await readFile(new URL(file, root), 'utf8')) as Manifest;
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
}

test('decisions are numbered in one sequence, and each page begins with its number', async () => {
  const pages = (await readdir(folder)).filter((name) => name.endsWith('.md')).toSorted();
  for (const [at, name] of pages.entries()) {
    const number = at + 1;
    assert.equal(name.slice(0, 5), `${String(number).padStart(4, '0')}-`, name);
    const text = await readFile(new URL(name, folder), 'utf8');
    assert.ok(text.startsWith(`# ${number}. `), `${name} begins with another number`);
  }
});

test('every dependency is named by a decision', async () => {
  const texts = await Promise.all(
    (await readdir(folder)).map(async (name) => await readFile(new URL(name, folder), 'utf8')),
  );
  const words = new Set(
    texts
      .join('\n')
      .match(/@?[\w./-]*\w/gu)
      ?.map((word) => word.toLowerCase()),
  );
  const own = new Set(['entra-simulator', 'rollkeeper']);
  for (const file of [
    'package.json',
    'packages/rollkeeper/package.json',
    'packages/entra-simulator/package.json',
  ]) {
    for (const name of await dependenciesOf(file)) {
      if (own.has(name) || name.startsWith('@types/')) continue;
      assert.ok(words.has(name), `${name} of ${file} has no place in docs/decisions`);
    }
  }
});

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

async function anchorsOf(file: URL): Promise<ReadonlySet<string>> {
  const text = await readFile(file, 'utf8');
  return new Set([...text.matchAll(/^#+ (.*)$/gmu)].map(([, heading = '']) => anchorOf(heading)));
}

test('links between documents lead somewhere', async () => {
  const dead: string[] = [];
  const documents = glob(['*.md', 'docs/**/*.md', 'packages/*/*.md', 'examples/*/*.md'], {
    cwd: fileURLToPath(root),
  });
  for await (const name of documents) {
    const here = new URL(name, root);
    const text = await readFile(here, 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/gu)) {
      if (/^[a-z]+:/u.test(link)) continue;
      const target = new URL(link, here);
      const there = await stat(target).catch(() => null);
      const found =
        there !== null &&
        (target.hash === '' || (await anchorsOf(target)).has(decodeURI(target.hash.slice(1))));
      if (!found) dead.push(`${name}: ${link}`);
    }
  }
  assert.deepEqual(dead, []);
});

test('the README fits on a few screens, and begins with what sets everything up', async () => {
  const text = await readFile(new URL('README.md', root), 'utf8');
  assert.ok(text.trimEnd().split('\n').length <= 150);
  const commands = [...text.matchAll(/^npm .*$/gmu)].map(([command]) => command);
  assert.deepEqual(commands.slice(0, 2), ['npm ci && npm run demo', 'npm ci && npm test']);
});
