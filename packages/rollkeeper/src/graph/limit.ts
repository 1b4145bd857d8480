import type { Pace } from './pace.ts';
import type { Transport } from './transport.ts';
import { interrupted } from './wait.ts';

/**
 * No more requests under way at once than the pace allows, first come first served, and none while Graph is not to be
 * asked.
 */
export function limited(next: Transport, pace: Pace): Transport {
  const waiting = new Set<() => void>();
  let underWay = 0;

  const admit = (): void => {
    for (const enter of waiting) {
      if (underWay >= pace.width) return;
      waiting.delete(enter);
      underWay += 1;
      enter();
    }
  };
  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(interrupted(signal));
      const leave = (): void => {
        waiting.delete(enter);
        reject(interrupted(signal));
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.add(enter);
      admit();
    });

  return async (request, signal) => {
    await turn(signal);
    try {
      await pace.open(request, signal);
      const response = await next(request, signal);
      pace.heed([response], request.attempt);
      return response;
    } finally {
      underWay -= 1;
      admit();
    }
  };
}
