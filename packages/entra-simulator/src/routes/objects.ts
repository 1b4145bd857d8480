import { expandOfUsers } from '../odata/expand.ts';
import { contextOf, countOf, list, type Source } from '../odata/listing.ts';
import { selectOf, selectOfAny } from '../odata/select.ts';
import { show, showHidden, type Showing } from '../odata/show.ts';
import { unsupportedQuery } from '../graph-error.ts';
import type { Answer } from '../exchange.ts';
import type { Entity, ObjectKind } from '../tenant/directory-object.ts';
import type { Call } from '../world.ts';
import { withRelated } from './related.ts';
import { reply, replyCount } from './reply.ts';

/** A collection of objects of any type, such as the members of a group. */
export interface Objects {
  readonly source: Source;
  /** The segments after the collection: a cast, `$count`, or both. */
  readonly rest: readonly string[];
  /** Show types and ids only. */
  readonly hidden?: boolean;
  /** The cast needs the advanced query under some behaviours. */
  readonly castNeedsAdvanced?: boolean;
}

const kinds: readonly ObjectKind[] = ['user', 'group', 'orgContact', 'device', 'servicePrincipal'];

/** The type of a cast segment, or `undefined` when it is none. */
export function castOf(segment: string | undefined): ObjectKind | undefined {
  const lower = segment?.toLowerCase();
  return kinds.find((kind) => lower === `microsoft.graph.${kind}`.toLowerCase());
}

function only(source: Source, kind: ObjectKind): Source {
  return {
    *from(place) {
      for (const item of source.from(place)) if (item[0].kind === kind) yield item;
    },
  };
}

function showingOf(call: Call, cast: ObjectKind | undefined): Showing {
  const { select } = call.query;
  if (cast === undefined)
    return { properties: selectOfAny(select, call.access.holds), typed: true };
  const properties = selectOf(cast, select, false, call.access.holds);
  return { properties: () => properties, typed: false };
}

/** Answers a collection of mixed objects, with or without a cast, or its count. */
export function answerObjects(call: Call, objects: Objects): Answer | undefined {
  const [first, second] = objects.rest;
  const cast = castOf(first);
  const counts = (cast === undefined ? first : second) === '$count';
  if (objects.rest.length > (cast === undefined ? 0 : 1) + (counts ? 1 : 0)) return undefined;
  if (cast !== undefined && objects.castNeedsAdvanced === true && !call.query.advanced && !counts) {
    throw unsupportedQuery();
  }
  const showing = showingOf(call, cast);
  const audience = { access: call.access, nulls: call.behaviour.nullsWithoutPermission };
  const showOne = (entity: Entity) =>
    objects.hidden === true ? showHidden(entity) : show(entity, showing, audience);
  // Of the relations of a mixed collection nothing is known; a cast to users has theirs.
  const expand = cast === 'user' ? expandOfUsers(call.query, call.behaviour, false) : undefined;
  const related = expand === undefined ? undefined : withRelated(call, expand);
  const listing = {
    kind: cast ?? ('directoryObject' as const),
    context: contextOf(cast === undefined ? 'directoryObjects' : `${cast}s`, call.query.select),
    source: cast === undefined ? objects.source : only(objects.source, cast),
    show: (entity: Entity) =>
      related === undefined ? showOne(entity) : related(entity, showOne(entity)),
  };
  return counts ? replyCount(countOf(call, listing)) : reply(list(call, listing));
}
