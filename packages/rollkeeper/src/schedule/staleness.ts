import { RollkeeperError } from '../directory/error.ts';

export interface StalenessParts {
  /** Tells somebody if there is something to tell. Resolves to why that failed; null: it did not. */
  readonly tell: () => Promise<string | null>;
  /** Milliseconds after which a success is too old. */
  readonly staleAfterMs: number;
  /** Told why nobody could be told, each time. */
  readonly onError: (error: unknown) => void;
}

/** Looks on as long as the schedule goes. */
export interface Staleness {
  /** It is not looked any more; resolves when a look that is under way has ended. */
  stop(): Promise<void>;
}

const minute = 60_000;

/**
 * Looks every minute, more often where a success is soon too old, whether somebody is to be told that it is. So a schedule
 * speaks up also where no run ends.
 */
export function watchStaleness({ onError, staleAfterMs, tell }: StalenessParts): Staleness {
  let looking: Promise<void> | null = null;
  const look = async (): Promise<void> => {
    try {
      const failure = await tell();
      if (failure !== null) onError(undelivered(failure));
    } catch (error) {
      onError(error);
    } finally {
      looking = null;
    }
  };
  const timer = setInterval(
    () => {
      looking ??= look();
    },
    Math.min(minute, Math.max(1_000, staleAfterMs / 4)),
  );
  // What keeps a process alive is its schedule.
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}

const undelivered = (why: string): RollkeeperError =>
  new RollkeeperError('notice.undelivered', `The notice “stale” was not delivered: ${why}`, {
    remedy: 'Check ROLLKEEPER_NOTIFY_URL. It is tried again in a minute at most.',
  });
