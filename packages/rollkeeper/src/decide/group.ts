import type { GroupOperation, MembershipOperation } from './operation.ts';

/** What to do about a group. Pure. */
export function decideGroup(group: {
  readonly known: boolean;
  /** false: no longer among the groups that are kept. */
  readonly stated: boolean;
  readonly differs: boolean;
}): GroupOperation['kind'] | null {
  if (!group.stated) return group.known ? 'remove_group' : null;
  if (!group.known) return 'create_group';
  return group.differs ? 'update_group' : null;
}

/**
 * What to do about a direct membership. Pure. The memberships of someone in the tenant's deleted items sleep: Graph
 * does not list them meanwhile, and they wake with the person.
 */
export function decideMembership(membership: {
  readonly known: boolean;
  readonly stated: boolean;
  readonly member: 'stays' | 'sleeps' | 'leaves';
}): MembershipOperation['kind'] | null {
  if (membership.stated) return membership.known ? null : 'add_membership';
  return membership.known && membership.member !== 'sleeps' ? 'remove_membership' : null;
}
