import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('the documentation', () => {
  test('says what the code says, and describes every setting, error code and column', async () => {
    const script = join(root, 'scripts/reference.mjs');
    const { stderr } = await promisify(execFile)(process.execPath, [script, '--check']);
    assert.equal(stderr, '');
  });

  test('has links that lead somewhere', async () => {
    const lost: string[] = [];
    for await (const page of glob(['*.md', 'docs/**/*.md', 'packages/*/*.md'], { cwd: root })) {
      const text = await readFile(join(root, page), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/gu)) {
        if (!(await leadsSomewhere(page, target))) lost.push(`${page}: ${target}`);
      }
    }
    assert.deepEqual(lost, []);
  });
});

async function leadsSomewhere(page: string, target: string): Promise<boolean> {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(file)) return false;
  if (anchor === undefined) return true;
  const text = await readFile(file, 'utf8');
  const headings = [...text.matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) => heading);
  return headings.map(anchorOf).includes(anchor);
}

/** As GitHub makes it from a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replaceAll(' ', '-');
