import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { start } from '../scenarios/command.ts';
import type { Command } from '../scenarios/command.ts';

/** `rollkeeper serve` as a process of its own. */
export interface Served extends Command {
  /** Such as `http://localhost:4600`. */
  readonly origin: string;
  /** The one-time sign-in address; null: none was printed. */
  readonly oneTime: string | null;
}

/** Starts it on a free port and waits until it serves; it is ended with the test. */
export async function served(
  context: TestContext,
  env: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<Served> {
  const command = start(['serve', '--port', '0', ...words], { env });
  context.after(async () => {
    command.process.kill('SIGTERM');
    await command.ended;
  });
  const text = await said(
    command,
    /Serving (\S+?)\/microsoft\/graph\/[\s\S]*(?:every \d|key=|schedule)/u,
  );
  const origin = /Serving (\S+?)\/microsoft\/graph\//u.exec(text)?.[1] ?? '';
  return { ...command, origin, oneTime: /^http\S+key=\S+$/mu.exec(text)?.[0] ?? null };
}

/** Waits until the process has written what is looked for to standard error. */
async function said({ process, ended }: Command, wanted: RegExp): Promise<string> {
  let text = '';
  const seen = new Promise<string>((resolve) => {
    process.stderr?.on('data', (more: string) => {
      text += more;
      if (wanted.test(text)) resolve(text);
    });
  });
  const died = async (): Promise<never> => {
    const { code, stderr } = await ended;
    return assert.fail(`It ended with ${String(code)} before it served: ${stderr}`);
  };
  return await Promise.race([seen, died()]);
}
