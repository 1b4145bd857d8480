import type { UserProfile } from '../directory/person.ts';
import { userProfile } from '../directory/person.ts';
import type { ChangeListed } from '../store/search.ts';
import type { PersonRow } from '../store/store.ts';
import { holdsPhones, namesPhones, withoutPhonesIn } from './phones.ts';
import type { Viewer } from './principal.ts';

/** Somebody as a page may show them. */
export interface ShownPerson extends UserProfile {
  readonly status: PersonRow['status'];
  /** ISO 8601, UTC. */
  readonly statusSince: string;
  readonly deletedReason: PersonRow['deletedReason'];
  readonly supervisorId: string | null;
  readonly supervisorName: string | null;
}

type May = Pick<Viewer, 'may'>;

/** Whether a viewer sees an attribute, by Graph's name. Phone numbers are for those who manage. */
export const sees = ({ may }: May, attribute: string): boolean =>
  may === 'manage' || !namesPhones(attribute);

/** The one way from a row to a page: without what the viewer may not see. */
export function shownPerson(row: PersonRow, viewer: May): ShownPerson {
  const { status, statusSince, deletedReason, supervisorId } = row;
  const { mobilePhone, businessPhones, attributes, ...profile } = userProfile(
    row.id,
    row.values,
    row.extra,
  );
  return {
    ...profile,
    mobilePhone: sees(viewer, 'mobilePhone') ? mobilePhone : null,
    businessPhones: sees(viewer, 'businessPhones') ? businessPhones : [],
    attributes: viewer.may === 'manage' ? attributes : withoutPhonesIn(attributes),
    status,
    statusSince,
    deletedReason,
    supervisorId,
    supervisorName: row.supervisorDisplayName ?? row.supervisorUserPrincipalName,
  };
}

/** A change as a page may show it. */
export interface ShownChange extends ChangeListed {
  /** That it happened may be seen, but not its values. */
  readonly hidden: boolean;
}

/** A change without values that the viewer may not see. */
export function shownChange(change: ChangeListed, viewer: May): ShownChange {
  const { attribute, newValue, oldValue } = change;
  const hidden =
    attribute !== null &&
    viewer.may !== 'manage' &&
    (namesPhones(attribute) || holdsPhones(oldValue) || holdsPhones(newValue));
  return { ...change, hidden, ...(hidden ? { oldValue: null, newValue: null } : {}) };
}

/** What somebody is called: the first of their names that says anything. */
export function called(
  person: Pick<UserProfile, 'id' | 'displayName' | 'userPrincipalName'>,
): string {
  const names = [person.displayName, person.userPrincipalName];
  return names.find((text) => text !== null && text.trim() !== '') ?? person.id;
}
