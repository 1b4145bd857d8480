import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { Page } from 'playwright-core';

import { looks } from './browser.ts';

const source = await readFile(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds against a page in each of `looks`: one line a finding, none where all is well. */
export async function violations(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { colorScheme, width, name } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await page.evaluate(source);
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const result = await page.evaluate<readonly Violation[]>(
      `axe.run({ runOnly: ${JSON.stringify(tags)} }).then(({ violations }) => violations)`,
    );
    for (const { id, nodes } of result) {
      found.push(
        ...nodes.map(
          ({ html, failureSummary }) => `${name} ${id}: ${html} ${failureSummary ?? ''}`,
        ),
      );
    }
  }
  return found;
}
