import { segment } from '../graph/odata.ts';
import { queries } from '../graph/queries.ts';
import { asked, notSeen, otherwise, seen, told } from './question.ts';
import type { Ground, Question, Seen } from './question.ts';

const user = '#microsoft.graph.user';
const servicePrincipal = '#microsoft.graph.servicePrincipal';

export const aboutGroups: readonly Question[] = [
  {
    name: 'members-with-their-types',
    doubt: 'not documented',
    expected: 'Members come with their `@odata.type` though only `id` is selected.',
    either: 'Takes a member without a type for a user, and asks for it by id.',
    ask: async (ground) =>
      await ofMembers(ground, queries.members, (types) => {
        const untyped = types.filter((type) => type === undefined).length;
        const what = `${types.length - untyped} of ${types.length} members on the page have one.`;
        return untyped === 0 ? seen(what) : otherwise(what);
      }),
  },
  {
    name: 'service-principals-among-members',
    doubt: 'not documented',
    expected: '`/groups/{id}/members` leaves service principals out.',
    either: 'Ignores members that are neither users nor groups.',
    ask: async (ground) =>
      await ofMembers(ground, queries.members, (types) => {
        const count = types.filter((type) => type === servicePrincipal).length;
        return count > 0
          ? otherwise(`${count} on the first page.`)
          : seen('None on the first page, which is no proof.');
      }),
  },
  {
    name: 'members-that-are-users-only',
    doubt: 'documented in two ways',
    expected: 'The cast `/members/microsoft.graph.user` is served without the advanced query.',
    either: 'Does not use it: tells members apart by their type.',
    ask: async (ground) =>
      await ofMembers(
        ground,
        (id) => `/groups/${segment(id)}/members/microsoft.graph.user?$select=id&$top=5`,
        () => seen('It is served.'),
        (refusal) => otherwise(`It is refused: ${refusal}.`),
      ),
  },
  {
    name: 'everyone-in-nested-groups',
    doubt: 'not documented',
    expected: '`/transitiveMembers` without the advanced query is served.',
    either: 'Does not use it: walks the groups one by one, since it shows no edges.',
    ask: async (ground) =>
      await ofMembers(
        ground,
        (id) => `/groups/${segment(id)}/transitiveMembers?$select=id&$top=5`,
        (types) => seen(`It is served; ${types.filter((type) => type === user).length} users.`),
        (refusal) => otherwise(`It is refused: ${refusal}.`),
      ),
  },
  {
    name: 'soft-deleted-user-alone',
    doubt: 'not documented',
    expected: 'A soft-deleted user is a 404 under `/users/{id}`, and stands in the deleted items.',
    either: 'Asks both before a removal is planned.',
    ask: async (ground) => {
      const answer = await asked(ground, queries.deletedUsers(5));
      if (!answer.ok) return notSeen(`The deleted items are refused: ${told(answer)}.`);
      const [deleted] = answer.items;
      if (typeof deleted?.['id'] !== 'string') return notSeen('Nobody is soft-deleted.');
      const alone = await asked(ground, `/users/${segment(deleted['id'])}?$select=id`);
      if (alone.ok) return otherwise('It is answered.');
      return (alone.status === 404 ? seen : otherwise)(`${told(alone)}.`);
    },
  },
  {
    name: 'soft-deleted-security-groups',
    doubt: 'documented in two ways',
    expected: 'Security groups stand in the deleted items.',
    either: 'Takes a group that is gone for gone, whichever way.',
    ask: async (ground) => {
      const answer = await asked(
        ground,
        '/directory/deletedItems/microsoft.graph.group?$select=id,groupTypes&$top=100',
      );
      if (!answer.ok) return notSeen(`The deleted items are refused: ${told(answer)}.`);
      const count = answer.items.filter(
        ({ groupTypes }) => Array.isArray(groupTypes) && groupTypes.length === 0,
      ).length;
      return count > 0 ? seen(`${count} on the first page.`) : notSeen('No such group is there.');
    },
  },
];

/** Asks about the members of the settings' group and hands on the types of those on the first page. */
async function ofMembers(
  ground: Ground,
  path: (groupId: string) => string,
  answered: (types: readonly unknown[]) => Seen,
  refused: (refusal: string) => Seen = (refusal) => notSeen(`It is refused: ${refusal}.`),
): Promise<Seen> {
  if (ground.groupId === null) return notSeen('The settings name no group that can be read.');
  const answer = await asked(ground, path(ground.groupId));
  if (!answer.ok) return refused(told(answer));
  if (answer.items.length === 0) return notSeen('The group shows no members.');
  return answered(answer.items.map((item) => item['@odata.type']));
}
