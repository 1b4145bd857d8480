/**
 * How the tenant's users are split into lanes by the beginning of their user names. Letter case does not matter to
 * `startsWith`. Legal characters: letters, digits and `' . - _ ! # ^ ~`
 * (https://learn.microsoft.com/graph/api/resources/user); `$` stands at the beginning of some
 * (https://learn.microsoft.com/graph/api/user-get). Whether really nobody's name begins otherwise is proven by counting.
 */

/** Beginnings that are counted together, with the number of users whose names begin with one of them. */
export interface Piece {
  readonly beginnings: readonly string[];
  readonly count: number;
}

/** What one walk reads: user names with one of these beginnings, so many of them. */
export type Lane = Piece;

const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
/** Letters after the first, rarer ones together, so that fewer counts are needed. */
const laterLetters = ['a', 'e', 'i', 'o', 'u', 'bcd', 'fgh', 'jk', 'lmn', 'pqr', 'st', 'vwxyz'];
const digits = '0123456789'.split('');
const marks = "'.-_!#^~$".split('');
/** After the first character a name may also come to its `@`. */
const laterMarks = [...marks, '@'];

/** The most beginnings in one request: Graph takes fifteen expressions joined by `or`. */
export const beginningsPerLane = 15;
/** Beginnings are not split further than to so many characters. */
const longestBeginning = 6;

/** All that can follow a beginning, in groups that are worth a count of their own. */
export function beginningsAfter(beginning: string): readonly (readonly string[])[] {
  const after = (characters: readonly string[]): readonly string[] =>
    characters.map((character) => beginning + character);
  const groups = beginning === '' ? letters : laterLetters;
  return [
    ...groups.map((group) => after(group.split(''))),
    after(digits),
    after(beginning === '' ? marks : laterMarks),
  ];
}

/** What to count instead of a piece that is too long; empty where it is not, or cannot be split. */
export function split(piece: Piece, most: number): readonly (readonly string[])[] {
  const [first = '', ...others] = piece.beginnings;
  if (piece.count <= most) return [];
  if (others.length > 0) return piece.beginnings.map((one) => [one]);
  return first.length < longestBeginning ? beginningsAfter(first) : [];
}

/**
 * Joins pieces into about `width` lanes of about the same length. Pieces without users are read too: somebody may have
 * arrived there since the count.
 */
export function joined(pieces: readonly Piece[], width: number): readonly Lane[] {
  const lanes: { readonly beginnings: string[]; count: number }[] = [];
  for (const { beginnings, count } of pieces.toSorted((a, b) => b.count - a.count)) {
    const [shortest] = lanes
      .filter((lane) => lane.beginnings.length + beginnings.length <= beginningsPerLane)
      .toSorted((a, b) => a.count - b.count);
    const hasOwn = count > 0 && lanes.length < width;
    if (shortest === undefined || hasOwn) lanes.push({ beginnings: [...beginnings], count });
    else {
      shortest.beginnings.push(...beginnings);
      shortest.count += count;
    }
  }
  return lanes;
}
