import { rename, rm, writeFile } from 'node:fs/promises';

import { RollkeeperError } from '../directory/error.ts';
import { verify } from '../open.ts';
import type { VerifiedAnswer } from '../open.ts';
import { environment } from './environment.ts';
import { note, print, styled } from './terminal.ts';
import { version } from './version.ts';

export async function verifyCommand(
  signal: AbortSignal,
  { output }: { readonly output: string },
): Promise<number> {
  const report = await verify(environment(), { signal, version, onAnswer: show });
  if (output === '-') print(report);
  else await writeWhole(output, report);
  note(`The report was written to ${output === '-' ? 'standard output' : output}.`);
  return 0;
}

const marks = {
  'as expected': () => styled('green', '✔'),
  otherwise: () => styled('yellow', '!'),
  'not seen': () => styled('dim', '–'),
} as const;

function show({ question, seen }: VerifiedAnswer): void {
  note(`${marks[seen.reading]()} ${question.name}: ${seen.what}`);
}

/** A file appears under its name when it is whole, or not at all. */
async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    await writeFile(partial, text, { flag: 'wx', flush: true });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new RollkeeperError('usage', `The report could not be written to ${file}: ${why}.`, {
      remedy: 'Name a file that can be written with --output, or - for standard output.',
      cause: error,
    });
  }
}
