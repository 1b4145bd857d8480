import type { GraphResponse, Transport } from './transport.ts';
import { interrupted } from './wait.ts';

/**
 * At most `concurrency` requests under way at once, first come first served. Where Graph says that a limit is
 * near or passed, half as many; each answer that says nothing of the kind widens it by one again.
 * https://learn.microsoft.com/graph/throttling-limits
 */
export function limited(next: Transport, concurrency: number): Transport {
  const waiting = new Set<() => void>();
  let width = concurrency;
  let underWay = 0;

  const admit = (): void => {
    for (const enter of waiting) {
      if (underWay >= width) return;
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
      const response = await next(request, signal);
      width = isNearLimit(response)
        ? Math.max(1, Math.floor(width / 2))
        : Math.min(concurrency, width + 1);
      return response;
    } finally {
      underWay -= 1;
      admit();
    }
  };
}

function isNearLimit({ status, headers }: GraphResponse): boolean {
  return status === 429 || Number(headers.get('x-ms-throttle-limit-percentage') ?? 0) >= 0.8;
}
