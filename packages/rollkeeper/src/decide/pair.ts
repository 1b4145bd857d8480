import type { KnownPerson, StatedPerson } from './person.ts';

/** A staged person beside what is known of them. */
export interface PersonPair {
  readonly row: number;
  readonly known: KnownPerson | null;
  readonly stated: StatedPerson;
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
}
