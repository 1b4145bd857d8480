import { Cron } from 'croner';

import { RollkeeperError } from '../directory/error.ts';
import { RunFailed } from '../run/ending.ts';
import type { Schedule } from '../settings/settings.ts';
import type { Conductor, Outcome } from './conductor.ts';

export interface ScheduleParts {
  readonly conductor: Conductor;
  /** When the tenant's last run began, in whatever process, in milliseconds since 1970; null: none has. */
  readonly lastBegan: () => Promise<number | null>;
  readonly now: () => number;
  /** IANA name; patterns are read in it. */
  readonly timeZone: string;
  /** Told why a run failed, or why none could begin. Not told where another process was running one. */
  readonly onError: (error: unknown) => void;
}

/** Runs that begin by themselves. */
export interface Scheduled {
  /** When the next one begins; null: never. */
  next(): Date | null;
  /** No further run begins. One that is under way goes on. */
  stop(): void;
}

/**
 * Begins a run at each time of the schedule, the first of `every` at once. One that is under way is never joined by
 * a second. Safe in several processes: whoever comes second finds a run that has just begun, and waits for its
 * next turn.
 */
export function schedule(plan: Schedule, parts: ScheduleParts): Scheduled {
  // Croner takes an interval beside a pattern: each second, and not before the interval has passed.
  const [pattern, interval] =
    plan.kind === 'cron' ? [plan.pattern, 0] : ['* * * * * *', plan.ms / 1000];
  const job: Cron = new Cron(
    pattern,
    { timezone: parts.timeZone, interval, protect: true, catch: (error) => parts.onError(error) },
    async () => await turn(parts, job.msToNext()),
  );
  return { next: () => job.nextRun(), stop: () => job.stop() };
}

/** A run that began less than half a turn ago, in whatever process, was this turn's. */
async function turn(parts: ScheduleParts, untilNext: number | null): Promise<void> {
  const { conductor, lastBegan, now, onError } = parts;
  const began = await lastBegan();
  if (conductor.current !== null) return;
  if (began !== null && now() - began < (untilNext ?? 0) / 2) return;
  const { error } = await conductor.begin().ended;
  if (error !== undefined && !isTaken(error)) onError(error);
}

/** Whether a run did not begin because another process has one. */
export function isTaken(error: Outcome['error']): boolean {
  const cause = error instanceof RunFailed ? error.cause : error;
  return cause instanceof RollkeeperError && cause.code === 'run.active';
}
