import type { ObjectId } from '../directory/statement.ts';
import type { Members, Walk } from './members.ts';
import { ownGroups } from './own-groups.ts';
import type { ReadParts } from './reading.ts';
import type { Tasks } from './tasks.ts';

type Parts = Pick<ReadParts, 'graph' | 'known' | 'signal' | 'stage'>;

/**
 * Asks the groups that we know and no listing named whether they are still members of a group of the closure. Whichever are
 * are walked as if they had been listed: what one listing left out would otherwise take everyone below it out of scope.
 * Call it when the walk has ended; resolves when nothing further was found.
 */
export async function askForAbsentGroups(
  parts: Parts,
  { members, tasks }: { readonly members: Members; readonly tasks: Tasks },
  walk: Walk,
): Promise<void> {
  const asked = new Set<ObjectId>();
  for (;;) {
    const absent = [...parts.known.unstatedGroups()].filter((id) => !asked.has(id));
    if (absent.length === 0) return;
    for (const id of absent) asked.add(id);
    members.start(await stillNested(parts, new Set(members.walked), absent), walk);
    await tasks.done();
  }
}

/** Which of these groups are direct members of a group of the closure. */
async function stillNested(
  parts: Parts,
  closure: ReadonlySet<ObjectId>,
  ids: readonly ObjectId[],
): Promise<readonly ObjectId[]> {
  const nested = new Set<ObjectId>();
  const asked = ids.map((memberId) => ({ memberId, memberKind: 'group' as const }));
  for await (const { groupId, memberId, memberKind } of ownGroups(parts, asked)) {
    if (!closure.has(groupId)) continue;
    nested.add(memberId);
    if (!parts.known.stateMembership(groupId, memberId, true)) continue;
    await parts.stage({ memberships: [{ groupId, memberId, memberKind, member: true }] });
  }
  return [...nested];
}
