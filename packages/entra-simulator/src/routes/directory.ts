import type { Answer } from '../exchange.ts';
import { isRecord } from '../exchange.ts';
import { badRequest, notFound, unparsable } from '../graph-error.ts';
import { contextOf, countOf, list, sourceOf } from '../odata/listing.ts';
import { selectOf, selectOfAny } from '../odata/select.ts';
import { show } from '../odata/show.ts';
import { typeName } from '../odata/schema.ts';
import type { Entity } from '../tenant/directory-object.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { Call } from '../world.ts';
import { castOf } from './objects.ts';
import { reply, replyCount } from './reply.ts';

/** The application id of Microsoft Graph itself. */
const graphAppId = '00000003-0000-0000-c000-000000000000';

/** The id of each application permission. */
const roleIds: Readonly<Record<string, string>> = {
  'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
  'User.ReadBasic.All': '97235f07-e226-4f63-ace3-39588e11d3a1',
  'GroupMember.Read.All': '98830695-27a2-44f7-8c18-0c3ebc9698f6',
  'Group.Read.All': '5b567255-7703-4780-807c-7be8301ae99b',
  'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
  'Organization.Read.All': '498476ce-e0fe-48b0-b801-37ba7e2685c6',
  'Member.Read.Hidden': '658aa5d8-239f-45c4-aa12-864f4fc7e490',
  'Application.Read.All': '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
  'AuditLog.Read.All': 'b0afded3-3588-46d8-8b3d-9842eff778da',
  'OrgContact.Read.All': 'e1a88a34-94c4-4418-be12-c87b00e26bea',
  'Device.Read.All': '7438b122-aefc-4978-80ed-43db9fcc7715',
  'User-LifeCycleInfo.Read.All': '8556a004-db57-4d7a-8b82-97a13428e96f',
  'CustomSecAttributeAssignment.Read.All': '3b37c5a4-1226-493d-bec3-5d6c6b866f3f',
};

function deletedUsers({ roster }: Tenant): Entity[] {
  return roster.deletedIndexes().map((index) => roster.entity(index));
}

function deletedGroups({ groupTable }: Tenant): Entity[] {
  const deleted = groupTable.all().filter((group) => group.deleted);
  return deleted.map((group) => group.entity());
}

function needDeleted(call: Call, kind: 'user' | 'group'): void {
  if (kind === 'user') call.access.need('User.Read.All', 'User.ReadWrite.All');
  else call.access.need('Group.Read.All', 'Group.ReadWrite.All');
}

/** What a deleted item shows unless told otherwise includes when it was deleted. */
function deletedProperties(call: Call, kind: 'user' | 'group') {
  const usual = selectOf(kind, call.query.select, false, call.access.holds);
  if (call.query.select !== undefined || kind === 'group') return usual;
  return [...usual, ...selectOf(kind, ['deletedDateTime'], false, call.access.holds)];
}

/** A security group in the deleted items is said not to be one, which only its types tell otherwise. */
function deletedAs(kind: 'user' | 'group', shown: Record<string, unknown>): unknown {
  return kind === 'group' && 'securityEnabled' in shown
    ? { ...shown, securityEnabled: false }
    : shown;
}

function listDeleted(call: Call, kind: 'user' | 'group', counts: boolean): Answer {
  needDeleted(call, kind);
  const properties = deletedProperties(call, kind);
  const audience = { access: call.access, nulls: call.behaviour.nullsWithoutPermission };
  const listing = {
    kind,
    context: contextOf(`${kind}s`, call.query.select),
    source: sourceOf(kind === 'user' ? deletedUsers(call.tenant) : deletedGroups(call.tenant)),
    show: (entity: Entity) =>
      deletedAs(kind, show(entity, { properties: () => properties, typed: false }, audience)),
  };
  return counts ? replyCount(countOf(call, listing)) : reply(list(call, listing));
}

/** Answers `/directory/deletedItems/…`: a cast list, or one item. */
export function answerDeletedItems(call: Call): Answer | undefined {
  const [, collection, item, count] = call.segments;
  if (collection?.toLowerCase() !== 'deleteditems') return undefined;
  if (item === undefined)
    throw unparsable('The collection of deleted items needs a cast to a type.');
  const cast = castOf(item);
  if (cast === 'user' || cast === 'group') return listDeleted(call, cast, count === '$count');
  const deleted = [...deletedUsers(call.tenant), ...deletedGroups(call.tenant)];
  const entity = deleted.find(({ id }) => id === item.toLowerCase());
  if (entity === undefined) throw notFound(item);
  const kind = entity.kind === 'user' ? 'user' : 'group';
  needDeleted(call, kind);
  const properties = deletedProperties(call, kind);
  const audience = { access: call.access, nulls: call.behaviour.nullsWithoutPermission };
  const shown = show(entity, { properties: () => properties, typed: true }, audience);
  return reply({
    '@odata.context': `${call.url}/v1.0/$metadata#directoryObjects/$entity`,
    ...shown,
  });
}

/** What a tenant without any licence has. */
const basicPlan = {
  assignedDateTime: '2020-01-01T00:00:00Z',
  capabilityStatus: 'Enabled',
  service: 'AADPremiumService',
  servicePlanId: '41781fb2-bc02-4b7c-bd55-b576c07bb09d',
};

/** Answers `/organization`, and `/organization/{id}` for the one there is. */
export function answerOrganization(call: Call): Answer {
  call.access.need('Organization.Read.All', 'User.Read.All', 'User.ReadWrite.All');
  const { id, displayName, verifiedDomains } = call.tenant;
  const whole: Record<string, unknown> = {
    id,
    displayName,
    businessPhones: [],
    city: null,
    country: null,
    countryLetterCode: 'GB',
    preferredLanguage: 'en',
    tenantType: 'AAD',
    technicalNotificationMails: [],
    assignedPlans: [basicPlan],
    verifiedDomains: verifiedDomains.map((name, at) => ({
      capabilities: 'Email, OfficeCommunicationsOnline',
      isDefault: at === 0,
      isInitial: at === verifiedDomains.length - 1,
      name,
      type: 'Managed',
    })),
  };
  const wanted = call.query.select ?? Object.keys(whole);
  const shown = Object.fromEntries(wanted.map((name) => [name, whole[name] ?? null]));
  const [, asked] = call.segments;
  const context = `${call.url}/v1.0/$metadata#organization`;
  if (asked === undefined) return reply({ '@odata.context': context, value: [shown] });
  if (asked.toLowerCase() !== id) throw notFound(asked);
  return reply({ '@odata.context': `${context}/$entity`, ...shown });
}

/** Answers `POST /directoryObjects/getByIds`. */
export function answerGetByIds(call: Call): Answer {
  call.access.need();
  const body: unknown = JSON.parse(call.asked.body === '' ? '{}' : call.asked.body);
  const ids: unknown = isRecord(body) ? body['ids'] : undefined;
  if (!Array.isArray(ids) || ids.length > 1000)
    throw badRequest('Between 1 and 1000 ids are needed.');
  const properties = selectOfAny(call.query.select, call.access.holds);
  const audience = { access: call.access, nulls: true };
  const found = ids
    .map((id) => call.tenant.entityOfId(String(id)))
    .filter((one) => one !== undefined);
  const value = found.map((entity) => show(entity, { properties, typed: true }, audience));
  return reply({ '@odata.context': `${call.url}/v1.0/$metadata#directoryObjects`, value });
}

/** Answers `/servicePrincipals(appId='…')` or by id, and its `/appRoleAssignments`. */
export function answerServicePrincipals(call: Call): Answer | undefined {
  call.access.need('Application.Read.All');
  const [, who = '', relation] = call.segments;
  const { application, tenant } = call;
  const lower = who.toLowerCase();
  if (lower !== application.servicePrincipalId && lower !== `appid=${application.clientId}`) {
    const entity = tenant.entityOfId(who);
    if (entity?.kind !== 'servicePrincipal') throw notFound(who);
  }
  if (relation === undefined) {
    return reply({
      '@odata.context': `${call.url}/v1.0/$metadata#servicePrincipals/$entity`,
      '@odata.type': typeName('servicePrincipal'),
      id: application.servicePrincipalId,
      appId: application.clientId,
      displayName: 'Application under test',
      accountEnabled: true,
    });
  }
  if (relation.toLowerCase() !== 'approleassignments') return undefined;
  const value = application.permissions.map((name, at) => ({
    id: `${application.servicePrincipalId}-${at}`,
    appRoleId: roleIds[name] ?? null,
    createdDateTime: '2020-01-01T00:00:00Z',
    principalDisplayName: 'Application under test',
    principalId: application.servicePrincipalId,
    principalType: 'ServicePrincipal',
    resourceDisplayName: 'Microsoft Graph',
    resourceId: graphAppId,
  }));
  return reply({ '@odata.context': `${call.url}/v1.0/$metadata#appRoleAssignments`, value });
}
