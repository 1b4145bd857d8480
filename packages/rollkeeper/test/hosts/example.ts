import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

export const examples = fileURLToPath(new URL('../../../../examples/', import.meta.url));

export const passwords = { manage: 'of-who-manages', view: 'of-who-views' } as const;

/** How they end when they are told to: Next with 143, Nest, once it has closed, by the signal itself. */
const ends: readonly unknown[] = [0, 143, 'SIGTERM'];

/** An example host, running. */
export interface Example {
  /** Such as `http://localhost:4600`. */
  readonly origin: string;
  /** Asks it as somebody. */
  ask(path: string, as: keyof typeof passwords | null, init?: RequestInit): Promise<Response>;
}

/** Starts an example as a process of its own, on a free port, until the test ends. */
export async function started(
  context: TestContext,
  folder: string,
  words: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<Example> {
  const child = spawn(process.execPath, words, {
    cwd: `${examples}${folder}`,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...settings,
      ROLLKEEPER_SCHEDULE: 'off',
      NEXT_TELEMETRY_DISABLED: '1',
      PORT: '0',
      MANAGER_PASSWORD: passwords.manage,
      VIEWER_PASSWORD: passwords.view,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  context.after(async () => {
    if (child.exitCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
    assert.ok(ends.includes(child.exitCode ?? child.signalCode), 'it ends as it was told to');
  });
  const origin = await new Promise<string>((resolve, reject) => {
    let text = '';
    const listen = (more: string): void => {
      text += more;
      const [found] = /http:\/\/(?:localhost|127\.0\.0\.1):\d+/u.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    child.once('close', (code) => reject(new Error(`It ended with ${code}: ${text}`)));
  });
  return {
    origin,
    ask: async (path, as, init = {}) => {
      const headers = new Headers(init.headers);
      if (as !== null) headers.set('Authorization', `Basic ${btoa(`who:${passwords[as]}`)}`);
      return await fetch(`${origin}${path}`, { ...init, headers, redirect: 'manual' });
    },
  };
}

/** The token of a page's forms, with the cookie that it belongs to. */
export async function formToken(page: Response): Promise<{ token: string; cookie: string }> {
  const [, token = ''] = /name="token"\s+value="([^"]+)"/u.exec(await page.text()) ?? [];
  const [set = ''] = page.headers.getSetCookie();
  const [cookie = ''] = set.split(';', 1);
  return { token, cookie };
}
