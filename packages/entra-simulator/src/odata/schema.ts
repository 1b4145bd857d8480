import type { ObjectKind } from '../tenant/directory-object.ts';

/** What Graph knows about a property of a type. */
export interface Property {
  readonly name: string;
  /** Shown without `$select`. */
  readonly shown: boolean;
  readonly collection: boolean;
  /** Which filters it takes: by default, only by the advanced query, or none. */
  readonly filter: 'default' | 'advanced' | 'none';
  /** Not available from a collection: 501. */
  readonly singleOnly: boolean;
  /** The application permission the property needs besides. */
  readonly needs: string | undefined;
}

/** The properties of a type by name in lower case. */
export type Schema = ReadonlyMap<string, Property>;

interface Listing {
  shown: string;
  more: string;
  collections?: string;
  filtered: string;
  advanced?: string;
  single?: string;
  needs?: Record<string, string>;
}

function words(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(' ');
}

function schema(listing: Listing): Schema {
  const collections = new Set(words(listing.collections));
  const filtered = new Set(words(listing.filtered));
  const advanced = new Set(words(listing.advanced));
  const single = new Set(words(listing.single));
  const shown = words(listing.shown);
  const all = [...shown, ...words(listing.more), ...single, ...Object.keys(listing.needs ?? {})];
  return new Map(
    all.map((name) => {
      const filter = filtered.has(name) ? 'default' : advanced.has(name) ? 'advanced' : 'none';
      const property: Property = {
        name,
        shown: shown.includes(name),
        collection: collections.has(name),
        filter,
        singleOnly: single.has(name),
        needs: listing.needs?.[name],
      };
      return [name.toLowerCase(), property];
    }),
  );
}

const user = schema({
  shown:
    'businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName id',
  more: 'accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo city companyName consentProvidedForMinor country createdDateTime creationType customSecurityAttributes deletedDateTime department employeeHireDate employeeId employeeOrgData employeeType externalUserState externalUserStateChangeDateTime faxNumber identities imAddresses isManagementRestricted isResourceAccount lastPasswordChangeDateTime legalAgeGroupClassification licenseAssignmentStates mailNickname onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName otherMails passwordPolicies passwordProfile postalCode preferredDataLocation provisionedPlans proxyAddresses securityIdentifier serviceProvisioningErrors showInAddressList signInSessionsValidFromDateTime state streetAddress usageLocation userType',
  collections:
    'businessPhones assignedLicenses assignedPlans identities imAddresses licenseAssignmentStates onPremisesProvisioningErrors otherMails provisionedPlans proxyAddresses serviceProvisioningErrors',
  filtered:
    'id accountEnabled assignedLicenses city country createdDateTime department displayName employeeId givenName jobTitle mail mailNickname onPremisesImmutableId onPremisesSyncEnabled otherMails proxyAddresses state surname usageLocation userPrincipalName userType identities',
  advanced:
    'businessPhones companyName creationType employeeHireDate employeeType externalUserState faxNumber mobilePhone officeLocation onPremisesSamAccountName onPremisesExtensionAttributes postalCode preferredLanguage streetAddress',
  single:
    'aboutMe birthday hireDate interests mailboxSettings mySite pastProjects preferredName responsibilities schools skills',
  needs: {
    signInActivity: 'AuditLog.Read.All',
    employeeLeaveDateTime: 'User-LifeCycleInfo.Read.All',
    customSecurityAttributes: 'CustomSecAttributeAssignment.Read.All',
  },
});

const group = schema({
  shown:
    'id deletedDateTime classification createdDateTime creationOptions description displayName expirationDateTime groupTypes isAssignableToRole mail mailEnabled mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled preferredDataLocation preferredLanguage proxyAddresses renewedDateTime resourceBehaviorOptions resourceProvisioningOptions securityEnabled securityIdentifier theme uniqueName visibility onPremisesProvisioningErrors serviceProvisioningErrors',
  more: 'assignedLabels assignedLicenses hasMembersWithLicenseErrors infoCatalogs isManagementRestricted',
  collections:
    'groupTypes creationOptions proxyAddresses resourceBehaviorOptions resourceProvisioningOptions onPremisesProvisioningErrors serviceProvisioningErrors assignedLabels assignedLicenses infoCatalogs',
  filtered:
    'id createdDateTime displayName groupTypes mail mailEnabled mailNickname onPremisesSyncEnabled proxyAddresses securityEnabled uniqueName visibility',
  advanced: 'description isAssignableToRole membershipRuleProcessingState',
  single:
    'accessType allowExternalSenders autoSubscribeNewMembers hideFromAddressLists hideFromOutlookClients isSubscribedByMail unseenCount',
});

const thing = (shown: string): Schema =>
  schema({
    shown: `id displayName ${shown}`,
    more: 'deletedDateTime createdDateTime',
    filtered: 'id displayName',
  });

/** The schema of each type. */
export const schemas: Readonly<Record<ObjectKind, Schema>> = {
  user,
  group,
  orgContact: thing('companyName department givenName jobTitle mail mailNickname surname'),
  device: thing('accountEnabled deviceId operatingSystem operatingSystemVersion'),
  servicePrincipal: thing(
    'accountEnabled appId appDisplayName description homepage loginUrl servicePrincipalType',
  ),
  somethingNew: thing(''),
};

/** What User.ReadBasic.All shows of a user. */
export const basicProfile: ReadonlySet<string> = new Set([
  'id',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'userPrincipalName',
  'securityIdentifier',
]);

/** The type of an object as annotations name it. */
export function typeName(kind: ObjectKind): string {
  return `#microsoft.graph.${kind}`;
}
