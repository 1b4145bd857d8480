import type { Cursor } from './cursor.ts';

/** A list's order: columns of unlike rows differ in at least one. */
export interface Order {
  readonly columns: readonly string[];
  readonly types: readonly ('string' | 'number')[];
  readonly descending: boolean;
}

export interface Keyset {
  /** A condition; '' at the start. */
  readonly where: string;
  readonly orderBy: string;
  /** A condition that ends the list with the keys `$end0`, `$end1` and so on, those included. */
  readonly until: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What reads a list from a cursor on. */
export function keyset({ columns, descending }: Order, cursor: Cursor | null): Keyset {
  const down = descending !== (cursor?.back === true);
  const names = columns.map((_, at) => `$key${at}`);
  return {
    where:
      cursor === null
        ? ''
        : `AND (${columns.join(', ')}) ${down ? '<' : '>'} (${names.join(', ')})`,
    until: `AND (${columns.join(', ')}) ${down ? '>=' : '<='} (${columns.map((_, at) => `$end${at}`).join(', ')})`,
    orderBy: columns.map((column) => `${column} ${down ? 'DESC' : 'ASC'}`).join(', '),
    values: Object.fromEntries((cursor?.keys ?? []).map((key, at) => [`key${at}`, key])),
  };
}
