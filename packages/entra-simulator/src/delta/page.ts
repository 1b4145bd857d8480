import { contextOf } from '../odata/listing.ts';
import { propertyOf, selectOf } from '../odata/select.ts';
import { schemas, typeName, type Property } from '../odata/schema.ts';
import type { Entity } from '../tenant/directory-object.ts';
import { mix } from '../tenant/hash.ts';
import type { Call } from '../world.ts';
import { deltaLink, nextLink, type Round } from './round.ts';

/** An entry of a page of changes. */
export type Entry = Record<string, unknown>;

/** The entries of a page, and where the next one starts; `undefined` when there is none. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly next: { readonly at: number; readonly member: number } | undefined;
}

/** The properties that a round tracks; relations are not among them. */
export function trackedProperties(call: Call, round: Round, relation: string): readonly Property[] {
  const kind = round.tracked === 'users' ? 'user' : 'group';
  if (round.select === undefined) return selectOf(kind, undefined, false, call.access.holds);
  const names = round.select.filter((name) => name.toLowerCase() !== relation);
  // Nothing but a relation selected leaves the id.
  return names.length === 0 ? [] : selectOf(kind, names, false, call.access.holds);
}

/** Whether a round tracks a relation: when selected, and `members` also when nothing is. */
export function tracksRelation(round: Round, relation: 'manager' | 'members'): boolean {
  if (round.select === undefined) return relation === 'members';
  return round.select.some((name) => name.toLowerCase() === relation);
}

/** An object in a page of changes: what was never set is absent. */
export function stated(entity: Entity, properties: readonly Property[]): Entry {
  const entry: Entry = {};
  for (const { name } of properties) {
    if (name !== 'id' && entity.isSet(name)) entry[name] = entity.read(name);
  }
  return { ...entry, id: entity.id };
}

/** The properties of a changed object that are stated: all tracked ones, or only the changed ones. */
export function statedProperties(
  call: Call,
  properties: readonly Property[],
  changed: ReadonlySet<string>,
): readonly Property[] {
  const minimal = /return\s*=\s*minimal/i.test(call.asked.headers['prefer'] ?? '');
  return minimal ? properties.filter(({ name }) => changed.has(name)) : properties;
}

/** Whether one of the changed properties is tracked. */
export function touches(properties: readonly Property[], changed: ReadonlySet<string>): boolean {
  return properties.some(({ name }) => changed.has(name));
}

/** An object that left. */
export function removed(id: string, reason: 'changed' | 'deleted'): Entry {
  return { id, '@removed': { reason } };
}

/** A link to a member or a manager. */
export function link(call: Call, id: string): Entry {
  return { '@odata.type': typeName(call.tenant.kindOfId(id)), id };
}

/** A link that went. */
export function goneLink(call: Call, id: string, purged: boolean): Entry {
  const reason = purged ? 'deleted' : call.behaviour.removedLinkReason;
  return { ...link(call, id), '@removed': { reason } };
}

/** In the order in which they were made, or in another that is the same on every page of a round. */
export function inOrder<Item>(
  { behaviour }: Call,
  { after, upTo }: Round,
  made: readonly Item[],
): readonly Item[] {
  if (behaviour.deltaOrder === 'as-made') return made;
  const placed = made.map((item, at) => ({ item, place: mix(after * 31 + upTo, at) }));
  return placed.toSorted((a, b) => a.place - b.place).map(({ item }) => item);
}

function repeated(entries: readonly Entry[]): readonly Entry[] {
  return [...entries, ...entries.filter((_, at) => at % 3 === 0)];
}

/** The body of a page: never both links, and a link even when it is empty. */
export function pageBody(call: Call, round: Round, page: () => Page): Record<string, unknown> {
  const known = round.select?.filter((name) =>
    propertyOf(schemas[round.tracked === 'users' ? 'user' : 'group'], name),
  );
  const context = `${call.url}/v1.0/$metadata#${contextOf(round.tracked, known)}`;
  if (call.behaviour.emptyPages && round.page % 3 === 1) {
    return {
      '@odata.context': context,
      '@odata.nextLink': nextLink(call, round, round.at, round.member),
      value: [],
    };
  }
  const { entries, next } = page();
  const links =
    next === undefined
      ? { '@odata.deltaLink': deltaLink(call, round) }
      : { '@odata.nextLink': nextLink(call, round, next.at, next.member) };
  return {
    '@odata.context': context,
    ...links,
    value: call.behaviour.deltaRepeats ? repeated(entries) : entries,
  };
}
