import type { JsonObject } from '../graph/graph.ts';
import { isObject } from '../graph/answer.ts';
import { queries } from '../graph/queries.ts';
import { asked, notSeen, otherwise, refusalIn, seen, told } from './question.ts';
import type { Ground, Question, Seen } from './question.ts';

const bare = '/users?$select=id&$expand=manager&$top=100';
const selected = '/users?$select=id&$expand=manager($select=id,displayName)&$top=100';

export const aboutManagers: readonly Question[] = [
  {
    name: 'managers-with-the-list',
    doubt: 'not documented',
    expected: '`/users?$expand=manager` shows each manager.',
    either: 'Asks for managers one by one, in batches, where it is refused or has no effect.',
    ask: async (ground) => await expanded(ground, bare),
  },
  {
    name: 'selected-managers-with-the-list',
    doubt: 'documented in two ways',
    expected: '`/users?$expand=manager($select=…)` shows the selected properties of each manager.',
    either: 'Expands without `$select` where it is refused or has no effect.',
    ask: async (ground) => await expanded(ground, selected),
  },
  {
    name: 'page-size-with-managers',
    doubt: 'not documented',
    expected: 'Expanding managers makes pages no smaller than 999.',
    either: 'Takes pages of any size.',
    ask: async (ground) => {
      const answer = await asked(ground, '/users?$select=id&$expand=manager($select=id)&$top=999');
      if (!answer.ok) return notSeen(`It is refused: ${told(answer)}.`);
      const { length } = answer.items;
      if (!('@odata.nextLink' in answer.body)) return notSeen(`All ${length} users fit on a page.`);
      return (length === 999 ? seen : otherwise)(`A page of ${length} users.`);
    },
  },
  {
    name: 'nobody-above-in-a-list',
    doubt: 'not documented',
    expected: 'A user without manager has no property `manager` when it is expanded.',
    either: 'Takes its absence and null alike: no manager.',
    ask: async (ground) => {
      const answer = await asked(ground, bare);
      if (!answer.ok) return notSeen(`It is refused: ${told(answer)}.`);
      const without = answer.items.filter((user) => !isObject(user['manager']));
      if (without.length === 0) return notSeen('Everyone on the first page has a manager.');
      return without.some((user) => 'manager' in user)
        ? otherwise('It is null.')
        : seen('It is absent.');
    },
  },
  {
    name: 'nobody-above-alone',
    doubt: 'not documented',
    expected: '`/users/{id}/manager` of a user without one is a 404 `Request_ResourceNotFound`.',
    either: 'Takes a 404 for no manager where the user was just seen.',
    ask: async (ground) => {
      const refused = (await managersOf(ground)).find((answer) => 'status' in answer);
      if (refused === undefined) return notSeen('Everyone asked for has a manager.');
      const expected = refused.status === 404 && refused.code === 'Request_ResourceNotFound';
      return (expected ? seen : otherwise)(`${told(refused)}.`);
    },
  },
];

type OneManager =
  | { readonly manager: JsonObject }
  | { readonly status: number; readonly code: string };

/** The managers of the first people, each asked for alone, inside a batch. */
async function managersOf(ground: Ground): Promise<readonly OneManager[]> {
  const answer = await asked(ground, '/users?$select=id&$top=20');
  const ids = answer.ok ? answer.items.map(({ id }) => String(id)) : [];
  const { graph, signal } = ground;
  const answers = await graph.batch(ids.map(queries.managerOf), { signal });
  return answers.map((one) => (one.ok ? { manager: one.body } : refusalIn(one.error)));
}

async function expanded(ground: Ground, path: string): Promise<Seen> {
  const answer = await asked(ground, path);
  if (!answer.ok) return otherwise(`It is refused: ${told(answer)}.`);
  const shown = answer.items.filter((user) => isObject(user['manager'])).length;
  if (shown > 0) return seen(`${shown} of ${answer.items.length} users on the page have one.`);
  const alone = await managersOf(ground);
  const have = alone.filter((one) => 'manager' in one).length;
  return have > 0
    ? otherwise(`It has no effect: nobody has one, yet ${have} of ${alone.length} have one alone.`)
    : notSeen('Nobody asked for has a manager.');
}
