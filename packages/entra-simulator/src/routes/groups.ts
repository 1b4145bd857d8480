import type { Answer } from '../exchange.ts';
import { GraphError, notFound, requestDenied, unsupportedQuery } from '../graph-error.ts';
import { parseExpand } from '../odata/expand.ts';
import { idsOf } from '../odata/filter.ts';
import { contextOf, countOf, list, sourceOf, type Listing, type Source } from '../odata/listing.ts';
import { selectOf, selectOfAny } from '../odata/select.ts';
import { show } from '../odata/show.ts';
import type { Entity } from '../tenant/directory-object.ts';
import type { Group } from '../tenant/groups.ts';
import type { MemberKey } from '../tenant/membership.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { Call } from '../world.ts';
import { answerObjects, castOf } from './objects.ts';
import { reply, replyCount } from './reply.ts';

/** The most objects that an expanded relation shows. */
const mostExpanded = 20;

function groupAt(call: Call, id: string): Group {
  const group = call.tenant.groupTable.byId(id);
  if (group === undefined || group.deleted) throw notFound(id);
  return group;
}

function showGroup(call: Call, single: boolean): (group: Entity) => Record<string, unknown> {
  const properties = selectOf('group', call.query.select, single, call.access.holds);
  const audience = { access: call.access, nulls: call.behaviour.nullsWithoutPermission };
  return (group) => show(group, { properties: () => properties, typed: false }, audience);
}

function groupsListing(call: Call): Listing {
  if (call.query.expand !== undefined) expandedMembers(call);
  const showOne = showGroup(call, false);
  const groups = call.tenant.groupTable.live();
  return {
    kind: 'group',
    context: contextOf('groups', call.query.select),
    source: sourceOf(groups.map((group) => group.entity())),
    narrowed: (filter) => {
      const ids = idsOf(filter);
      if (ids === undefined) return undefined;
      const wanted = new Set(ids.map((id) => id.toLowerCase()));
      return sourceOf(groups.filter(({ id }) => wanted.has(id)).map((group) => group.entity()));
    },
    show: showOne,
  };
}

function expandedMembers(call: Call): (group: Group) => unknown[] {
  const expand = parseExpand(call.query.expand ?? '');
  if (expand.relation !== 'members') {
    throw new GraphError(
      400,
      'ExpandNotSupported',
      `Expand is not allowed for property '${expand.relation}' according to the entity schema.`,
    );
  }
  call.access.needMemberships();
  const properties = selectOfAny(expand.select, call.access.holds);
  const audience = { access: call.access, nulls: true };
  return (group) => {
    const shown: unknown[] = [];
    for (const [entity] of direct(call.tenant, group, true).from(0)) {
      if (shown.length === mostExpanded) break;
      shown.push(show(entity, { properties, typed: true }, audience));
    }
    return shown;
  };
}

function answerGroup(call: Call, group: Group): Answer {
  const shown = showGroup(call, true)(group.entity());
  if (call.query.expand !== undefined) shown['members'] = expandedMembers(call)(group);
  const context = `${call.url}/v1.0/$metadata#${contextOf('groups', call.query.select)}/$entity`;
  return reply({ '@odata.context': context, ...shown });
}

function direct(tenant: Tenant, group: Group, servicePrincipals: boolean): Source {
  return {
    *from(place) {
      for (const [key, next] of group.membership.from(place)) {
        const entity = tenant.entityOf(key);
        if (entity === undefined) continue;
        if (entity.kind !== 'servicePrincipal' || servicePrincipals) yield [entity, next];
      }
    },
  };
}

function transitive(tenant: Tenant, group: Group): Source {
  return {
    *from(place) {
      let at = 0;
      for (const key of tenant.transitiveKeys(group)) {
        at += 1;
        if (at <= place) continue;
        const entity: Entity | undefined = tenant.entityOf(key satisfies MemberKey);
        if (entity !== undefined) yield [entity, at];
      }
    },
  };
}

function hiddenFrom(call: Call, group: Group): boolean {
  return (
    group.fields.visibility === 'HiddenMembership' &&
    !call.access.holds('Member.Read.Hidden', 'Directory.Read.All', 'Directory.ReadWrite.All')
  );
}

function answerMembers(
  call: Call,
  group: Group,
  walk: 'direct' | 'transitive',
  rest: readonly string[],
): Answer | undefined {
  call.access.needMemberships();
  const { hiddenMembership, servicePrincipalMembers, castNeedsAdvanced } = call.behaviour;
  if (castOf(rest[0]) === 'group' && group.fields.groupTypes.includes('Unified'))
    throw unsupportedQuery();
  const hidden = hiddenFrom(call, group);
  if (hidden && hiddenMembership === 'forbidden') throw requestDenied();
  const members =
    walk === 'direct'
      ? direct(call.tenant, group, servicePrincipalMembers === 'listed')
      : transitive(call.tenant, group);
  const source = hidden && hiddenMembership === 'empty' ? sourceOf([]) : members;
  return answerObjects(call, { source, rest, hidden, castNeedsAdvanced });
}

/** Answers `/groups` and everything below it but delta; `undefined` for what is not there. */
export function answerGroups(call: Call): Answer | undefined {
  const [, which, relation, ...rest] = call.segments;
  call.access.needReading('group');
  if (which === undefined) return answerList(call);
  if (which === '$count') return replyCount(countOf(call, groupsListing(call)));
  const group = groupAt(call, which);
  if (relation === undefined) return answerGroup(call, group);
  const lower = relation.toLowerCase();
  if (lower === 'members') return answerMembers(call, group, 'direct', rest);
  if (lower === 'transitivemembers') return answerMembers(call, group, 'transitive', rest);
  if (lower !== 'memberof') return undefined;
  call.access.needMemberships();
  const around = call.tenant.groupTable.holding(group.id).map((one) => one.entity());
  return answerObjects(call, { source: sourceOf(around), rest });
}

function answerList(call: Call): Answer {
  const listing = groupsListing(call);
  if (call.query.expand === undefined) return reply(list(call, listing));
  const members = expandedMembers(call);
  const expanded = (entity: Entity) => {
    const group = call.tenant.groupTable.byId(entity.id);
    return Object.assign(Object(listing.show(entity)), {
      members: group === undefined ? [] : members(group),
    });
  };
  return reply(list(call, { ...listing, show: expanded }));
}
