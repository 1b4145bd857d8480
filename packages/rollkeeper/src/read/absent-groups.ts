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
  const absent = [...parts.known.unstatedGroups()];
  if (absent.length === 0) return;
  let nestings = await Array.fromAsync(
    ownGroups(
      parts,
      absent.map((memberId) => ({ memberId, memberKind: 'group' as const })),
    ),
  );
  // A group comes back into the closure, and others with it that are in that one.
  for (;;) {
    const closure = new Set(members.walked);
    const found = nestings.filter(({ groupId }) => closure.has(groupId));
    if (found.length === 0) return;
    nestings = nestings.filter(({ groupId }) => !closure.has(groupId));
    for (const { groupId, memberId, memberKind } of found) {
      if (!parts.known.stateMembership(groupId, memberId, true)) continue;
      await parts.stage({ memberships: [{ groupId, memberId, memberKind, member: true }] });
    }
    members.start(
      found.map(({ memberId }) => memberId),
      walk,
    );
    await tasks.done();
  }
}
