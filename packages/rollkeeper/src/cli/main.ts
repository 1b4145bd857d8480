import { CommanderError } from 'commander';

import { exitCodeOf } from './exit-code.ts';
import { program } from './program.ts';
import { describeError, isClosedPipe, note } from './terminal.ts';

/** The command line: parses the words after the program's name, and sets the process's exit code. */
export async function main(words: readonly string[]): Promise<void> {
  // Whoever read the output has seen enough, as `head` has.
  process.stdout.on('error', (error) => {
    if (!isClosedPipe(error)) throw error;
  });
  try {
    await program().parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (isClosedPipe(error)) return;
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    note(describeError(error));
    process.exitCode = exitCodeOf(error);
  }
}
