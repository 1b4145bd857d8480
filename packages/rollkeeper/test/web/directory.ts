import type { TestContext } from 'node:test';

import type { Page } from 'playwright-core';

import type { SimulatorOptions } from 'entra-simulator';

import type { Scenario } from '../scenarios/scenario.ts';
import { scenario } from '../scenarios/scenario.ts';
import type { withBrowser } from './browser.ts';
import { hosted } from './host.ts';

export const prefix = '/microsoft/graph';

/** The pages over a tenant that a run has read. */
export interface Directory extends Scenario {
  /** Origin and prefix. */
  readonly base: string;
  /** The text of a page, for whoever may manage or, where it says so, view. */
  text(path: string, may?: 'view' | 'manage'): Promise<string>;
  /** A page of the browser. What it complains of is in `complaints`. */
  open(path: string): Promise<Page>;
  readonly complaints: readonly string[];
}

/** Serves the pages of a simulated tenant after `runs` runs. Who asks with the header `x-may: view` may only view. */
export async function directory(
  context: TestContext,
  browser: ReturnType<typeof withBrowser>,
  options: SimulatorOptions = {},
  changes: Readonly<Record<string, string>> = {},
): Promise<Directory> {
  const story = await scenario(context, options, changes);
  await story.keeper.sync();
  const authorize = ({ headers }: Request) =>
    ({ may: headers.get('x-may') === 'view' ? 'view' : 'manage', name: 'Ada Example' }) as const;
  const base = `${await hosted(context, story.keeper.web({ authorize }))}${prefix}`;
  const complaints: string[] = [];
  return {
    ...story,
    base,
    complaints,
    text: async (path, may = 'manage') => {
      const response = await fetch(`${base}${path}`, { headers: { 'x-may': may } });
      return await response.text();
    },
    open: async (path) => {
      const window = await browser.context();
      context.after(async () => await window.close());
      const page = await window.newPage();
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${base}${path}`);
      return page;
    },
  };
}
