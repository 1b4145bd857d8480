import { withhold } from '../decide/held.ts';
import { judge } from '../decide/threshold.ts';
import type { HeldKind, JudgedFacts, RemovalKind } from '../decide/threshold.ts';
import type { Claim, Pause, PlanSummary, Totals } from '../store/store.ts';
import type { RunParts } from './parts.ts';

const day = 24 * 60 * 60 * 1000;

/** A stored plan, in numbers, and what the deletion threshold says of it. */
export interface Judged {
  /** What is to be applied: without what is held. */
  readonly summary: PlanSummary;
  /** Rows as they stood before. */
  readonly totals: Totals;
  readonly held: readonly HeldKind[];
}

export interface JudgedBy {
  readonly scopeChanged: boolean;
  /** The run whose held removals this one performs; null: it is no approval. */
  readonly approves: number | null;
}

/** Judges a stored plan, and takes out of it what is held. */
export async function judgePlan(
  { connection, now, store }: RunParts,
  claim: Claim,
  { approves, scopeChanged }: JudgedBy,
): Promise<Judged> {
  const summary = await store.planSummary(claim);
  const totals = await store.totals(claim.tenantId, new Date(now() - day).toISOString());
  const paused = isPaused(await store.paused(claim.tenantId), now());
  const facts = factsOf(summary, totals, { paused, scopeChanged });
  const held = judge(facts, connection.threshold);
  const withheld = withhold(plannedOf(facts), held, approves);
  await store.hold(claim, withheld);
  const changed = withheld.held.length + withheld.left.length > 0;
  return { summary: changed ? await store.planSummary(claim) : summary, totals, held };
}

/** Whether a pause is on at a moment, in milliseconds since 1970. */
export const isPaused = (pause: Pause | null, at: number): boolean =>
  pause !== null && (pause.until === null || Date.parse(pause.until) > at);

function factsOf(
  { approved, membershipsLost, operations }: PlanSummary,
  { inScope, enabled, held, memberships, recent }: Totals,
  because: Pick<JudgedFacts, 'paused' | 'scopeChanged'>,
): JudgedFacts {
  const leaving = operations.soft_delete - approved.leaving;
  // Those who are held already, the approved among them, are as good as gone; but who is seen back is not.
  const gone = held.leaving - operations.release_leaving;
  return {
    removals: {
      leaving: { planned: leaving, recent: recent.leaving, rows: inScope - held.leaving },
      deactivations: {
        planned: operations.deactivate - approved.deactivations,
        recent: recent.deactivations,
        rows: enabled - held.deactivations,
      },
      memberships: {
        planned: membershipsLost - approved.memberships,
        recent: recent.memberships,
        rows: memberships - held.memberships,
      },
    },
    inScopeAfter: inScope - gone - leaving + operations.create + operations.restore,
    ...because,
  };
}

const plannedOf = ({ removals }: JudgedFacts): Readonly<Record<RemovalKind, number>> => ({
  leaving: removals.leaving.planned,
  deactivations: removals.deactivations.planned,
  memberships: removals.memberships.planned,
});
