import { queries } from '../graph/queries.ts';
import { counts } from './counts.ts';
import type { Lane, Piece } from './lanes.ts';
import { beginningsAfter, joined, split } from './lanes.ts';
import type { ReadParts } from './reading.ts';

/**
 * The pieces first counted are split where they are longer than this share of an even lane, so that joining can level
 * them; their parts only where they are longer than a whole one, because each further count is a round trip.
 */
const share = 0.6;
/** Times that pieces are split and counted again, at most. */
const most = 8;

/** Why there are no lanes, or what they are. */
export type Sized =
  | { readonly lanes: readonly Lane[]; readonly total: number }
  | { readonly lanes: null; readonly because: string };

/**
 * Splits the tenant's users into lanes of about the same length, by counts. No lanes where Graph gives no counts, or
 * where the parts do not add up: then somebody's user name begins in a way that is not thought of.
 */
export async function sizeLanes({
  graph,
  signal,
}: Pick<ReadParts, 'graph' | 'signal'>): Promise<Sized> {
  const first = beginningsAfter('');
  const asked = [
    queries.countUsers(),
    ...first.map((beginnings) => queries.countUsers(beginnings)),
  ];
  const [total, ...parts] = await counts(graph, asked, signal);
  const counted = piecesOf(first, parts);
  if (counted === null || total === null || total === undefined) {
    return { lanes: null, because: 'Graph gave no counts to make lanes of' };
  }
  const sum = sumOf(counted);
  if (sum < total) {
    return { lanes: null, because: `the parts of the tenant add up to ${sum} of ${total} users` };
  }
  const even = total / graph.width;
  let pieces = counted;
  for (let time = 0; time < most; time += 1) {
    const longest = Math.ceil(time === 0 ? share * even : even);
    const splits = pieces.map((piece) => split(piece, longest));
    const into = splits.flat();
    if (into.length === 0) break;
    const found = await counts(
      graph,
      into.map((beginnings) => queries.countUsers(beginnings)),
      signal,
    );
    const next = replaced(pieces, splits, found);
    if (next === null) break;
    pieces = next;
  }
  return { lanes: joined(pieces, graph.width), total };
}

/** null: a count is missing. */
function piecesOf(
  groups: readonly (readonly string[])[],
  found: readonly (number | null)[],
): readonly Piece[] | null {
  const pieces = groups.flatMap((beginnings, at) => {
    const count = found[at] ?? null;
    return count === null ? [] : [{ beginnings, count }];
  });
  return pieces.length === groups.length ? pieces : null;
}

const sumOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { count }) => sum + count, 0);

/**
 * The pieces with those that were split replaced by their parts. A piece whose parts do not add up to it stays whole:
 * somebody's name goes on in a way that is not thought of. null: nothing was replaced.
 */
function replaced(
  pieces: readonly Piece[],
  splits: readonly (readonly (readonly string[])[])[],
  found: readonly (number | null)[],
): readonly Piece[] | null {
  let from = 0;
  let some = false;
  const next = pieces.flatMap((piece, at) => {
    const groups = splits[at] ?? [];
    const parts = piecesOf(groups, found.slice(from, from + groups.length));
    from += groups.length;
    if (groups.length === 0 || parts === null || sumOf(parts) < piece.count) return [piece];
    some = true;
    return parts;
  });
  return some ? next : null;
}
