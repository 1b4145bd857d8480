import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import packedChromium from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

const screenshots = fileURLToPath(new URL('screenshots/', import.meta.url));

/** A browser for the tests of a file, opened before the first and closed after the last of them. */
export function withBrowser(): {
  context(options?: BrowserContextOptions): Promise<BrowserContext>;
} {
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch({
      executablePath: await packedChromium.executablePath(),
      // Not those that the package suggests: they switch off what keeps sites apart, which is looked at here.
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
      headless: true,
    });
  });
  after(async () => await browser.close());
  return {
    context: async (options = {}) =>
      await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Rome', ...options }),
  };
}

/** Narrow and wide, light and dark: how every page is looked at. */
export const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [360, 1440].map((width) => ({ colorScheme, width, name: `${width}-${colorScheme}` })),
);

/** Keeps a page as a picture in each of `looks`, and tells where it is wider than its window. */
export async function photograph(page: Page, name: string): Promise<readonly string[]> {
  await mkdir(screenshots, { recursive: true });
  const tooWide: string[] = [];
  for (const { colorScheme, width, name: look } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(screenshots, `${name}-${look}.png`), fullPage: true });
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (overflow !== 0) tooWide.push(`${look}: ${String(overflow)} px`);
  }
  return tooWide;
}
