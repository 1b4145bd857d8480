import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { leaksIn, secretsOf } from './leaks.ts';

const binary = (name: string): string =>
  fileURLToPath(new URL(`../../bin/${name}.js`, import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Command {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface CommandOptions {
  /** The whole environment but PATH and HOME; nothing of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another of the binaries. Default `rollkeeper`. */
  readonly name?: string;
}

/** Starts the command line as a process of its own. */
export function start(words: readonly string[], options: CommandOptions = {}): Command {
  const child = spawn(process.execPath, [binary(options.name ?? 'rollkeeper'), ...words], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const leaks = leaksIn(stdout + stderr, secretsOf(options.env ?? {}));
      if (leaks.length > 0) reject(new Error(`${words.join(' ')} printed ${leaks.join(', ')}`));
      else resolve({ code, signal, stdout, stderr });
    });
  });
  return { process: child, ended };
}

export async function command(
  words: readonly string[],
  options: CommandOptions = {},
): Promise<Ended> {
  return await start(words, options).ended;
}
