import type { HeldRemoval } from './held.ts';
import type { KnownPerson, StatedPerson } from './person.ts';

/** A staged person beside what is known of them. */
export interface PersonPair {
  readonly row: number;
  readonly known: KnownPerson | null;
  readonly stated: StatedPerson;
  /** Their leaving and their deactivation, as far as earlier runs have held them. */
  readonly held?: readonly HeldRemoval[];
}

export interface GroupPair {
  readonly row: number;
  readonly known: boolean;
  /** false: no longer among the groups that are kept. */
  readonly stated: boolean;
  /** Known and stated, and a value differs. */
  readonly differs: boolean;
}

export interface MembershipPair {
  readonly row: number;
  readonly known: boolean;
  readonly stated: boolean;
  /**
   * What becomes of a member who is a person, after this plan: `stays` in scope; `sleeps` in the
   * tenant's deleted items, where memberships are kept and wake with the person; `leaves`: everything else.
   * Groups always `stay`.
   */
  readonly member: 'stays' | 'sleeps' | 'leaves';
  /** The loss of this membership, where an earlier run has held it. */
  readonly held?: HeldRemoval;
  /** It was not held for itself, but kept with its member, whose leaving was held. */
  readonly keptWithMember?: boolean;
  /** The leaving of its member, where an earlier run has held it and this one has not seen them back. */
  readonly memberHeld?: HeldRemoval;
}
