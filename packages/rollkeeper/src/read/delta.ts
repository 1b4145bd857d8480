import type { Checkpoint, GroupsLink } from '../directory/checkpoint.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { DeltaWay } from '../graph/queries.ts';
import { idsPerDelta } from '../graph/queries.ts';
import { GroupsRound } from './delta-groups.ts';
import { Doubts } from './delta-parts.ts';
import type { DeltaParts } from './delta-parts.ts';
import { UsersRound } from './delta-users.ts';
import { Links } from './links.ts';
import { Moves } from './moves.ts';
import type { Reading, ResolvedScope } from './reading.ts';
import { Resync } from './resync.ts';
import { readRound } from './round.ts';
import { Tasks } from './tasks.ts';

/** How long Graph keeps what was deleted, in milliseconds, with a day to spare. */
const restorable = 31 * 24 * 60 * 60 * 1000;

export interface DeltaReading extends Pick<Reading, 'ignored' | 'unresolved'> {
  readonly checkpoint: Checkpoint;
  /** How links are taken from now on. */
  readonly way: DeltaWay;
  /** The scope's group as it is called now; null: nothing was said of it. */
  readonly groupName: string | null;
  /** Groups that were named and not found: just deleted, or not there yet. */
  readonly missingGroups: number;
  /** Something was asked for beside the rounds, whose answer may lag behind them. */
  readonly asked: boolean;
}

export interface Since {
  readonly checkpoint: Checkpoint;
  readonly way: DeltaWay;
  /** When the run began, ISO 8601. */
  readonly at: string;
}

/**
 * What changed since a checkpoint. States the same things as a full read would, about those that Graph names. Resolves when
 * every round was read to its delta link, or throws: `Resync` where only a full read will do.
 */
export async function readDelta(
  given: DeltaParts,
  scope: ResolvedScope,
  { checkpoint, at, way }: Since,
): Promise<DeltaReading> {
  const tasks = new Tasks(given.signal);
  const parts: DeltaParts = { ...given, signal: tasks.signal };
  const doubts = new Doubts();
  for (const id of checkpoint.unresolved) doubts.consider(id);
  const waitedFor = new Set(checkpoint.deletedGroups.map(({ id }) => id));
  const groups = new GroupsRound(parts.memory, waitedFor);
  const users = new UsersRound(parts, doubts, scope.kind === 'all');
  const links = new Links(parts.graph, parts.signal, way);
  const packed = await packedLinks(checkpoint, links);
  const usersLinks: string[] = [];
  const groupsLinks: GroupsLink[] = [];
  void tasks.start(async () => {
    usersLinks.push(await readRound(parts.graph, checkpoint.users, parts.signal, users.take));
  });
  for (const { ids, link } of checkpoint.groups) {
    void tasks.start(async () => {
      const next = await readRound(parts.graph, link, parts.signal, groups.take);
      groupsLinks.push({ ids, link: next });
    });
  }
  await tasks.done();
  if (!checkpoint.usersProven && users.selectIgnored) throw new Resync('select_ignored');

  const moved = new Moves(parts, scope, groups, links, checkpoint);
  const outcome = await moved.follow(tasks, doubts);
  return {
    ignored: groups.ignored,
    unresolved: outcome.unresolved.size,
    groupName: outcome.groupName,
    missingGroups: outcome.missingGroups,
    asked: outcome.asked,
    way: links.way,
    checkpoint: {
      takenAt: at,
      select: checkpoint.select,
      users: usersLinks[0] ?? checkpoint.users,
      usersProven: checkpoint.usersProven || users.proven,
      groups: [...(packed ?? inOrder(groupsLinks, checkpoint)), ...outcome.links],
      // Asked for twice in vain, they are left to the rounds to come, and to the full read that proves them.
      unresolved: [...outcome.unresolved].filter((id) => !checkpoint.unresolved.includes(id)),
      deletedGroups: stillWaitedFor(checkpoint, groups, outcome.deletedGroups, at),
      joined: outcome.joined,
      ended: null,
    },
  };
}

/** New links for all groups, taken before the old ones are read, where the old ones are more than are needed. */
async function packedLinks(
  { groups }: Checkpoint,
  links: Links,
): Promise<readonly GroupsLink[] | null> {
  const ids = [...new Set(groups.flatMap((one) => one.ids))];
  // A first round for each would cost more than the links that it saves.
  if (links.way === 'initial' || groups.length <= Math.ceil(ids.length / idsPerDelta)) return null;
  return await links.groups(ids);
}

function inOrder(read: readonly GroupsLink[], { groups }: Checkpoint): readonly GroupsLink[] {
  return groups.flatMap(({ ids }) => read.filter((one) => one.ids === ids));
}

function stillWaitedFor(
  checkpoint: Checkpoint,
  { purged }: GroupsRound,
  deleted: readonly ObjectId[],
  at: string,
): Checkpoint['deletedGroups'] {
  const oldest = Date.parse(at) - restorable;
  return [
    ...checkpoint.deletedGroups.filter(({ since }) => Date.parse(since) > oldest),
    ...deleted.map((id) => ({ id, since: at })),
  ].filter(({ id }) => !purged.has(id));
}
