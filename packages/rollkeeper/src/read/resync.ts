/** Why everything is read again although there was a checkpoint. */
export const resyncReasons = [
  /** None was kept. */
  'no_checkpoint',
  /** Graph no longer honours a link. */
  'checkpoint_refused',
  /** The oldest link is more than six days old; Graph honours them for seven. */
  'checkpoint_expired',
  /** Other attributes are to be kept. */
  'attributes_changed',
  /** The link of users does not tell of what was selected. */
  'select_ignored',
  /** A group of the closure was deleted and is back, or one that the settings name was told to be gone. */
  'group_restored',
  /** Two things were said of a group within a group. */
  'conflicting_groups',
  /** A group that was told to have come into the closure is not found: deleted since, or too new. */
  'group_not_found',
] as const;
export type ResyncReason = (typeof resyncReasons)[number];

/** A delta read cannot go on from its checkpoint; a full read in the same run takes its place. */
export class Resync extends Error {
  override readonly name = 'Resync';
  readonly reason: ResyncReason;

  constructor(reason: ResyncReason, cause?: unknown) {
    super(`A full read is needed: ${reason}.`, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
