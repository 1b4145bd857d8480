import type { PeopleQuery, PeopleSort, StatusFilter } from '../../store/search.ts';
import { address, oneOf } from '../address.ts';

const statuses = ['in_scope', 'active', 'disabled', 'left', 'deleted', 'outside', 'all'] as const;
const guestChoices = ['', 'only', 'without'] as const;
const sorts = ['name', 'department', 'since'] as const;

/** What the address of the table asks for. */
export interface Asked {
  readonly text: string;
  readonly status: StatusFilter | 'all';
  /** null: any; `''` cannot be told from it in an address, and is written `-`. */
  readonly department: string | null;
  readonly guests: (typeof guestChoices)[number];
  readonly sort: PeopleSort;
  readonly descending: boolean;
  readonly cursor: string | null;
}

/** `none`: those without a department. No department can be called so: it has a space before it. */
export const none = ' none';

/** Reads a query, whatever it says: what it does not say rightly is as if it were not there. */
export function readAsked(query: Readonly<Record<string, string | undefined>>): Asked {
  const department = query['department'] ?? '';
  return {
    text: (query['q'] ?? '').slice(0, 200),
    status: oneOf(query['status'], statuses),
    department: department === '' ? null : department.slice(0, 500),
    guests: oneOf(query['guests'], guestChoices),
    sort: oneOf(query['sort'], sorts),
    descending: query['order'] === 'down',
    cursor: query['cursor'] ?? null,
  };
}

export function toQuery(asked: Asked, group: string | null = null): PeopleQuery {
  const { text, status, department, guests, sort, descending } = asked;
  return {
    text,
    status: status === 'all' ? null : status,
    department: department === none ? '' : department,
    guests: guests === '' ? null : guests === 'only',
    group,
    sort,
    descending,
  };
}

/** The address that asks for the same, with these changes. */
export function addressOf(path: string, asked: Asked, changes: Partial<Asked> = {}): string {
  const { text, status, department, guests, sort, descending, cursor } = { ...asked, ...changes };
  return address(path, {
    q: text,
    status: status === 'in_scope' ? null : status,
    department,
    guests,
    sort: sort === 'name' ? null : sort,
    order: descending ? 'down' : null,
    cursor,
  });
}

/** Whether anything narrows the table. */
export const isNarrowed = ({ text, status, department, guests }: Asked): boolean =>
  text.trim() !== '' || status !== 'in_scope' || department !== null || guests !== '';
