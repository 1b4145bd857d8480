import { readFileSync } from 'node:fs';

import { RollkeeperError } from '../directory/error.ts';
import { open } from '../open.ts';
import type { Rollkeeper } from '../open.ts';
import { dotEnv, withDotEnv } from '../settings/dot-env.ts';
import { settingsFaults } from '../settings/read.ts';
import type { LogLevel } from '../settings/settings.ts';
import type { Source } from '../settings/variable.ts';
import { openLog } from './log.ts';

/** The settings of a command: the environment, and below it the file `.env` of the current folder. */
export function environment(): Source {
  return withDotEnv(process.env, readDotEnv());
}

/** The level of the log that the settings ask for; null: none, or the settings have faults, of which `open` tells. */
export function logLevelOf(source: Source): LogLevel | null {
  const checked = settingsFaults(source);
  return 'settings' in checked ? checked.settings.logLevel : null;
}

/** Opens Rollkeeper with the command's settings, for as long as the command takes. */
export async function withRollkeeper(
  signal: AbortSignal,
  command: (keeper: Rollkeeper) => Promise<number>,
): Promise<number> {
  const source = environment();
  const level = logLevelOf(source);
  const keeper = await open(source, {
    signal,
    ...(level === null ? {} : { logger: openLog(level) }),
  });
  try {
    return await command(keeper);
  } finally {
    await keeper.close();
  }
}

function readDotEnv(): Source {
  try {
    return dotEnv(readFileSync('.env', 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new RollkeeperError('settings.invalid', 'The file .env cannot be read.', {
      remedy: 'Make it readable for the user that runs this command, or remove it.',
      cause: error,
    });
  }
}
