/** What somebody is told of once, until it is over. */
export type Condition = 'held' | 'failed_repeatedly' | 'stale';
const conditions: readonly Condition[] = ['held', 'failed_repeatedly', 'stale'];

/** Failed runs in a row that are worth telling somebody. */
export const repeatedly = 3;

export interface NoticeFacts {
  /** The newest run of which removals wait for a decision; null: none do. */
  readonly heldBy: number | null;
  /** Runs that failed since the last that did not, this one included. Those that were cancelled do not count. */
  readonly failures: number;
  /** Milliseconds since the last success; null: there was none. */
  readonly sinceSuccessMs: number | null;
  /** null: never too old. */
  readonly staleAfterMs: number | null;
}

/** What was told already: for what was held, the newest run that it was told of. */
export type ToldOf = Readonly<Partial<Record<Condition, { readonly runId: number }>>>;

export interface Notices {
  /** To be told now. */
  readonly begins: readonly Condition[];
  /** Was told, and is over: `recovered` tells so. */
  readonly ends: readonly Condition[];
}

/** What to tell somebody after a run, once for each occurrence. Pure. */
export function decideNotices(facts: NoticeFacts, told: ToldOf): Notices {
  const { failures, heldBy, sinceSuccessMs, staleAfterMs } = facts;
  const holds: Readonly<Record<Condition, boolean>> = {
    held: heldBy !== null,
    failed_repeatedly: failures >= repeatedly,
    stale: sinceSuccessMs !== null && staleAfterMs !== null && sinceSuccessMs > staleAfterMs,
  };
  const isNew = (condition: Condition): boolean =>
    told[condition] === undefined ||
    (condition === 'held' &&
      heldBy !== null &&
      told.held !== undefined &&
      told.held.runId < heldBy);
  return {
    begins: conditions.filter((condition) => holds[condition] && isNew(condition)),
    ends: conditions.filter(
      (condition) => told[condition] !== undefined && !holds[condition] && over(condition, facts),
    ),
  };
}

/** One more failed run ends neither what failed before nor what is stale. */
const over = (condition: Condition, { failures }: NoticeFacts): boolean =>
  condition === 'held' || failures === 0;
