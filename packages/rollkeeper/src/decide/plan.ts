import { decideGroup, decideMembership } from './group.ts';
import type { Planned } from './operation.ts';
import type { GroupPair, MembershipPair, PersonPair } from './pair.ts';
import type { Policy } from './person.ts';
import { decidePerson } from './person.ts';

/** The operations that pairs come to, in the order of the pairs. */
export interface PlannedPeople {
  readonly operations: readonly Planned[];
  /** People in scope of whom no attribute changes. */
  readonly unchanged: number;
}

/** The plan for people. Pure; every store asks it about its pairs. */
export function planPeople(pairs: readonly PersonPair[], policy: Policy): PlannedPeople {
  const operations: Planned[] = [];
  let unchanged = 0;
  for (const { row, known, stated } of pairs) {
    const decided = decidePerson(known, stated, policy);
    for (const operation of decided) operations.push({ row, ...operation });
    if (stated.presence === 'in_scope' && !decided.some(concernsAttributes)) unchanged += 1;
  }
  return { operations, unchanged };
}

export const planGroups = (pairs: readonly GroupPair[]): readonly Planned[] =>
  pairs.flatMap((pair) => named(pair.row, decideGroup(pair)));

/** Call it after the plan for people is stored: what becomes of a member depends on it. */
export const planMemberships = (pairs: readonly MembershipPair[]): readonly Planned[] =>
  pairs.flatMap((pair) => named(pair.row, decideMembership(pair)));

const named = (row: number, kind: Planned['kind'] | null): readonly Planned[] =>
  kind === null ? [] : [{ row, kind }];

const concernsAttributes = ({ kind }: Pick<Planned, 'kind'>): boolean =>
  kind !== 'set_supervisor' && kind !== 'clear_supervisor';
