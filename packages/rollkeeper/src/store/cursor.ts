/** Where a page of a list begins: after, or before, an item with these sort keys. */
export interface Cursor {
  readonly back: boolean;
  readonly keys: readonly (string | number)[];
}

/** A cursor as an address may carry it. */
export const writeCursor = ({ back, keys }: Cursor): string =>
  Buffer.from(JSON.stringify([back ? 1 : 0, ...keys])).toString('base64url');

/** null: the text is no cursor of a list with so many keys, of these types. */
export function readCursor(
  text: string | null,
  types: readonly ('string' | 'number')[],
): Cursor | null {
  if (text === null || text.length > 2_000) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!Array.isArray(parts)) return null;
    const [back, ...keys]: readonly unknown[] = parts;
    const fits = keys.length === types.length && keys.every((key, at) => isKey(key, types[at]));
    // Each key is of its type, and all types are one of the two.
    return fits ? { back: back === 1, keys: keys as (string | number)[] } : null;
  } catch {
    return null;
  }
}

/** Keys that are numbers are of whole ones. */
const isKey = (key: unknown, type: 'string' | 'number' | undefined): boolean =>
  type === 'number' ? Number.isSafeInteger(key) : typeof key === type;

/**
 * A page out of the items that were read for it: in the order of reading, one more than `limit` if there were as many.
 * Items that were read backwards are turned round.
 */
export function pageOf<Item>(
  read: readonly Item[],
  limit: number,
  cursor: Cursor | null,
  keysOf: (item: Item) => Cursor['keys'],
): {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly previous: string | null;
} {
  const back = cursor?.back === true;
  const further = read.length > limit;
  const items = back ? read.slice(0, limit).toReversed() : read.slice(0, limit);
  const [first, last] = [items[0], items.at(-1)];
  const after = back ? cursor !== null : further;
  const before = back ? further : cursor !== null;
  return {
    items,
    next: after && last !== undefined ? writeCursor({ back: false, keys: keysOf(last) }) : null,
    previous:
      before && first !== undefined ? writeCursor({ back: true, keys: keysOf(first) }) : null,
  };
}
