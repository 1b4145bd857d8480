import type { Checkpoint } from '../directory/checkpoint.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { DeltaWay } from '../graph/queries.ts';
import { askForAbsent } from './absence.ts';
import { askForAbsentMemberships } from './absent-memberships.ts';
import { Members } from './members.ts';
import { readPeopleInScope } from './people-in-scope.ts';
import { People } from './people.ts';
import type { Reading, ReadParts, ResolvedScope } from './reading.ts';
import { stateUsers } from './state.ts';
import { Tasks } from './tasks.ts';
import { Tracking } from './tracking.ts';
import type { TrackingOptions } from './tracking.ts';

export interface FullReading extends Reading {
  /** Groups that were named and not found: just deleted, or not there yet. */
  readonly missingGroups: number;
  readonly checkpoint: Checkpoint;
  /** How its links were taken. */
  readonly way: DeltaWay;
}

/**
 * A full read: everyone in scope, the groups with their memberships, and then whoever was missed. Its checkpoint comes first.
 * Resolves when the last page of every listing was read, or throws.
 */
export async function readFull(
  given: ReadParts,
  scope: ResolvedScope,
  options: TrackingOptions,
): Promise<FullReading> {
  const tasks = new Tasks(given.signal);
  const parts: ReadParts = { ...given, signal: tasks.signal };
  const tracking = new Tracking(parts, options);
  await tracking.begin(scope);
  const people = new People(parts);
  const members = new Members(parts, tasks, tracking.cover);
  void tasks.start(async () => await tracking.stateSleepers());

  const missing = new Set<ObjectId>();
  const { strategy, unresolved } = await readPeopleInScope(
    {
      parts,
      people,
      members,
      tasks,
      onMissing: (groupId, error) => {
        if (scope.kind === 'group' && groupId === scope.groupId) throw error;
        missing.add(groupId);
        // What is known of it stays, and its people by their own account: the next run reads everything.
        parts.known.stateGroup(groupId);
      },
      onPeople: async (page) => await stateUsers(parts, page),
    },
    scope,
  );
  const closure = members.walked;
  members.start(scope.groupsToKeep, { inClosure: false, follow: false, onUsers: async () => {} });
  await tasks.done();

  await askAgain(parts, people);
  await askForAbsent(parts, people, scope.kind === 'all' ? null : new Set(closure));
  await askForAbsentMemberships(parts, new Set(members.walked));
  await stateLosses(parts);
  return {
    closure,
    ignored: members.ignored,
    strategy,
    unresolved,
    missingGroups: missing.size,
    checkpoint: tracking.checkpoint([...parts.known.unstatedListed()]),
    way: tracking.way,
  };
}

/** Two different things were said of these people in one reading: what is true now? */
async function askAgain(parts: ReadParts, people: People): Promise<void> {
  const ids = parts.known.takeConflicts();
  if (ids.length === 0) return;
  const users = (await people.singly(ids)).map(({ user }) => user);
  await parts.stage({ users });
}

/** What was known of groups and memberships and is no longer said. */
async function stateLosses({ known, stage }: ReadParts): Promise<void> {
  const groups = [...known.unstatedGroups()];
  await stage({ groups: groups.map((id) => ({ id, values: null, inClosure: false })) });
  for (const membership of known.unstatedMemberships()) await stage({ memberships: [membership] });
}
