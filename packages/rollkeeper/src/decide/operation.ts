import type { ObjectId, Reason } from '../directory/statement.ts';

/** What we will do to one person's rows. */
export type PersonOperation =
  /** A new row, with the supervisor that was stated. */
  | { readonly kind: 'create' }
  /** Attributes other than `accountEnabled` differ, or the account was enabled again. */
  | { readonly kind: 'update' }
  /** `accountEnabled` goes from true to false. */
  | { readonly kind: 'deactivate' }
  /** In scope until now. */
  | { readonly kind: 'soft_delete'; readonly reason: Reason }
  /** Soft-deleted already; the reason moves forward. */
  | { readonly kind: 'move_reason'; readonly reason: Reason }
  | { readonly kind: 'restore' }
  | { readonly kind: 'set_supervisor'; readonly supervisor: ObjectId }
  | { readonly kind: 'clear_supervisor' };

export type GroupOperation = {
  readonly kind: 'create_group' | 'update_group' | 'remove_group';
};

export type MembershipOperation = { readonly kind: 'add_membership' | 'remove_membership' };

/** Every kind of operation, in the order in which `apply` performs them. */
export const operationKinds = [
  'create',
  'update',
  'deactivate',
  'restore',
  'soft_delete',
  'move_reason',
  'set_supervisor',
  'clear_supervisor',
  'create_group',
  'update_group',
  'remove_group',
  'add_membership',
  'remove_membership',
  'release_leaving',
  'release_deactivation',
  'release_membership',
] as const;
export type OperationKind = (typeof operationKinds)[number];

/** An operation as the plan stores it: it names the staged row that it was decided from. */
export interface Planned {
  /** The staged row (of users and absences, groups, or memberships, by the kind). */
  readonly row: number;
  readonly kind: OperationKind;
  /** With `soft_delete` and `move_reason`. */
  readonly reason?: Reason;
  /** With `set_supervisor`. */
  readonly supervisor?: ObjectId;
  /** A removal that somebody has approved: it is not judged again. */
  readonly approved?: boolean;
}

/** How many operations of each kind a plan holds; kinds with none are 0. */
export type PlanCounts = Readonly<Record<OperationKind, number>>;
