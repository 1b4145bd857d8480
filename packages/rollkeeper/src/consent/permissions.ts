/** An application permission that Rollkeeper asks for. https://learn.microsoft.com/graph/permissions-reference */
export interface Permission {
  readonly name: string;
  readonly why: string;
  /** Needed in special cases only. */
  readonly optional: boolean;
}

export const permissions: readonly Permission[] = [
  {
    name: 'User.Read.All',
    why: 'Who the people are and who manages them; of those who are missing, whether they were deleted; which tenant this is.',
    optional: false,
  },
  {
    name: 'GroupMember.Read.All',
    why: 'Who is in the group, and in the groups inside it.',
    optional: false,
  },
  {
    name: 'Member.Read.Hidden',
    why: 'Only where the membership of the group is hidden.',
    optional: true,
  },
];

/** Permissions that include another. */
const including: Readonly<Record<string, readonly string[]>> = {
  'User.Read.All': ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  'GroupMember.Read.All': [
    'GroupMember.ReadWrite.All',
    'Group.Read.All',
    'Group.ReadWrite.All',
    'Directory.Read.All',
    'Directory.ReadWrite.All',
  ],
};

/** Whether a token's roles hold a permission, or one that includes it. */
export const holds = (roles: readonly string[], name: string): boolean =>
  [name, ...(including[name] ?? [])].some((one) => roles.includes(one));

/** What is needed in every case and not granted. */
export const missingFrom = (roles: readonly string[]): readonly string[] =>
  permissions.flatMap(({ name, optional }) => (optional || holds(roles, name) ? [] : [name]));
