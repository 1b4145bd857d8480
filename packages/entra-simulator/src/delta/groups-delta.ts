import type { Answer } from '../exchange.ts';
import type { Property } from '../odata/schema.ts';
import { reply } from '../routes/reply.ts';
import type { Group } from '../tenant/groups.ts';
import type { Call } from '../world.ts';
import { fold, type Folded } from './fold.ts';
import {
  goneLink,
  inOrder,
  link,
  pageBody,
  removed,
  stated,
  statedProperties,
  touches,
  trackedProperties,
  tracksRelation,
  type Entry,
  type Page,
} from './page.ts';
import { roundOf, type Round } from './round.ts';

/** An object that is stated over one or more entries, with slices of its links. */
interface Stated {
  /** undefined: there is nothing to say of it any more, but its place is kept, so that pages go on where they stood. */
  readonly entry: Entry | undefined;
  /** How many links the round has of it, whatever happens while it is read; null: those that stand. */
  readonly told: number | null;
  /** The links from a place on, each with the place after it. */
  readonly links: (place: number) => Iterable<readonly [Entry, number]>;
}

interface Tracking {
  readonly properties: readonly Property[];
  readonly members: boolean;
}

/** How many slices of members a page holds. */
const slicesOfPage = 4;

function* none(): Generator<never> {
  // A group whose members are not tracked has no links.
}

function* memberLinks(
  call: Call,
  group: Group,
  place: number,
): Generator<readonly [Entry, number]> {
  for (const [key, next] of group.membership.from(place)) {
    // Soft-deleted users keep their memberships, so they are named like the others.
    yield [link(call, call.tenant.idOf(key)), next];
  }
}

function whole(call: Call, group: Group, tracking: Tracking): Stated {
  return {
    entry: stated(group.entity(), tracking.properties),
    told: null,
    links: tracking.members ? (place) => memberLinks(call, group, place) : none,
  };
}

function* changedLinks(
  call: Call,
  folded: Folded,
  place: number,
): Generator<readonly [Entry, number]> {
  const members = [...folded.members];
  for (let at = place; at < members.length; at += 1) {
    const member = members[at];
    if (member === undefined) continue;
    const [id, { added, purged }] = member;
    yield [added ? link(call, id) : goneLink(call, id, purged), at + 1];
  }
}

function changed(call: Call, folded: Folded, tracking: Tracking): Stated {
  const group = call.tenant.groupTable.byId(folded.id);
  const told = folded.anew ? null : folded.members.size;
  const linkless = (entry: Entry | undefined): Stated => ({ entry, told, links: none });
  if (group === undefined) return linkless(removed(folded.id, 'deleted'));
  if (group.deleted) return linkless(folded.moved ? removed(folded.id, 'changed') : undefined);
  if (folded.anew) return whole(call, group, tracking);
  const linked = tracking.members && folded.members.size > 0;
  if (!linked && !touches(tracking.properties, folded.properties)) return linkless(undefined);
  const shown = statedProperties(call, tracking.properties, folded.properties);
  return {
    entry: stated(group.entity(), shown),
    told,
    links: linked ? (place) => changedLinks(call, folded, place) : none,
  };
}

function everything(call: Call, round: Round, tracking: Tracking): readonly Stated[] {
  const wanted = round.ids === undefined ? undefined : new Set(round.ids);
  const groups = call.tenant.groupTable.all().filter(({ id }) => wanted?.has(id) ?? true);
  return groups.map((group) =>
    group.deleted
      ? { entry: removed(group.id, 'changed'), told: null, links: none }
      : whole(call, group, tracking),
  );
}

function whatChanged(call: Call, round: Round, tracking: Tracking): readonly Stated[] {
  const { tenant } = call;
  const wanted = round.ids === undefined ? undefined : new Set(round.ids);
  const concerns = (id: string) =>
    (wanted?.has(id) ?? true) && tenant.roster.indexOfId(id) === undefined;
  const folds = fold(tenant.changes.between(round.after, round.upTo), concerns);
  return folds.map((one) => changed(call, one, tracking));
}

function slice(
  one: Stated,
  place: number,
  most: number,
): { links: Entry[]; next: number | undefined } {
  const links: Entry[] = [];
  let end = place;
  for (const [entry, next] of one.links(place)) {
    if (links.length === most) return { links, next: end };
    links.push(entry);
    end = next;
  }
  return { links, next: undefined };
}

function page(call: Call, round: Round, all: readonly Stated[]): Page {
  const { deltaPageSize, memberSlice } = call.behaviour;
  const entries: Entry[] = [];
  let slices = 0;
  let { at, member } = round;
  while (at < all.length) {
    const one = all[at];
    if (one === undefined) break;
    if (one.entry === undefined) {
      at += 1;
      continue;
    }
    if (entries.length === deltaPageSize || slices === slicesOfPage)
      return { entries, next: { at, member } };
    const { links, next } = slice(one, member, memberSlice);
    if (links.length > 0) slices += 1;
    entries.push(links.length > 0 ? { ...one.entry, 'members@delta': links } : one.entry);
    if (next === undefined) at += 1;
    member = next ?? 0;
  }
  return { entries, next: undefined };
}

/** The same in any order: the slices of an object need not come one after another. */
function anyPage(call: Call, round: Round, all: readonly Stated[]): Page {
  const { deltaPageSize, memberSlice } = call.behaviour;
  const made: (Entry | undefined)[] = [];
  for (const one of all) {
    // A group that goes while the round is read keeps the places of its slices.
    const slices = one.told === null ? 1 : Math.max(1, Math.ceil(one.told / memberSlice));
    let place: number | undefined = 0;
    for (let at = 0; at < slices; at += 1) {
      const cut = slice(one, place ?? 0, one.told === null ? Infinity : memberSlice);
      const links = inOrder(call, round, cut.links);
      const stands = place === undefined ? undefined : one.entry;
      made.push(links.length > 0 ? { ...stands, 'members@delta': links } : stands);
      place = cut.next;
    }
  }
  const end = round.at + deltaPageSize;
  const shown = inOrder(call, round, made).slice(round.at, end);
  return {
    entries: shown.filter((entry) => entry !== undefined),
    next: end < made.length ? { at: end, member: 0 } : undefined,
  };
}

/** Answers `/groups/delta`. */
export function answerGroupsDelta(call: Call): Answer {
  call.access.needReading('group');
  const round = roundOf(call, 'groups');
  const tracking: Tracking = {
    properties: trackedProperties(call, round, 'members'),
    members: tracksRelation(round, 'members'),
  };
  if (tracking.members) call.access.needMemberships();
  const all = round.first ? everything : whatChanged;
  const pageOf = call.behaviour.deltaOrder === 'any' ? anyPage : page;
  return reply(pageBody(call, round, () => pageOf(call, round, all(call, round, tracking))));
}
