/** The application permission that a path asks for, by the first line that fits. */
const table: readonly (readonly [path: RegExp, permission: string])[] = [
  [/signInActivity/u, 'AuditLog.Read.All'],
  [/customSecurityAttributes/u, 'CustomSecAttributeAssignment.Read.All'],
  [/employeeLeaveDateTime/u, 'User-LifeCycleInfo.Read.All'],
  [/^\/subscriptions/u, 'Group.Read.All'],
  [/^\/directory\/deletedItems\/microsoft\.graph\.group/iu, 'Group.Read.All'],
  [/^\/directory\/deletedItems/iu, 'User.Read.All'],
  [/^\/directoryObjects/iu, 'Directory.Read.All'],
  [/^\/servicePrincipals/iu, 'Application.Read.All'],
  [/^\/contacts/iu, 'OrgContact.Read.All'],
  [/^\/groups/iu, 'GroupMember.Read.All'],
  [/^\/users\/[^/?]+\/(?:transitive)?memberOf/iu, 'GroupMember.Read.All'],
  [/^\/(?:users|organization)/iu, 'User.Read.All'],
];

/**
 * The least application permission for a path under the service root; null: not known.
 * https://learn.microsoft.com/graph/permissions-reference
 */
export function permissionFor(path: string): string | null {
  return table.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** Whether the path reads members, which may be hidden: then Member.Read.Hidden is needed as well. */
export function readsMembers(path: string): boolean {
  return /^\/groups\/[^/?]+\/(?:transitive)?members/iu.test(path);
}
