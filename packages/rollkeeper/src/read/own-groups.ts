import type { ObjectId } from '../directory/statement.ts';
import { decodeId } from '../graph/decode.ts';
import { queries } from '../graph/queries.ts';
import { listingFrom } from './listing.ts';
import { found } from './people.ts';
import type { ReadParts } from './reading.ts';

/** A user or a group that is asked for its own groups. */
export interface Asked {
  readonly memberId: ObjectId;
  readonly memberKind: 'user' | 'group';
}

/**
 * The groups that each of these, by its own account, is a direct member of; nothing of those that are not there.
 * https://learn.microsoft.com/graph/api/user-list-memberof
 */
export async function* ownGroups(
  { graph, signal }: Pick<ReadParts, 'graph' | 'signal'>,
  asked: readonly Asked[],
): AsyncGenerator<Asked & { readonly groupId: ObjectId }> {
  const paths = asked.map(({ memberId, memberKind }) =>
    memberKind === 'user' ? queries.memberOf(memberId) : queries.groupMemberOf(memberId),
  );
  const answers = await graph.batch(paths, { signal });
  for (const [at, answer] of answers.entries()) {
    const member = asked[at];
    if (member === undefined || !found(answer)) continue;
    for await (const page of listingFrom(graph, paths[at] ?? '', answer.body, { signal })) {
      for (const groupId of page.map(decodeId)) yield { ...member, groupId };
    }
  }
}
