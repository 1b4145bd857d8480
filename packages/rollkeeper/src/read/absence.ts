import type { AbsenceStatement, ObjectId, UserStatement } from '../directory/statement.ts';
import { decodeId } from '../graph/decode.ts';
import { queries } from '../graph/queries.ts';
import type { Unstated } from './known.ts';
import { listing } from './listing.ts';
import { ownGroups } from './own-groups.ts';
import type { People } from './people.ts';
import { found } from './people.ts';
import type { ReadParts } from './reading.ts';
import { stateUsers } from './state.ts';

/** People asked for side by side: five round trips' worth. */
const together = 100;

/**
 * Asks for whomever a completed full read did not name: still in the tenant? then still in a group of the closure? if
 * not, in the deleted items? What a listing left out is a question; this is the answer.
 * `closure` null: every user of the tenant is in scope.
 */
export async function askForAbsent(
  parts: ReadParts,
  people: People,
  closure: ReadonlySet<ObjectId> | null,
): Promise<void> {
  let asked: Unstated[] = [];
  for (const person of parts.known.unstatedPeople()) {
    asked.push(person);
    if (asked.length < together) continue;
    await ask(parts, people, closure, asked);
    asked = [];
  }
  await ask(parts, people, closure, asked);
}

async function ask(
  parts: ReadParts,
  people: People,
  closure: ReadonlySet<ObjectId> | null,
  persons: readonly Unstated[],
): Promise<void> {
  if (persons.length === 0) return;
  const answers = await people.singly(persons.map(({ id }) => id));
  const inTenant = new Set(answers.map(({ user }) => user.id));
  const gone = persons.filter(({ id }) => !inTenant.has(id)).map(({ id }) => id);
  const left = new Set(persons.flatMap(({ id, deleted }) => (deleted === null ? [] : [id])));
  // Whoever left before and is still in the tenant, but was not listed, has not come back.
  const doubtful = answers.filter(({ user }) => !left.has(user.id));
  const stays =
    closure === null
      ? new Set(doubtful.map(({ user }) => user.id))
      : await stillMembers(
          parts,
          closure,
          doubtful.map(({ user }) => user),
        );
  await stateUsers(
    parts,
    doubtful.filter(({ user }) => stays.has(user.id)),
  );
  const absences: AbsenceStatement[] = [
    ...doubtful
      .filter(({ user }) => !stays.has(user.id))
      .map(({ user }) => ({ id: user.id, reason: 'left_scope' as const })),
    ...(await whereGone(parts, gone)),
  ];
  await parts.stage({ absences });
}

/** Which of these people are, by their own account, direct members of a group of the closure. */
async function stillMembers(
  parts: ReadParts,
  closure: ReadonlySet<ObjectId>,
  users: readonly UserStatement[],
): Promise<ReadonlySet<ObjectId>> {
  const members = new Set<ObjectId>();
  const asked = users.map(({ id }) => ({ memberId: id, memberKind: 'user' as const }));
  for await (const { groupId, memberId, memberKind } of ownGroups(parts, asked)) {
    if (!closure.has(groupId)) continue;
    members.add(memberId);
    if (!parts.known.stateMembership(groupId, memberId, false)) continue;
    await parts.stage({ memberships: [{ groupId, memberId, memberKind, member: true }] });
  }
  return members;
}

/** Whether people who are not in the tenant are in its deleted items, from where they can be restored. */
export async function whereGone(
  { graph, signal }: Pick<ReadParts, 'graph' | 'signal'>,
  ids: readonly ObjectId[],
): Promise<readonly AbsenceStatement[]> {
  const answers = await graph.batch(
    ids.map((id) => queries.deletedItem(id)),
    { signal },
  );
  const refused = answers.some(
    (answer) => !answer.ok && ['graph.refused', 'graph.forbidden'].includes(answer.error.code),
  );
  const restorable = refused ? await deletedUsers(graph, signal) : new Set<ObjectId>();
  return ids.map((id, at) => {
    const answer = answers[at];
    const kept = refused ? restorable.has(id) : answer !== undefined && found(answer);
    return { id, reason: kept ? 'soft_deleted' : 'permanently_deleted' };
  });
}

async function deletedUsers(
  graph: ReadParts['graph'],
  signal: AbortSignal,
): Promise<ReadonlySet<ObjectId>> {
  const ids = new Set<ObjectId>();
  for await (const page of listing(graph, queries.deletedUsers(), { signal })) {
    for (const item of page) ids.add(decodeId(item));
  }
  return ids;
}
