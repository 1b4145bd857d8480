/** Removals of one kind are judged and held alone. */
export type RemovalKind = 'leaving' | 'deactivations' | 'memberships';
export const removalKinds: readonly RemovalKind[] = ['leaving', 'deactivations', 'memberships'];

/**
 * Accidental-deletion prevention (`ROLLKEEPER_DELETION_THRESHOLD=500,20%,5`), in Microsoft's words.
 * https://learn.microsoft.com/entra/identity/app-provisioning/accidental-deletions
 */
export interface DeletionThreshold {
  /** Held when the removals reach this number. Default 500. */
  readonly count: number;
  /** … or this share of the kind's rows, in percent, while they exceed the floor. Default 20. */
  readonly percent: number;
  /** Removals up to this number never reach the percentage. Default 5. */
  readonly floor: number;
}

export interface RemovalFacts {
  /** Removals that this plan proposes: neither held before nor approved. */
  readonly planned: number;
  /** Removals applied without approval in the last 24 hours. */
  readonly recent: number;
  /** Rows of the kind before this run, but those whose removal is held. */
  readonly rows: number;
}

export interface JudgedFacts {
  readonly removals: Readonly<Record<RemovalKind, RemovalFacts>>;
  /** People in scope if all of the plan were applied, and all that is held too. */
  readonly inScopeAfter: number;
  /** The scope, the membership mode or the policy on disabled users changed since the last run. */
  readonly scopeChanged: boolean;
  /** Somebody has paused removals. */
  readonly paused: boolean;
}

export interface HeldKind {
  readonly kind: RemovalKind;
  readonly planned: number;
  readonly recent: number;
  readonly rows: number;
  readonly because: 'count' | 'percent' | 'no_one_left' | 'scope_changed' | 'paused';
}

/**
 * Which kinds of removal are held. Pure. `threshold` null is `off`: removals are not counted then, but those that
 * changed settings bring, that come while removals are paused, or that would leave no one in scope are held all the same.
 */
export function judge(
  facts: JudgedFacts,
  threshold: DeletionThreshold | null,
): readonly HeldKind[] {
  return removalKinds.flatMap((kind) => {
    const removal = facts.removals[kind];
    const because = whyHeld(kind, removal, facts, threshold);
    return because === null ? [] : [{ kind, ...removal, because }];
  });
}

function whyHeld(
  kind: RemovalKind,
  removal: RemovalFacts,
  facts: JudgedFacts,
  threshold: DeletionThreshold | null,
): HeldKind['because'] | null {
  if (removal.planned === 0) return null;
  if (facts.scopeChanged) return 'scope_changed';
  if (facts.paused) return 'paused';
  if (kind === 'leaving' && facts.inScopeAfter <= 0) return 'no_one_left';
  return threshold === null ? null : reached(removal, threshold);
}

function reached(
  { planned, recent, rows }: RemovalFacts,
  threshold: DeletionThreshold,
): 'count' | 'percent' | null {
  const removals = planned + recent;
  if (removals >= threshold.count) return 'count';
  const share = removals * 100 >= threshold.percent * rows;
  return share && removals > threshold.floor ? 'percent' : null;
}
