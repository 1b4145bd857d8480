import type { SQLOutputValue } from 'node:sqlite';

import type { Kept } from '../../directory/attribute.ts';
import type { Reason } from '../../directory/statement.ts';
import { reasons } from '../../directory/statement.ts';

/** What a column holds, as the schema says it: anything else means that somebody wrote to our tables. */
export function text(value: SQLOutputValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`A text was expected in the database, not ${typeof value}.`);
}

export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`A number was expected in the database, not ${typeof value}.`);
}

export const textOrNull = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : text(value);

export const flag = (value: SQLOutputValue | undefined): boolean => integer(value) !== 0;

export function kept(value: SQLOutputValue | undefined): Kept {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

export function reasonOrNull(value: SQLOutputValue | undefined): Reason | null {
  return reasons.find((reason) => reason === value) ?? null;
}
