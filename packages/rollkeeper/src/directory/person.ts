import type { Kept } from './attribute.ts';
import { groupAttributes, userAttributes } from './attribute.ts';
import type { ObjectId, Reason } from './statement.ts';

/** A user's kept attributes under Graph's names. https://learn.microsoft.com/graph/api/resources/user */
export interface UserProfile {
  readonly id: ObjectId;
  readonly userPrincipalName: string | null;
  readonly displayName: string | null;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly mail: string | null;
  readonly jobTitle: string | null;
  readonly department: string | null;
  readonly companyName: string | null;
  readonly officeLocation: string | null;
  readonly employeeId: string | null;
  readonly mobilePhone: string | null;
  readonly businessPhones: readonly string[];
  readonly accountEnabled: boolean | null;
  readonly userType: string | null;
  readonly createdDateTime: string | null;
  /** Extra attributes (`MSGRAPH_EXTRA_ATTRIBUTES`), as Graph gave them. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A supervisor, as far as a link names them. */
export interface Supervisor {
  readonly id: ObjectId;
  readonly userPrincipalName: string | null;
  readonly displayName: string | null;
}

/** A person as the database keeps them. */
export interface Person extends UserProfile {
  readonly inScope: boolean;
  /** "May this person in?" is `active`. */
  readonly status: 'active' | 'disabled' | 'left' | 'deleted' | 'outside';
  /** ISO 8601, UTC. */
  readonly statusSince: string;
  readonly deletedReason: Reason | null;
  readonly supervisor: Supervisor | null;
}

/** A group as the database keeps it. https://learn.microsoft.com/graph/api/resources/group */
export interface Group {
  readonly id: ObjectId;
  readonly displayName: string | null;
  readonly description: string | null;
  readonly mail: string | null;
  readonly mailNickname: string | null;
  readonly securityEnabled: boolean | null;
  readonly mailEnabled: boolean | null;
  readonly groupTypes: readonly string[];
  readonly visibility: string | null;
  readonly createdDateTime: string | null;
  readonly onPremisesSyncEnabled: boolean | null;
}

/** `values` in the order of `userAttributes`; `extra` a JSON object or null. */
export function userProfile(
  id: ObjectId,
  values: readonly Kept[],
  extra: string | null,
): UserProfile {
  const kept = reader(
    userAttributes.map(({ name }) => name),
    values,
  );
  return {
    id,
    userPrincipalName: kept.text('userPrincipalName'),
    displayName: kept.text('displayName'),
    givenName: kept.text('givenName'),
    surname: kept.text('surname'),
    mail: kept.text('mail'),
    jobTitle: kept.text('jobTitle'),
    department: kept.text('department'),
    companyName: kept.text('companyName'),
    officeLocation: kept.text('officeLocation'),
    employeeId: kept.text('employeeId'),
    mobilePhone: kept.text('mobilePhone'),
    businessPhones: kept.list('businessPhones'),
    accountEnabled: kept.flag('accountEnabled'),
    userType: kept.text('userType'),
    createdDateTime: kept.text('createdDateTime'),
    attributes: readExtra(extra),
  };
}

/** `values` in the order of `groupAttributes`. */
export function groupProfile(id: ObjectId, values: readonly Kept[]): Group {
  const kept = reader(
    groupAttributes.map(({ name }) => name),
    values,
  );
  return {
    id,
    displayName: kept.text('displayName'),
    description: kept.text('description'),
    mail: kept.text('mail'),
    mailNickname: kept.text('mailNickname'),
    securityEnabled: kept.flag('securityEnabled'),
    mailEnabled: kept.flag('mailEnabled'),
    groupTypes: kept.list('groupTypes'),
    visibility: kept.text('visibility'),
    createdDateTime: kept.text('createdDateTime'),
    onPremisesSyncEnabled: kept.flag('onPremisesSyncEnabled'),
  };
}

function reader(
  names: readonly string[],
  values: readonly Kept[],
): {
  text(name: string): string | null;
  flag(name: string): boolean | null;
  list(name: string): readonly string[];
} {
  const of = (name: string): Kept => values[names.indexOf(name)] ?? null;
  return {
    text: (name) => (of(name) === null ? null : String(of(name))),
    flag: (name) => (of(name) === null ? null : of(name) === 1),
    list: (name) => {
      const items: unknown = JSON.parse(String(of(name) ?? '[]'));
      return Array.isArray(items) ? items.map(String) : [];
    },
  };
}

function readExtra(extra: string | null): Readonly<Record<string, unknown>> {
  const attributes: unknown = extra === null ? {} : JSON.parse(extra);
  return typeof attributes === 'object' && attributes !== null ? { ...attributes } : {};
}
