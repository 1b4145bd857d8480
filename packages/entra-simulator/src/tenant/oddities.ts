import type { DirectoryUser } from './directory-object.ts';
import type { Tenant } from './tenant.ts';

type Odd = readonly [name: string, make: (tenant: Tenant, id: string) => void];

/** The first index that an odd person takes. */
const first = 10;

function written(fields: Partial<DirectoryUser>): Odd[1] {
  return (tenant, id) => void tenant.updateUser(id, fields);
}

function without(...properties: string[]): Odd[1] {
  return (tenant, id) => {
    const index = tenant.roster.find(id);
    if (index !== undefined) tenant.roster.unset(index, properties);
  };
}

function guest(tenant: Tenant, id: string): void {
  const mail = 'maria.visitor@fabrikam.example';
  tenant.updateUser(id, {
    userPrincipalName: `maria.visitor_fabrikam.example#EXT#@${tenant.verifiedDomains[0] ?? ''}`,
    displayName: 'Maria Visitor (Guest)',
    mail,
    otherMails: [mail],
    userType: 'Guest',
    creationType: 'Invitation',
    externalUserState: 'PendingAcceptance',
  });
}

function managedByOther(name: string): Odd[1] {
  return (tenant, id) => {
    const other = tenant.oddities[name];
    if (other === undefined) return;
    tenant.setManager(id, other);
    tenant.setManager(other, id);
  };
}

function managedFromOutside(tenant: Tenant, id: string): void {
  tenant.setManager(id, tenant.roster.people.id(tenant.roster.people.count - 1));
}

function managedByContact(tenant: Tenant, id: string): void {
  const contact = tenant.createContact({
    displayName: 'Yusuf Outside',
    mail: 'yusuf@adatum.example',
    companyName: 'Adatum',
  });
  tenant.oddities['contact'] = contact.id;
  tenant.setManager(id, contact.id);
}

/** The odd people by name, each written over one generated member. */
const people: readonly Odd[] = [
  ['noMail', without('mail', 'proxyAddresses')],
  ['noDisplayName', without('displayName')],
  ['guest', guest],
  ['han', written({ displayName: '王', givenName: null, surname: '王' })],
  ['emoji', written({ displayName: 'Zoë 🦉👩🏽‍🔬 Owl', givenName: 'Zoë 🦉' })],
  ['quotes', written({ displayName: `Pat "Quick" O'Hara, Jr; \\ end` })],
  ['newline', written({ displayName: 'Two\nLines\r\nThree', jobTitle: 'Line\nKeeper' })],
  ['bidirectional', written({ displayName: 'Evil \u202Etxt.exe\u202C \u2067שלום\u2069 Name' })],
  ['html', written({ displayName: '<script>alert("x")</script> & <b>Bold</b>' })],
  ['formulaEquals', written({ displayName: '=1+cmd|calc!A1', department: '=SUM(A1:A9)' })],
  ['formulaPlus', written({ displayName: '+44 Plus' })],
  ['formulaMinus', written({ displayName: '-2+3' })],
  ['formulaAt', written({ displayName: '@SUM(1)' })],
  ['formulaTab', written({ displayName: '\tTabbed' })],
  ['sameMailA', written({ mail: 'shared.desk@larkfield.example' })],
  ['sameMailB', written({ mail: 'Shared.Desk@larkfield.example' })],
  ['ownManager', (tenant, id) => tenant.setManager(id, id)],
  ['managerCycleA', () => undefined],
  ['managerCycleB', managedByOther('managerCycleA')],
  ['managerOutside', managedFromOutside],
  ['managerContact', managedByContact],
  ['disabled', written({ accountEnabled: false })],
  ['noCreatedDateTime', without('createdDateTime')],
  ['longName', written({ displayName: 'N'.repeat(255) + 'é' })],
  ['noManager', (tenant, id) => tenant.setManager(id, null)],
];

function oddGroups(tenant: Tenant): void {
  const some = (from: number, to: number) => [
    { from, to: Math.min(to, tenant.roster.people.count), step: 1 },
  ];
  tenant.oddities['duplicateGroupA'] = tenant.createGroup(
    { displayName: 'Duplicate' },
    some(0, 2),
  ).id;
  tenant.oddities['duplicateGroupB'] = tenant.createGroup(
    { displayName: 'Duplicate' },
    some(2, 4),
  ).id;
  tenant.oddities['apostropheGroup'] = tenant.createGroup(
    { displayName: "O'Neil's team" },
    some(4, 8),
  ).id;
  tenant.oddities['hiddenGroup'] = tenant.createGroup(
    {
      displayName: 'Quiet committee',
      groupTypes: ['Unified'],
      mailEnabled: true,
      securityEnabled: false,
      mail: 'quiet@larkfield.example',
      visibility: 'HiddenMembership',
    },
    some(1, 5),
  ).id;
  tenant.oddities['emptyGroup'] = tenant.createGroup({ displayName: 'Nobody yet' }).id;
}

/** Puts the odd cases into a tenant: people among the first members, a leaver, a strange member, groups. */
export function addOddities(tenant: Tenant, groupId: string, members: number): void {
  people.forEach(([name, make], at) => {
    const index = first + at;
    if (index >= members) return;
    const id = tenant.roster.people.id(index);
    tenant.oddities[name] = id;
    make(tenant, id);
  });
  const left = tenant.createUser({
    displayName: 'Lee Leaver',
    userPrincipalName: `lee.leaver@${tenant.verifiedDomains[0] ?? ''}`,
    mail: 'lee.leaver@larkfield.example',
  });
  tenant.addMember(groupId, left.id);
  tenant.deleteUser(left.id);
  tenant.oddities['softDeleted'] = left.id;
  const strange = tenant.createSomethingNew({ displayName: 'Something new' });
  tenant.addMember(groupId, strange.id);
  tenant.oddities['unknownType'] = strange.id;
  oddGroups(tenant);
}
