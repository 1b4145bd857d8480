import { createHash } from 'node:crypto';

import type { PeopleQuery } from '../../search.ts';

/** What somebody is filtered by. */
export interface Filtered {
  readonly status: string;
  readonly department: string;
  readonly guest: boolean;
}

/**
 * What is written of a person for the full-text index: their words and, as words that nobody can ask for, what they are
 * filtered by. Each begins with the tenant's number: a question is about one tenant.
 */
export function tokensOf(
  tenant: number,
  words: readonly string[],
  { status, department, guest }: Filtered,
): readonly string[] {
  const tokens = [...words, filter.status(status), filter.department(department)];
  if (status === 'active' || status === 'disabled') tokens.push(filter.status('in_scope'));
  tokens.push(filter.guest(guest));
  return tokens.map((token) => `${tenant}.${token}`);
}

const filter = {
  status: (status: string): string => `.s${status.replaceAll('_', '')}`,
  guest: (guest: boolean): string => `.g${guest ? 1 : 0}`,
  department: (name: string): string =>
    `.d${createHash('sha256').update(name).digest('hex').slice(0, 12)}`,
};

/** The question for the full-text index; null: there is nothing to look up. */
export function matchOf(
  tenant: number,
  words: readonly string[],
  { status, department, guests }: Pick<PeopleQuery, 'status' | 'department' | 'guests'>,
): string | null {
  const terms = words.map((word) => `"${tenant}.${word}" *`);
  // What holds for nearly everyone narrows nothing, and is dear to look up.
  const narrow = words.length === 0;
  const filters = [
    ...(status === null || (status === 'in_scope' && !narrow) ? [] : [filter.status(status)]),
    ...(department === null ? [] : [filter.department(department)]),
    ...(guests === null || (!guests && !narrow) ? [] : [filter.guest(guests)]),
  ];
  const all = [...terms, ...filters.map((token) => `"${tenant}.${token}"`)];
  return all.length === 0 ? null : all.join(' AND ');
}
