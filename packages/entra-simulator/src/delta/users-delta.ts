import { requestDenied } from '../graph-error.ts';
import type { Answer } from '../exchange.ts';
import type { Property } from '../odata/schema.ts';
import { reply } from '../routes/reply.ts';
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

interface Tracking {
  readonly properties: readonly Property[];
  readonly manager: boolean;
}

function whole(call: Call, index: number, tracking: Tracking): Entry {
  const entry = stated(call.tenant.roster.entity(index), tracking.properties);
  const manager = tracking.manager ? call.tenant.managerOf(index) : undefined;
  if (manager !== undefined) entry['manager@delta'] = [link(call, manager.id)];
  return entry;
}

function firstPage(call: Call, round: Round, tracking: Tracking): Page {
  const { roster } = call.tenant;
  const entries: Entry[] = [];
  const indexes = round.ids?.map((id) => roster.indexOfId(id) ?? roster.end);
  const end = indexes === undefined ? roster.end : indexes.length;
  for (let at = round.at; at < end; at += 1) {
    if (entries.length === call.behaviour.deltaPageSize)
      return { entries, next: { at, member: 0 } };
    const index = indexes?.[at] ?? at;
    if (index >= roster.end || roster.isPurged(index)) continue;
    if (roster.isLive(index)) entries.push(whole(call, index, tracking));
    else if (call.behaviour.removedInFirstRound)
      entries.push(removed(roster.idOf(index), 'changed'));
  }
  return { entries, next: undefined };
}

function managerLinks(call: Call, { manager }: Folded): Entry[] {
  if (manager === undefined || manager.from === manager.to) return [];
  const { from, to } = manager;
  const both = to === null || call.behaviour.replacedManager === 'both';
  const purged =
    from !== null && call.tenant.roster.isPurged(call.tenant.roster.indexOfId(from) ?? -1);
  return [
    ...(from !== null && both ? [goneLink(call, from, purged)] : []),
    ...(to === null ? [] : [link(call, to)]),
  ];
}

function changed(call: Call, round: Round, folded: Folded, tracking: Tracking): Entry | undefined {
  const { roster } = call.tenant;
  const index = roster.indexOfId(folded.id);
  if (index === undefined) return undefined;
  if (roster.isPurged(index)) return removed(folded.id, 'deleted');
  if (roster.isDeleted(index)) return folded.moved ? removed(folded.id, 'changed') : undefined;
  if (folded.anew) return whole(call, index, tracking);
  const links = tracking.manager ? inOrder(call, round, managerLinks(call, folded)) : [];
  if (links.length === 0 && !touches(tracking.properties, folded.properties)) return undefined;
  const shown = statedProperties(call, tracking.properties, folded.properties);
  const entry = stated(roster.entity(index), shown);
  return links.length === 0 ? entry : { ...entry, 'manager@delta': links };
}

function changesPage(call: Call, round: Round, tracking: Tracking): Page {
  const { tenant, behaviour } = call;
  const wanted = round.ids === undefined ? undefined : new Set(round.ids);
  const concerns = (id: string) =>
    (wanted?.has(id) ?? true) && tenant.roster.indexOfId(id) !== undefined;
  const folds = fold(tenant.changes.between(round.after, round.upTo), concerns);
  // What there is nothing to say of any more keeps its place: pages go on where they stood.
  const entries = inOrder(
    call,
    round,
    folds.map((one) => changed(call, round, one, tracking)),
  );
  const end = round.at + behaviour.deltaPageSize;
  return {
    entries: entries.slice(round.at, end).filter((entry) => entry !== undefined),
    next: end < entries.length ? { at: end, member: 0 } : undefined,
  };
}

/** Answers `/users/delta`. */
export function answerUsersDelta(call: Call): Answer {
  if (call.access.reading('user') !== 'full') throw requestDenied();
  const round = roundOf(call, 'users');
  const tracking: Tracking = {
    properties: trackedProperties(call, round, 'manager'),
    manager: tracksRelation(round, 'manager'),
  };
  const page = round.first ? firstPage : changesPage;
  return reply(pageBody(call, round, () => page(call, round, tracking)));
}
