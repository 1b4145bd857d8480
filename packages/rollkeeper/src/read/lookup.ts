import { RollkeeperError } from '../directory/error.ts';
import type { DecodedUser, Selection } from '../graph/decode.ts';
import { decodeUser } from '../graph/decode.ts';
import type { Graph } from '../graph/graph.ts';
import { queries } from '../graph/queries.ts';
import { People } from './people.ts';

/** One person with their manager, by object id, user name or mail. Throws `user.not_found`. */
export async function lookUp(
  graph: Graph,
  who: string,
  selection: Selection,
  signal: AbortSignal,
): Promise<DecodedUser> {
  const people = new People({ graph, selection, signal });
  const [byId] = await people.singly([who]);
  if (byId) return byId;
  for await (const page of graph.pages(queries.usersWithMail(who, selection), { signal })) {
    const [first] = page;
    if (!first) continue;
    const [withManager] = await people.singly([decodeUser(first, selection).user.id]);
    if (withManager) return withManager;
  }
  throw new RollkeeperError('user.not_found', `Graph works, but knows no user “${who}”.`, {
    remedy: 'Give an object id, a user name (userPrincipalName) or a mail address of this tenant.',
  });
}
