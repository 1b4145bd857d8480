import type { Simulator } from 'entra-simulator';
import * as fc from 'fast-check';

/** One thing that happens in a tenant; numbers pick whom it happens to, whatever the tenant holds by then. */
export interface Happening {
  readonly what: (typeof happenings)[number] | (typeof groupsGo)[number];
  readonly a: number;
  readonly b: number;
}

export const happenings = [
  'join',
  'leave',
  'move',
  'nest',
  'un-nest',
  'new group',
  'rename group',
  'set manager',
  'move manager',
  'clear manager',
  'change',
  'clear',
  'disable',
  'enable',
  'new user',
  'soft delete',
  'restore',
  'purge',
] as const;

/** What may take a full read: a group that comes and goes between two runs is not found. */
export const groupsGo = ['delete group', 'purge group'] as const;

export const anyHappening: fc.Arbitrary<Happening> = fc.record({
  what: fc.constantFrom(...happenings),
  a: fc.nat(),
  b: fc.nat(),
});

/** Makes it happen; nothing, where nobody is left whom it could happen to. */
export function happen({ tenant, settings }: Simulator, { what, a, b }: Happening): void {
  const groups = [...tenant.groups()].map(({ id }) => id).toSorted();
  const users = [...tenant.users()].map(({ id }) => id).toSorted();
  const deleted = tenant
    .deletedUsers()
    .map(({ id }) => id)
    .toSorted();
  const at = (list: readonly string[], n: number): string => list[n % list.length] ?? '';
  const [user, other, group] = [at(users, a), at(users, b), at(groups, b)];
  const own = tenant.group(settings['MSGRAPH_GROUP_NAME_TO_SYNC'] ?? '')?.id ?? '';
  const inGroup = (id: string, kind: string): readonly string[] =>
    tenant.members(id).flatMap((member) => (member.kind === kind ? [member.id] : []));
  const members = inGroup(group, 'user');
  const nested = inGroup(group, 'group');
  if (what === 'join') tenant.addMember(group, user);
  if (what === 'leave' && members.length > 0) tenant.removeMember(group, at(members, a));
  if (what === 'move' && members.length > 0) {
    tenant.removeMember(group, at(members, a));
    tenant.addMember(at(groups, a), at(members, a));
  }
  if (what === 'nest' && group !== at(groups, a)) tenant.addMember(at(groups, a), group);
  if (what === 'un-nest' && nested.length > 0) tenant.removeMember(group, at(nested, a));
  if (what === 'new group') {
    const { id } = tenant.createGroup({ displayName: `group ${a}` });
    tenant.addMember(id, user);
    tenant.addMember(id, other);
    tenant.addMember(b % 2 === 0 ? own : group, id);
  }
  // Groups that the settings name are found by their name once; renaming those has tests of its own.
  const isNamed = group === own || tenant.group(group)?.displayName === 'Kept';
  if (what === 'rename group' && !isNamed) {
    tenant.updateGroup(group, { displayName: `renamed ${a}` });
  }
  if (what === 'delete group' && !isNamed) tenant.deleteGroup(group);
  const deletedGroups = tenant.groupTable.all().flatMap((one) => (one.deleted ? [one.id] : []));
  const deletedGroup = at(deletedGroups.toSorted(), a);
  if (what === 'purge group' && deletedGroup !== '') tenant.purgeGroup(deletedGroup);
  if (what === 'set manager') tenant.setManager(user, other);
  if (what === 'move manager') tenant.setManager(user, at(users, a + b));
  if (what === 'clear manager') tenant.setManager(user, null);
  if (what === 'change')
    tenant.updateUser(user, { jobTitle: `title ${b % 5}`, mail: `m${b}@x.example` });
  if (what === 'clear') tenant.updateUser(user, { jobTitle: null, department: null });
  if (what === 'disable') tenant.updateUser(user, { accountEnabled: false });
  if (what === 'enable') tenant.updateUser(user, { accountEnabled: true });
  if (what === 'new user') {
    const { id } = tenant.createUser({ displayName: `new ${a}` });
    if (b % 2 === 0) tenant.addMember(group, id);
    if (b % 3 === 0) tenant.setManager(id, other);
  }
  if (what === 'soft delete' && users.length > 10) tenant.deleteUser(user);
  if (what === 'restore' && deleted.length > 0) tenant.restoreUser(at(deleted, a));
  if (what === 'purge' && deleted.length > 0) tenant.purgeUser(at(deleted, a));
}

/** Ways to be that the facts leave open and that a delta read must bear. */
export const anyDeltaBehaviour = fc.record({
  deltaPageSize: fc.constantFrom(1, 3, 200),
  memberSlice: fc.constantFrom(1, 2, 1000),
  emptyPages: fc.boolean(),
  deltaRepeats: fc.boolean(),
  removedLinkReason: fc.constantFrom<'deleted' | 'changed'>('deleted', 'changed'),
  replacedManager: fc.constantFrom<'both' | 'new-only'>('both', 'new-only'),
  absentManager: fc.constantFrom<'omitted' | 'null'>('omitted', 'null'),
  deltaTokenLatest: fc.constantFrom<'ok' | 'refused'>('ok', 'refused'),
  shuffleBatch: fc.boolean(),
});
