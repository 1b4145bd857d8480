import type { Answer } from '../exchange.ts';
import { notFound } from '../graph-error.ts';
import { expandOfUsers, type Expand } from '../odata/expand.ts';
import { beginningsOf, idsOf, type Filter } from '../odata/filter.ts';
import { contextOf, countOf, list, sourceOf, type Listing, type Source } from '../odata/listing.ts';
import { typeName } from '../odata/schema.ts';
import { propertyOf, selectOf, selectOfAny } from '../odata/select.ts';
import { schemas } from '../odata/schema.ts';
import { show } from '../odata/show.ts';
import type { Entity } from '../tenant/directory-object.ts';
import type { MemberKey } from '../tenant/membership.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { UserEntity } from '../tenant/users.ts';
import type { Call } from '../world.ts';
import { answerObjects } from './objects.ts';
import { reply, replyCount } from './reply.ts';

/** The most users of a page that shows sign-in activity. */
const signInActivityPage = 500;

function liveUsers({ roster }: Tenant): Source {
  return {
    *from(place) {
      for (let index = place; index < roster.end; index += 1) {
        if (roster.isLive(index)) yield [roster.entity(index), index + 1];
      }
    },
    total: () => roster.liveCount,
  };
}

/** Users by index, from a place on; the place of each is its index. */
function usersAmong({ roster }: Tenant, indexes: readonly number[]): Source {
  return {
    *from(place) {
      let low = 0;
      for (let high = indexes.length; low < high;) {
        const middle = (low + high) >> 1;
        if ((indexes[middle] ?? 0) < place) low = middle + 1;
        else high = middle;
      }
      for (let at = low; at < indexes.length; at += 1) {
        const index = indexes[at] ?? 0;
        if (roster.isLive(index)) yield [roster.entity(index), index + 1];
      }
    },
  };
}

function lookedUp(tenant: Tenant, filter: Filter): Source | undefined {
  if (
    filter.is === 'compare' &&
    filter.op === 'eq' &&
    filter.path.toLowerCase() === 'userprincipalname'
  ) {
    const index = tenant.roster.find(String(filter.to));
    return sourceOf(
      index === undefined || !tenant.roster.isLive(index) ? [] : [tenant.roster.entity(index)],
    );
  }
  const beginnings = beginningsOf(filter, 'userPrincipalName');
  if (beginnings !== undefined) return usersAmong(tenant, tenant.roster.candidates(beginnings));
  const ids = idsOf(filter);
  if (ids === undefined) return undefined;
  const indexes = new Set(ids.map((id) => tenant.roster.indexOfId(id)));
  const found = [...indexes].filter((index) => index !== undefined);
  return sourceOf(
    found
      .filter((index) => tenant.roster.isLive(index))
      .map((index) => tenant.roster.entity(index)),
  );
}

function showUser(call: Call, single: boolean): (user: Entity) => Record<string, unknown> {
  const properties = selectOf('user', call.query.select, single, call.access.holds);
  const audience = { access: call.access, nulls: call.behaviour.nullsWithoutPermission };
  const showing = { properties: () => properties, typed: false };
  return (user) => show(user, showing, audience);
}

function managerShown(call: Call, expand: Expand): (manager: Entity) => Record<string, unknown> {
  const properties = selectOfAny(expand.select, call.access.holds);
  const audience = { access: call.access, nulls: true };
  return (manager) => ({
    ...show(manager, { properties, typed: true }, audience),
    '@odata.type': typeName(manager.kind),
    id: manager.id,
  });
}

function withManager(
  call: Call,
  expand: Expand,
): (user: Entity, shown: Record<string, unknown>) => unknown {
  const showOne = managerShown(call, expand);
  const chain = (
    user: Entity,
    left: number,
    seen: ReadonlySet<string>,
  ): Record<string, unknown> | undefined => {
    const index = call.tenant.roster.indexOfId(user.id);
    const manager = index === undefined ? undefined : call.tenant.managerOf(index);
    if (manager === undefined) return undefined;
    const shown = showOne(manager);
    if (left <= 1 || manager.kind !== 'user' || seen.has(manager.id)) return shown;
    const above = chain(manager, left - 1, new Set([...seen, manager.id]));
    return above === undefined ? shown : { ...shown, manager: above };
  };
  return (user, shown) => {
    const manager = chain(user, expand.levels, new Set([user.id]));
    if (manager !== undefined) shown['manager'] = manager;
    else if (call.behaviour.absentManager === 'null') shown['manager'] = null;
    return shown;
  };
}

function withRelated(
  call: Call,
  expand: Expand,
): (user: Entity, shown: Record<string, unknown>) => unknown {
  if (expand.relation === 'manager') return withManager(call, expand);
  const properties = selectOfAny(expand.select, call.access.holds);
  const audience = { access: call.access, nulls: true };
  return (user, shown) => {
    const index = call.tenant.roster.indexOfId(user.id);
    const related = index === undefined ? [] : relatedTo(call.tenant, index, expand.relation);
    shown[expand.relation] = related
      .slice(0, 20)
      .map((one) => show(one, { properties, typed: true }, audience));
    return shown;
  };
}

function relatedTo(tenant: Tenant, index: number, relation: string): Entity[] {
  const lower = relation.toLowerCase();
  if (lower === 'directreports') return reports(tenant, index);
  return lower === 'memberof' ? groupsHolding(tenant, index) : groupsAround(tenant, index);
}

function reports(tenant: Tenant, index: number): Entity[] {
  return tenant
    .reportsOf(index)
    .filter((report) => tenant.roster.isLive(report))
    .map((report) => tenant.roster.entity(report));
}

function groupsHolding(tenant: Tenant, key: MemberKey): Entity[] {
  return tenant.groupTable.holding(key).map((group) => group.entity());
}

function groupsAround(tenant: Tenant, key: MemberKey): Entity[] {
  const found = new Map<string, Entity>();
  const open: MemberKey[] = [key];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const group of tenant.groupTable.holding(at)) {
      if (found.has(group.id)) continue;
      found.set(group.id, group.entity());
      open.push(group.id);
    }
  }
  return [...found.values()];
}

/** The user of a path segment; 404 that names it when there is none. */
export function userAt(call: Call, idOrUpn: string): UserEntity {
  const index = call.tenant.roster.find(idOrUpn);
  if (index === undefined || !call.tenant.roster.isLive(index)) throw notFound(idOrUpn);
  return call.tenant.roster.entity(index);
}

function usersListing(call: Call): Listing {
  const expand = expandOfUsers(call.query, call.behaviour, false);
  const showOne = showUser(call, false);
  const related = expand === undefined ? undefined : withRelated(call, expand);
  const signIn = [...(call.query.select ?? []), call.query.filter ?? ''].some((text) =>
    text.includes('signInActivity'),
  );
  return {
    kind: 'user',
    context: contextOf('users', call.query.select),
    source: liveUsers(call.tenant),
    narrowed: (filter) => lookedUp(call.tenant, filter),
    countedUpTo: call.tenant.roster.end - call.behaviour.countLag,
    show: (user) => (related === undefined ? showOne(user) : related(user, showOne(user))),
    ...(signIn ? { largestPage: signInActivityPage } : {}),
  };
}

function answerUser(call: Call, user: UserEntity): Answer {
  const expand = expandOfUsers(call.query, call.behaviour, true);
  const shown = showUser(call, true)(user);
  const body = expand === undefined ? shown : withRelated(call, expand)(user, shown);
  const context = `${call.url}/v1.0/$metadata#${contextOf('users', call.query.select)}/$entity`;
  return reply({ '@odata.context': context, ...Object(body) });
}

function answerManager(call: Call, user: UserEntity): Answer {
  const manager = call.tenant.managerOf(user.index);
  if (manager === undefined) throw notFound('manager');
  const known = call.query.select?.filter(
    (name) => propertyOf(schemas[manager.kind], name) !== undefined,
  );
  const properties = selectOf(manager.kind, known, true, call.access.holds);
  const audience = { access: call.access, nulls: true };
  const shown = show(manager, { properties: () => properties, typed: true }, audience);
  return reply({
    '@odata.context': `${call.url}/v1.0/$metadata#directoryObjects/$entity`,
    ...shown,
  });
}

/** Answers `/users` and everything below it but delta; `undefined` for what is not there. */
export function answerUsers(call: Call): Answer | undefined {
  const [, who, relation, ...rest] = call.segments;
  call.access.needReading('user');
  if (who === undefined) return reply(list(call, usersListing(call)));
  if (who === '$count') return replyCount(countOf(call, usersListing(call)));
  const user = userAt(call, who);
  if (relation === undefined) return answerUser(call, user);
  const lower = relation.toLowerCase();
  if (lower === 'manager') {
    call.access.need('User.Read.All', 'User.ReadWrite.All');
    return rest.length === 0 ? answerManager(call, user) : undefined;
  }
  if (!['memberof', 'transitivememberof', 'directreports'].includes(lower)) return undefined;
  if (lower !== 'directreports') call.access.needMemberships();
  return answerObjects(call, {
    source: sourceOf(relatedTo(call.tenant, user.index, relation)),
    rest,
  });
}
