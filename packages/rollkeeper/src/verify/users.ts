import { literal, query } from '../graph/odata.ts';
import { asked, eventual, notSeen, otherwise, seen, someUsers, told } from './question.ts';
import type { Answered, Ground, Question, Seen } from './question.ts';

/** The characters that a user name may begin with. */
const firstCharacters: readonly string[] = Array.from(
  "abcdefghijklmnopqrstuvwxyz0123456789'.-_!#^~$",
);

export const aboutUsers: readonly Question[] = [
  {
    name: 'top-above-the-maximum',
    doubt: 'documented in two ways',
    expected: '`$top=1500` is cut to 999.',
    either: 'Never asks for more than 999, and takes pages of any size, empty ones too.',
    ask: async (ground) => {
      const answer = await asked(ground, '/users?$select=id&$top=1500');
      if (!answer.ok) return otherwise(`It is refused: ${told(answer)}.`);
      const { length } = answer.items;
      if (length > 100) return seen(`A page of ${length} users.`);
      return '@odata.nextLink' in answer.body
        ? otherwise(`A page of ${length} users and more to come: it is ignored.`)
        : notSeen(`The tenant has ${length} users only.`);
    },
  },
  {
    name: 'next-link-under-the-root',
    doubt: 'not documented',
    expected: 'A next link begins with the root that was asked.',
    either:
      'Sends its token under that root only; another link ends the read (graph.foreign_link).',
    ask: async (ground) => {
      const answer = await asked(ground, '/users?$select=id&$top=1');
      const link = answer.ok ? answer.body['@odata.nextLink'] : undefined;
      if (typeof link !== 'string') return notSeen('There was no second page.');
      return link.startsWith(`${ground.graph.root}/`)
        ? seen('It does.')
        : otherwise('It leads elsewhere.');
    },
  },
  {
    name: 'users-by-fifteen-ids',
    doubt: 'documented in two ways',
    expected: '`$filter=id in (…)` finds up to 15 users at once.',
    either: 'Asks for one user at a time, in batches, where it is refused.',
    ask: async (ground) => {
      const ids = await someUsers(ground, 15);
      if (ids.length === 0) return notSeen('No user could be listed.');
      const $filter = `id in (${ids.map(literal).join(',')})`;
      const answer = await asked(ground, query('/users', { $filter, $select: 'id' }));
      if (!answer.ok) return otherwise(`It is refused: ${told(answer)}.`);
      const what = `${answer.items.length} of ${ids.length} were found.`;
      return answer.items.length === ids.length ? seen(what) : otherwise(what);
    },
  },
  {
    name: 'users-by-first-letter',
    doubt: 'not documented',
    expected: '`startsWith(userPrincipalName,…)` is served without the advanced query.',
    either: 'Reads the tenant by one serial walk where it is refused.',
    ask: async (ground) => acceptance(await asked(ground, startingWith('a'))),
  },
  {
    name: 'users-by-several-first-letters',
    doubt: 'not documented',
    expected: 'Two of them joined by `or` are served without the advanced query.',
    either: 'Asks for each by itself, or walks the whole list, where it is refused.',
    ask: async (ground) => {
      const $filter = "startsWith(userPrincipalName,'a') or startsWith(userPrincipalName,'b')";
      const path = query('/users', { $filter, $select: 'id', $top: 1 });
      return acceptance(await asked(ground, path));
    },
  },
  {
    name: 'users-from-a-name-on',
    doubt: 'documented in two ways',
    expected: '`userPrincipalName ge …` is refused without the advanced query.',
    either: 'Does not use it.',
    ask: async (ground) => {
      const $filter = "userPrincipalName ge 'm'";
      const answer = await asked(ground, query('/users', { $filter, $select: 'id', $top: 1 }));
      return answer.ok ? otherwise('It is served.') : seen(`It is refused: ${told(answer)}.`);
    },
  },
  {
    name: 'first-letters-add-up',
    doubt: 'not documented',
    expected: 'The counts by first character add up to the count of all users.',
    either: 'Reads the tenant by one serial walk where the parts do not add up.',
    ask: addUp,
  },
  {
    name: 'count-agrees-with-the-list',
    doubt: 'not documented',
    expected: 'The count of all users is what the list holds.',
    either: 'Takes a count for an estimate, and removes nobody on its strength.',
    ask: async (ground) => {
      const { graph, signal } = ground;
      const answer = await asked(ground, '/users?$select=id&$top=999');
      if (!answer.ok || '@odata.nextLink' in answer.body) {
        return notSeen('The users do not fit on a page.');
      }
      const counted = Number(await graph.getText('/users/$count', { headers: eventual, signal }));
      const what = `${counted} are counted, ${answer.items.length} are listed.`;
      return counted === answer.items.length ? seen(what) : otherwise(what);
    },
  },
  {
    name: 'unknown-property',
    doubt: 'not documented',
    expected: 'An unknown property in `$select` is a 400 `BadRequest`.',
    either: 'Explains a 400 by its code where the code is known, and by what Graph says otherwise.',
    ask: async (ground) => {
      const answer = await asked(ground, '/users?$select=id,rollkeeperKnowsNoSuch&$top=1');
      if (answer.ok) return otherwise('It is ignored.');
      const expected = answer.status === 400 && /^badrequest$/iu.test(answer.code);
      return (expected ? seen : otherwise)(`${told(answer)}.`);
    },
  },
  {
    name: 'property-without-permission',
    doubt: 'not documented',
    expected: 'One property without its permission refuses the whole request.',
    either:
      'Asks for no such property unless it is set as an extra attribute; a 403 ends the read.',
    ask: async (ground) => {
      const answer = await asked(ground, '/users?$select=id,signInActivity&$top=1');
      if (!answer.ok) return seen(`${told(answer)}.`);
      return answer.items.some(({ signInActivity }) => signInActivity !== undefined)
        ? notSeen('The application may read it.')
        : otherwise('It is left out, and the rest is answered.');
    },
  },
  {
    name: 'organization-by-user-permission',
    doubt: 'documented in two ways',
    expected: '`/organization` is answered with User.Read.All alone.',
    either: 'Needs it to tell the tenant; a 403 is explained with the permission to add.',
    ask: async (ground) => {
      const answer = await asked(ground, '/organization?$select=id');
      if (!answer.ok) return otherwise(`It is refused: ${told(answer)}.`);
      return answer.items.length === 1 ? seen('It is.') : otherwise('It holds no organization.');
    },
  },
  {
    name: 'resource-units',
    doubt: 'not documented',
    expected: 'A page of users with managers costs 2 units, a delta request 1.',
    either: 'Paces itself by what answers say of the quota, and reports the units as told.',
    ask: async (ground) => {
      await asked(ground, '/users?$select=id&$expand=manager($select=id)&$top=20');
      const page = ground.units();
      await asked(ground, '/users/delta?$select=id&$deltatoken=latest');
      const delta = ground.units();
      if (page === null || delta === null) return notSeen('Answers do not tell their units.');
      const what = `${page} and ${delta}.`;
      return page === 2 && delta === 1 ? seen(what) : otherwise(what);
    },
  },
];

const startingWith = (character: string): string =>
  query('/users', {
    $filter: `startsWith(userPrincipalName,${literal(character)})`,
    $select: 'id',
    $top: 1,
  });

const acceptance = (answer: Answered): Seen =>
  answer.ok ? seen('It is served.') : otherwise(`It is refused: ${told(answer)}.`);

async function addUp({ graph, signal }: Ground): Promise<Seen> {
  const counted = async (filter?: string): Promise<number> => {
    const path = query('/users/$count', filter === undefined ? {} : { $filter: filter });
    return Number(await graph.getText(path, { headers: eventual, signal }));
  };
  const parts = await Promise.all(
    firstCharacters.map(
      async (character) => await counted(`startsWith(userPrincipalName,${literal(character)})`),
    ),
  );
  const total = await counted();
  const sum = parts.reduce((all, part) => all + part, 0);
  const heaviest = total === 0 ? 0 : Math.round((100 * Math.max(...parts)) / total);
  const what = `${sum} by first character, ${total} in all; the fullest part holds ${heaviest} %.`;
  return sum === total ? seen(what) : otherwise(what);
}
