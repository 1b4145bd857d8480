import type { Kept } from './attribute.ts';

/** The `id` of a directory object: the only identity. Opaque, although Entra gives GUIDs. */
export type ObjectId = string;

/** Why somebody is soft-deleted. It only ever moves forward in this order. */
export const reasons = ['left_scope', 'disabled', 'soft_deleted', 'permanently_deleted'] as const;
export type Reason = (typeof reasons)[number];

/** A user in scope, with all that was asked for. */
export interface UserStatement {
  readonly id: ObjectId;
  /** In the order of `userAttributes`; null where Graph said null, or was not asked. */
  readonly values: readonly Kept[];
  /** Extra attributes as a JSON object with sorted keys; null where none are configured. */
  readonly extra: string | null;
  /** The manager's id; null: no manager. */
  readonly manager: ObjectId | null;
  /** A digest of all the above: equal digests, equal statements. A whole number below 2^53. */
  readonly fingerprint: number;
}

/** A person who is not in scope, as asked for by id because a full read missed them. */
export interface AbsenceStatement {
  readonly id: ObjectId;
  /** `left_scope`: still in the tenant, in no group of the closure. */
  readonly reason: 'left_scope' | 'soft_deleted' | 'permanently_deleted';
}

/** What a manager's row outside the scope is made from. `kind` is Graph's type without its prefix. */
export interface ManagerStatement {
  readonly id: ObjectId;
  readonly kind: 'user' | 'orgContact';
  readonly userPrincipalName: string | null;
  readonly displayName: string | null;
  readonly mail: string | null;
}

export interface GroupStatement {
  readonly id: ObjectId;
  /** In the order of `groupAttributes`; null: no longer among the groups that are kept. */
  readonly values: readonly Kept[] | null;
  /** Part of the scope's closure; false: kept because the settings say so (`MSGRAPH_GROUPS_TO_KEEP`). */
  readonly inClosure: boolean;
}

/** A direct edge between a group and a user or a group. */
export interface MembershipStatement {
  readonly groupId: ObjectId;
  readonly memberId: ObjectId;
  readonly memberKind: 'user' | 'group';
  /** false: no longer a member. */
  readonly member: boolean;
}

/**
 * A user in the tenant's deleted items of whom we have no row. When they are restored nothing else tells that
 * their memberships and reports are back, so their id is kept, and nothing else of them.
 */
export interface SleeperStatement {
  readonly id: ObjectId;
  /** false: restored, or deleted for good. */
  readonly asleep: boolean;
}

/** What a read says, as it arrives; appended to the run's staging. */
export interface Statements {
  readonly users?: readonly UserStatement[];
  readonly absences?: readonly AbsenceStatement[];
  readonly managers?: readonly ManagerStatement[];
  readonly groups?: readonly GroupStatement[];
  readonly memberships?: readonly MembershipStatement[];
  readonly sleepers?: readonly SleeperStatement[];
}
