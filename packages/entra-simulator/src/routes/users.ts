import type { Answer } from '../exchange.ts';
import { notFound } from '../graph-error.ts';
import { expandOfUsers } from '../odata/expand.ts';
import { beginningsOf, idsOf, type Filter } from '../odata/filter.ts';
import { contextOf, countOf, list, sourceOf, type Listing, type Source } from '../odata/listing.ts';
import { propertyOf, selectOf } from '../odata/select.ts';
import { schemas } from '../odata/schema.ts';
import { show } from '../odata/show.ts';
import type { Entity } from '../tenant/directory-object.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { UserEntity } from '../tenant/users.ts';
import type { Call } from '../world.ts';
import { answerObjects } from './objects.ts';
import { relatedTo, withRelated } from './related.ts';
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
