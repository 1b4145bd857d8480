import type { Kept } from './attribute.ts';
import type { ManagerStatement, ObjectId, Reason } from './statement.ts';

/** Our row of someone who was in scope at some time. */
export interface KnownUser {
  readonly id: ObjectId;
  /** In the order of `userAttributes`. */
  readonly values: readonly Kept[];
  readonly extra: string | null;
  readonly supervisorId: ObjectId | null;
  /** null: in scope. */
  readonly deleted: Reason | null;
  /** A removal of theirs waits for a decision, or was rejected: the row says what Graph no longer does. */
  readonly held: boolean;
}

/** A direct edge that we keep, those that sleep with a deleted member included. */
export interface KnownMembership {
  readonly groupId: ObjectId;
  readonly memberId: ObjectId;
  readonly memberKind: 'user' | 'group';
  /** Graph no longer has this edge, and the row is kept because its removal, or its member's leaving, is held or was rejected. */
  readonly held: boolean;
}

/** What is known of some ids. Of whom nothing is known is in none of the lists. */
export interface KnownOf {
  readonly users: readonly KnownUser[];
  /** Managers outside the scope who have no row among the users. */
  readonly managers: readonly ManagerStatement[];
  /** Edges that have one of the ids as their member. */
  readonly memberships: readonly KnownMembership[];
  /** See `SleeperStatement`. */
  readonly sleepers: readonly ObjectId[];
}

/** Our row of a group. */
export interface KnownGroup {
  readonly id: ObjectId;
  /** In the order of `groupAttributes`. */
  readonly values: readonly Kept[];
  readonly inClosure: boolean;
}
