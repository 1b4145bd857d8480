import type { ObjectId } from '../directory/statement.ts';
import type { Asked } from './own-groups.ts';
import { ownGroups } from './own-groups.ts';
import type { ReadParts } from './reading.ts';

type Parts = Pick<ReadParts, 'graph' | 'known' | 'signal' | 'stage'>;

/** Members asked for side by side: five round trips' worth. */
const together = 100;

/**
 * Asks those who stay, and whom the listing of a group no longer names, for their own groups: a membership, too, is not lost
 * on the strength of a listing alone. `listed`: the groups whose members were listed.
 */
export async function askForAbsentMemberships(
  parts: Parts,
  listed: ReadonlySet<ObjectId>,
): Promise<void> {
  const asked = new Map<ObjectId, Asked>();
  for (const { groupId, memberId, memberKind } of parts.known.unstatedMemberships()) {
    if (!listed.has(groupId) || !parts.known.isStated(memberId)) continue;
    asked.set(memberId, { memberId, memberKind });
    if (asked.size < together) continue;
    await ask(parts, listed, [...asked.values()]);
    asked.clear();
  }
  if (asked.size > 0) await ask(parts, listed, [...asked.values()]);
}

async function ask(
  parts: Parts,
  listed: ReadonlySet<ObjectId>,
  asked: readonly Asked[],
): Promise<void> {
  for await (const { groupId, memberId, memberKind } of ownGroups(parts, asked)) {
    if (!listed.has(groupId) || !parts.known.knowsMembership(groupId, memberId)) continue;
    if (!parts.known.stateMembership(groupId, memberId, memberKind === 'group')) continue;
    await parts.stage({ memberships: [{ groupId, memberId, memberKind, member: true }] });
  }
}
