import type { DeltaPage, JsonObject } from '../graph/graph.ts';
import { literal, query } from '../graph/odata.ts';
import { asked, notSeen, otherwise, refusalIn, seen, told } from './question.ts';
import type { Answered, Ground, Question, Seen } from './question.ts';

const users = '/users/delta?$select=id,displayName,mobilePhone,manager';

export const aboutDelta: readonly Question[] = [
  {
    name: 'delta-from-now-on',
    doubt: 'documented in two ways',
    expected: '`$deltatoken=latest` with `$select` gives a link at once, and the link nothing new.',
    either:
      'Walks a first round to its link where it is refused; where changes lack what was selected, reads everything again.',
    ask: async (ground) => await fromNowOn(ground, `${users}&$deltatoken=latest`),
  },
  {
    name: 'group-delta-from-now-on',
    doubt: 'documented in two ways',
    expected: 'The same for groups, with a filter by id and their members.',
    either: 'Walks a first round to its link where it is refused.',
    ask: async (ground) => {
      if (ground.groupId === null) return notSeen('The settings name no group that can be read.');
      return await fromNowOn(ground, groupDelta(ground.groupId, { $deltatoken: 'latest' }));
    },
  },
  {
    name: 'delta-page-size',
    doubt: 'not documented',
    expected: 'A page of changed users holds about 200.',
    either: 'Takes pages of any size, empty ones too.',
    ask: async (ground) => {
      const page = await firstPage(ground, users);
      if (!page.ok) return otherwise(`It is refused: ${told(page)}.`);
      const { length } = page.items;
      if (!page.more) return notSeen(`All ${length} users came on one page.`);
      return (length === 200 ? seen : otherwise)(`A page of ${length} users.`);
    },
  },
  {
    name: 'delta-shows-managers',
    doubt: 'not documented',
    expected: '`manager` among the selected gives `manager@delta`, a list of ids.',
    either: 'Reads the list in any order: the last one that is not marked as removed, else none.',
    ask: async (ground) =>
      await ofFirstPage(ground, users, (items) => {
        const shown = items.map((item) => item['manager@delta']).filter((one) => one !== undefined);
        if (shown.length === 0) return notSeen('Nobody on the first page has one.');
        const lists = shown.filter((one) => Array.isArray(one)).length;
        return (lists === shown.length ? seen : otherwise)(
          `${lists} of ${shown.length} are lists.`,
        );
      }),
  },
  {
    name: 'delta-leaves-out-what-was-never-set',
    doubt: 'not documented',
    expected: 'A property that was never set is absent in a round of changes, and not null.',
    either: 'Takes absent for unchanged and null for cleared; a full read takes them alike.',
    ask: async (ground) =>
      await ofFirstPage(ground, users, (items) => {
        const present = items.filter((item) => !('@removed' in item));
        const absent = present.filter((item) => !('mobilePhone' in item)).length;
        const empty = present.filter((item) => item['mobilePhone'] === null).length;
        const what = `Of ${present.length} users ${absent} lack a mobile number, ${empty} have null.`;
        if (absent + empty === 0) return notSeen('Everyone on the first page has a mobile number.');
        return (absent > 0 ? seen : otherwise)(what);
      }),
  },
  {
    name: 'removed-in-a-first-round',
    doubt: 'documented in two ways',
    expected: 'A first round may hold users that are marked as removed.',
    either: 'Takes the mark wherever it stands.',
    ask: async (ground) =>
      await ofFirstPage(ground, users, (items) => {
        const count = items.filter((item) => '@removed' in item).length;
        return count > 0
          ? seen(`${count} on the first page.`)
          : notSeen('None on the first page, which is no proof.');
      }),
  },
  {
    name: 'group-delta-shows-members',
    doubt: 'not documented',
    expected:
      'A round of one group lists its direct members as `members@delta`, in slices if they are many.',
    either: 'Merges the slices, wherever the group is repeated.',
    ask: async (ground) => {
      if (ground.groupId === null) return notSeen('The settings name no group that can be read.');
      return await ofFirstPage(ground, groupDelta(ground.groupId, {}), (items, more) => {
        const slices = items
          .map((item) => item['members@delta'])
          .filter((one) => Array.isArray(one));
        if (slices.length === 0) return notSeen('The first page lists no members.');
        const sizes = slices.map(({ length }) => length).join(', ');
        return seen(
          `${slices.length} on the first page, of ${sizes}${more ? ', and more to come' : ''}.`,
        );
      });
    },
  },
  {
    name: 'refused-delta-token',
    doubt: 'documented in two ways',
    expected: 'A token that Graph does not know is refused, with 410 or another 4xx.',
    either:
      'Reads everything again in the same run on 410, on the codes known for it, and on a refused token.',
    ask: async (ground) => {
      const answer = await asked(ground, '/users/delta?$deltatoken=rollkeeper-knows-no-such-token');
      if (answer.ok) return otherwise('It is answered.');
      return seen(
        `${told(answer)}, for a token that never was; one that has run out may be told otherwise.`,
      );
    },
  },
];

function groupDelta(groupId: string, more: Readonly<Record<string, string>>): string {
  return query('/groups/delta', {
    $select: 'id,displayName,members',
    $filter: `id eq ${literal(groupId)}`,
    ...more,
  });
}

async function fromNowOn(ground: Ground, path: string): Promise<Seen> {
  const first = await asked(ground, path);
  if (!first.ok) return otherwise(`It is refused: ${told(first)}.`);
  const link = first.body['@odata.deltaLink'];
  if (typeof link !== 'string') return otherwise('It gives no link at once.');
  if (first.items.length > 0) return otherwise(`It lists ${first.items.length} objects at once.`);
  const next = await firstPage(ground, link);
  if (!next.ok) return otherwise(`Its link is refused: ${told(next)}.`);
  return seen(`It does; the link told of ${next.items.length} changes a moment later.`);
}

type FirstPage =
  | { readonly ok: true; readonly items: readonly JsonObject[]; readonly more: boolean }
  | (Answered & { readonly ok: false });

/** The first page of a round that holds something; the rest is left alone. */
async function firstPage({ graph, signal }: Ground, path: string): Promise<FirstPage> {
  let last: DeltaPage = { items: [], deltaLink: null };
  try {
    for await (const page of graph.delta(path, { signal })) {
      last = page;
      if (page.items.length > 0) break;
    }
  } catch (error) {
    return refusalIn(error);
  }
  return { ok: true, items: last.items, more: last.deltaLink === null };
}

async function ofFirstPage(
  ground: Ground,
  path: string,
  answered: (items: readonly JsonObject[], more: boolean) => Seen,
): Promise<Seen> {
  const page = await firstPage(ground, path);
  if (!page.ok) return notSeen(`It is refused: ${told(page)}.`);
  return answered(page.items, page.more);
}
