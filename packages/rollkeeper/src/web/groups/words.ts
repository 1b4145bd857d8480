import type { Group } from '../../directory/person.ts';

/** What kind of group Entra calls it. */
export function kindOf({ groupTypes, securityEnabled, mailEnabled }: Group): string {
  const kind = groupTypes.includes('Unified')
    ? 'Microsoft 365'
    : securityEnabled === true
      ? mailEnabled === true
        ? 'mail-enabled security'
        : 'security'
      : 'distribution';
  return groupTypes.includes('DynamicMembership') ? `${kind}, dynamic` : kind;
}
