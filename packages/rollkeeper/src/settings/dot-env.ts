import { parseEnv } from 'node:util';
import type { Source } from './variable.ts';

/** The variables of a `.env` file. */
export function dotEnv(text: string): Source {
  return parseEnv(text);
}

/** The environment with a `.env` file behind it: what the environment sets, blank values too, wins. */
export function withDotEnv(environment: Source, file: Source): Source {
  return { ...file, ...environment };
}
