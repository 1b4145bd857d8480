import { RollkeeperError } from '../directory/error.ts';

/** The failure of everything that was told to stop. */
export function interrupted(signal: AbortSignal): RollkeeperError {
  const cause: unknown = signal.reason;
  const remedy = 'Run again when it suits; nothing was left half done.';
  return new RollkeeperError('interrupted', 'Stopped before the end, as asked.', { remedy, cause });
}

/** Resolves after `ms` milliseconds; rejects with `interrupted` as soon as the signal is aborted. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  // setTimeout takes 31 bits; what is longer is waited for in parts.
  const longest = 2 ** 31 - 1;
  for (let left = ms; left > 0; left -= longest) {
    await pause(Math.min(left, longest), signal);
  }
  if (signal.aborted) throw interrupted(signal);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(interrupted(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
