import type { ObjectId } from './statement.ts';

/** A delta link of groups, and the groups that it tells of: at most fifty. */
export interface GroupsLink {
  readonly ids: readonly ObjectId[];
  readonly link: string;
}

/** Delta links of users and groups that were taken together. */
export interface Links {
  /** ISO 8601: when the oldest of them was taken. Graph honours them for seven days. */
  readonly takenAt: string;
  readonly users: string;
  readonly groups: readonly GroupsLink[];
}

/**
 * From where the next read can go on: what happened since is told by the links. A link is opaque, kept and sent
 * back whole. https://learn.microsoft.com/graph/delta-query-overview
 */
export interface Checkpoint extends Links {
  /** The attributes that the links tell of; others change unseen. */
  readonly select: string;
  /** Whether an answer to the link of users was seen to tell of all that was selected. */
  readonly usersProven: boolean;
  /** Members whom nobody could read: asked for once more by the next read, which nothing else may tell of them. */
  readonly unresolved: readonly ObjectId[];
  /** Groups of the closure that were deleted: they stay among the links' ids, so that their return is seen. */
  readonly deletedGroups: readonly { readonly id: ObjectId; readonly since: string }[];
  /** Groups that came into the closure in the last read, which listed them: the next one lists them once more. */
  readonly joined: readonly ObjectId[];
  /** Where the last read ended, where the next one goes on from before that; null: it goes on from there. */
  readonly ended: Links | null;
}
