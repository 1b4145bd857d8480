import type { DirectoryUser } from './directory-object.ts';
import type { UserEntity } from './users.ts';

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function extensionAttributes(value: unknown): Readonly<Record<string, string | null>> | null {
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [name, held === null ? null : String(held)]),
  );
}

function licences(value: unknown): DirectoryUser['assignedLicenses'] {
  if (!Array.isArray(value)) return [];
  return value.map((one) => {
    const fields = new Map<string, unknown>(Object.entries(Object(one)));
    return {
      skuId: String(fields.get('skuId')),
      disabledPlans: texts(fields.get('disabledPlans')),
    };
  });
}

function extensions(
  user: UserEntity,
  names: Iterable<string>,
): Record<`extension_${string}`, unknown> {
  const found: Record<`extension_${string}`, unknown> = {};
  for (const name of names) {
    if (name.startsWith('extension_'))
      found[`extension_${name.slice('extension_'.length)}`] = user.read(name);
  }
  return found;
}

/** Every attribute of a user at once, as a record apart from the directory. */
export function wholeUser(user: UserEntity, written: Iterable<string>): DirectoryUser {
  const text = (name: string): string | null => {
    const value = user.read(name);
    return typeof value === 'string' ? value : null;
  };
  const flag = (name: string): boolean | null => {
    const value = user.read(name);
    return typeof value === 'boolean' ? value : null;
  };
  return {
    id: user.id,
    userPrincipalName: text('userPrincipalName') ?? '',
    displayName: text('displayName'),
    givenName: text('givenName'),
    surname: text('surname'),
    mail: text('mail'),
    jobTitle: text('jobTitle'),
    department: text('department'),
    companyName: text('companyName'),
    officeLocation: text('officeLocation'),
    employeeId: text('employeeId'),
    employeeType: text('employeeType'),
    employeeHireDate: text('employeeHireDate'),
    mobilePhone: text('mobilePhone'),
    businessPhones: texts(user.read('businessPhones')),
    accountEnabled: flag('accountEnabled'),
    userType: text('userType'),
    createdDateTime: text('createdDateTime'),
    deletedDateTime: text('deletedDateTime'),
    city: text('city'),
    state: text('state'),
    country: text('country'),
    postalCode: text('postalCode'),
    streetAddress: text('streetAddress'),
    usageLocation: text('usageLocation'),
    preferredLanguage: text('preferredLanguage'),
    mailNickname: text('mailNickname'),
    otherMails: texts(user.read('otherMails')),
    proxyAddresses: texts(user.read('proxyAddresses')),
    assignedLicenses: licences(user.read('assignedLicenses')),
    onPremisesExtensionAttributes: extensionAttributes(user.read('onPremisesExtensionAttributes')),
    onPremisesSyncEnabled: flag('onPremisesSyncEnabled'),
    onPremisesImmutableId: text('onPremisesImmutableId'),
    onPremisesSamAccountName: text('onPremisesSamAccountName'),
    creationType: text('creationType'),
    externalUserState: text('externalUserState'),
    ...extensions(user, written),
  };
}
