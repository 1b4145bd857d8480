import { RollkeeperError } from '../directory/error.ts';

/** Why a command stopped: the user or the system asked it to. */
export class Interrupted extends RollkeeperError {
  readonly exitCode: 130 | 143;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('interrupted', signal === 'SIGINT' ? 'Interrupted.' : 'Terminated.', {
      remedy:
        'A run changes all of its rows or none: `rollkeeper runs` says which. Run the command again when it suits you.',
    });
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/** How long a command may take to put things in order once it was told to stop. */
const defaultGraceMs = 2_000;

/**
 * Runs a command with a signal that SIGINT and SIGTERM abort. A second signal, or the end of `graceMs` (by default two seconds), end the process at
 * once: the database does without what was not committed.
 */
export async function withSignals<Result>(
  command: (signal: AbortSignal) => Promise<Result>,
  graceMs = defaultGraceMs,
): Promise<Result> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    const interrupted = new Interrupted(name === 'SIGTERM' ? 'SIGTERM' : 'SIGINT');
    const endNow = (): never => process.exit(interrupted.exitCode);
    if (controller.signal.aborted) endNow();
    controller.abort(interrupted);
    setTimeout(endNow, graceMs).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await command(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
