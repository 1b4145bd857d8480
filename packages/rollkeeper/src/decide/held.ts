import type { OperationKind } from './operation.ts';
import type { HeldKind, RemovalKind } from './threshold.ts';
import { removalKinds } from './threshold.ts';

/** `held`: waits for a decision. `rejected`: is not proposed again until its subject was seen back once. */
export type HeldState = 'held' | 'rejected';

/** A removal that an earlier run has held. */
export interface HeldRemoval {
  readonly kind: RemovalKind;
  readonly state: HeldState;
  /** The run that has held it. */
  readonly runId: number;
}

/** The kind of removal that an operation on a person is; others remove nothing. */
export const removalOf: Readonly<Partial<Record<OperationKind, RemovalKind>>> = {
  soft_delete: 'leaving',
  deactivate: 'deactivations',
};

/**
 * What becomes of a removal that a read proposes: it is judged with the others of its run; or it was held before and
 * this run performs what that one showed; or it was held before and stays so, without being counted again. Pure.
 * `approves`: the run whose held removals are approved; null: none.
 */
export function standing(
  earlier: HeldRemoval | undefined,
  approves: number | null,
): 'judged' | 'approved' | 'left' {
  if (earlier === undefined) return 'judged';
  return earlier.state === 'held' && earlier.runId === approves ? 'approved' : 'left';
}

/** The kinds of removal that a run does not perform. */
export interface Withheld {
  /** Waits for a decision. */
  readonly held: readonly RemovalKind[];
  /** Waits for the next run, which judges it like any other. */
  readonly left: readonly RemovalKind[];
}

/**
 * What a run does not perform of what it proposes. An approval performs what was shown, and never more: whatever else its
 * read proposes is held if it is to be held, and otherwise waits for the next run. Pure.
 */
export function withhold(
  proposed: Readonly<Record<RemovalKind, number>>,
  judged: readonly HeldKind[],
  approves: number | null,
): Withheld {
  const held = judged.map(({ kind }) => kind);
  const left = removalKinds.filter((kind) => proposed[kind] > 0 && !held.includes(kind));
  return { held, left: approves === null ? [] : left };
}
