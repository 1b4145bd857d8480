import { judge } from '../decide/threshold.ts';
import type { HeldKind, JudgedFacts } from '../decide/threshold.ts';
import type { Claim, PlanSummary, Totals } from '../store/store.ts';
import type { RunParts } from './parts.ts';

const day = 24 * 60 * 60 * 1000;

/** A stored plan, in numbers, and what the deletion threshold says of it. */
export interface Judged {
  readonly summary: PlanSummary;
  readonly totals: Totals;
  readonly held: readonly HeldKind[];
}

/** Judges a stored plan by the deletion threshold. */
export async function judgePlan(
  { connection, now, store }: RunParts,
  claim: Claim,
  scopeChanged: boolean,
): Promise<Judged> {
  const summary = await store.planSummary(claim);
  const since = new Date(now() - day).toISOString();
  const totals = await store.totals(claim.tenantId, since);
  const held = judge(factsOf(summary, totals, scopeChanged), connection.threshold);
  return { summary, totals, held };
}

function factsOf(
  { operations, membershipsLost }: PlanSummary,
  { inScope, enabled, memberships, recent }: Totals,
  scopeChanged: boolean,
): JudgedFacts {
  const leaving = operations.soft_delete;
  return {
    removals: {
      leaving: { planned: leaving, recent: recent.leaving, rows: inScope },
      deactivations: {
        planned: operations.deactivate,
        recent: recent.deactivations,
        rows: enabled,
      },
      memberships: { planned: membershipsLost, recent: recent.memberships, rows: memberships },
    },
    inScopeAfter: inScope - leaving + operations.create + operations.restore,
    scopeChanged,
  };
}
