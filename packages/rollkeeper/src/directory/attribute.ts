/**
 * The attributes of a user that have a column of their own, in the order of the CSV export.
 * https://learn.microsoft.com/graph/api/resources/user
 */
export interface Attribute {
  /** Graph's name. */
  readonly name: string;
  /** Our column's name: the same in snake_case. */
  readonly column: string;
  /** `list` is kept as a JSON array of strings, `boolean` as 0 or 1, the rest as Graph's text. */
  readonly type: 'text' | 'boolean' | 'list';
}

const attribute = (name: string, type: Attribute['type'] = 'text'): Attribute => ({
  name,
  column: name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`),
  type,
});

export const userAttributes: readonly Attribute[] = [
  attribute('userPrincipalName'),
  attribute('displayName'),
  attribute('givenName'),
  attribute('surname'),
  attribute('mail'),
  attribute('jobTitle'),
  attribute('department'),
  attribute('companyName'),
  attribute('officeLocation'),
  attribute('employeeId'),
  attribute('mobilePhone'),
  attribute('businessPhones', 'list'),
  attribute('accountEnabled', 'boolean'),
  attribute('userType'),
  attribute('createdDateTime'),
];

/**
 * The attributes of a group that have a column, in the order of the CSV export.
 * https://learn.microsoft.com/graph/api/resources/group
 */
export const groupAttributes: readonly Attribute[] = [
  attribute('displayName'),
  attribute('description'),
  attribute('mail'),
  attribute('mailNickname'),
  attribute('securityEnabled', 'boolean'),
  attribute('mailEnabled', 'boolean'),
  attribute('groupTypes', 'list'),
  attribute('visibility'),
  attribute('createdDateTime'),
  attribute('onPremisesSyncEnabled', 'boolean'),
];

/** A value as it is kept: text, a flag as 0 or 1, or null. A list is the JSON text of its array. */
export type Kept = string | number | null;
