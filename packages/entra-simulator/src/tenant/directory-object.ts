/** The kinds of objects that a group can hold. `somethingNew` stands for a type no client knows yet. */
export type ObjectKind =
  | 'user'
  | 'group'
  | 'orgContact'
  | 'device'
  | 'servicePrincipal'
  | 'somethingNew';

/** An object of the directory, its properties read one at a time so that a page costs what it shows. */
export interface Entity {
  readonly id: string;
  readonly kind: ObjectKind;
  /** `undefined`: never set; `null`: set to null, or shown as null. */
  read(property: string): unknown;
  /** Whether the property was given a value, null included. */
  isSet(property: string): boolean;
}

/** The writable attributes of a user. */
export interface DirectoryUser {
  id: string;
  userPrincipalName: string;
  displayName: string | null;
  givenName: string | null;
  surname: string | null;
  mail: string | null;
  jobTitle: string | null;
  department: string | null;
  companyName: string | null;
  officeLocation: string | null;
  employeeId: string | null;
  employeeType: string | null;
  employeeHireDate: string | null;
  mobilePhone: string | null;
  businessPhones: readonly string[];
  accountEnabled: boolean | null;
  userType: string | null;
  createdDateTime: string | null;
  deletedDateTime: string | null;
  city: string | null;
  state: string | null;
  country: string | null;
  postalCode: string | null;
  streetAddress: string | null;
  usageLocation: string | null;
  preferredLanguage: string | null;
  mailNickname: string | null;
  otherMails: readonly string[];
  proxyAddresses: readonly string[];
  assignedLicenses: readonly { skuId: string; disabledPlans: readonly string[] }[];
  onPremisesExtensionAttributes: Readonly<Record<string, string | null>> | null;
  onPremisesSyncEnabled: boolean | null;
  onPremisesImmutableId: string | null;
  onPremisesSamAccountName: string | null;
  creationType: string | null;
  externalUserState: string | null;
  [extension: `extension_${string}`]: unknown;
}

/** The attributes of a group. */
export interface DirectoryGroup {
  id: string;
  displayName: string;
  description: string | null;
  mail: string | null;
  mailNickname: string;
  mailEnabled: boolean;
  securityEnabled: boolean;
  groupTypes: readonly string[];
  visibility: string | null;
  createdDateTime: string;
  deletedDateTime: string | null;
  isAssignableToRole: boolean | null;
  onPremisesSyncEnabled: boolean | null;
  membershipRule: string | null;
  membershipRuleProcessingState: string | null;
  uniqueName: string | null;
}

/** A contact, a device, a service principal, or something new: a name and a few fields. */
export interface DirectoryThing {
  id: string;
  displayName: string | null;
  [property: string]: unknown;
}

/** An entity over a plain record. */
export class RecordEntity implements Entity {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #cleared: ReadonlySet<string>;

  /** `cleared` names what was set to null, unlike what never had a value. */
  constructor(
    kind: ObjectKind,
    id: string,
    record: object,
    cleared: ReadonlySet<string> = new Set(),
  ) {
    this.#cleared = cleared;
    this.kind = kind;
    this.id = id;
    this.#record = { ...record };
  }

  read(property: string): unknown {
    return this.#record[property];
  }

  isSet(property: string): boolean {
    const value = this.#record[property];
    return this.#cleared.has(property) || (value !== undefined && value !== null);
  }
}
