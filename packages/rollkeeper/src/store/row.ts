import type { Kept } from '../directory/attribute.ts';
import type { Reason } from '../directory/statement.ts';
import { reasons } from '../directory/statement.ts';

/** What a column holds, as the schema says it: anything else means that somebody wrote to our tables. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`A text was expected in the database, not ${typeof value}.`);
}

export function integer(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`A number was expected in the database, not ${typeof value}.`);
}

export const textOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : text(value);

/** PostgreSQL has flags; SQLite has 0 and 1. */
export function flag(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  throw new TypeError(`A flag was expected in the database, not ${typeof value}.`);
}

export const flagOrNull = (value: unknown): boolean | null =>
  value === null || value === undefined ? null : flag(value);

/** A value of an attribute as it is compared and kept: a flag is 0 or 1. */
export function kept(value: unknown): Kept {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

export function reasonOrNull(value: unknown): Reason | null {
  return reasons.find((reason) => reason === value) ?? null;
}

/** A row by the names of its columns, or by their places. */
export type Row = Readonly<Record<string, unknown>>;
export type Cells = readonly unknown[];
