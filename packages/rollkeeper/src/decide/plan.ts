import { decideGroup, decideMembership } from './group.ts';
import { removalOf, standing } from './held.ts';
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

/**
 * The plan for people. Pure; every store asks it about its pairs. Removals that earlier runs have held are left out of
 * it, but those of the run that is approved; whoever is seen back is released.
 */
export function planPeople(
  pairs: readonly PersonPair[],
  policy: Policy,
  approves: number | null = null,
): PlannedPeople {
  const operations: Planned[] = [];
  let unchanged = 0;
  for (const pair of pairs) {
    const planned = planPerson(pair, policy, approves);
    for (const operation of planned) operations.push(operation);
    if (pair.stated.presence === 'in_scope' && !planned.some(concernsAttributes)) unchanged += 1;
  }
  return { operations, unchanged };
}

function planPerson(
  { row, known, stated, held = [] }: PersonPair,
  policy: Policy,
  approves: number | null,
): readonly Planned[] {
  const decided = decidePerson(known, stated, policy);
  if (held.length === 0) return decided.map((operation) => ({ row, ...operation }));
  const planned = decided.flatMap((operation): readonly Planned[] => {
    const kind = removalOf[operation.kind];
    const stands = standing(kind && held.find((removal) => removal.kind === kind), approves);
    if (stands === 'left') return [];
    return [{ row, ...operation, ...(stands === 'approved' ? { approved: true } : {}) }];
  });
  if (stated.presence === 'absent') return planned;
  const leaves = decided.some(({ kind }) => kind === 'soft_delete');
  const released = held.flatMap(({ kind }): readonly Planned[] => {
    if (kind === 'leaving') return leaves ? [] : [{ row, kind: 'release_leaving' }];
    return stated.enabled === false ? [] : [{ row, kind: 'release_deactivation' }];
  });
  return [...planned, ...released];
}

export const planGroups = (pairs: readonly GroupPair[]): readonly Planned[] =>
  pairs.flatMap((pair) => named(pair.row, decideGroup(pair)));

/**
 * Call it after the plan for people is stored: what becomes of a member depends on it. Whoever is held keeps their
 * memberships.
 */
export const planMemberships = (
  pairs: readonly MembershipPair[],
  approves: number | null = null,
): readonly Planned[] => pairs.flatMap((pair) => planMembership(pair, approves));

function planMembership(pair: MembershipPair, approves: number | null): readonly Planned[] {
  const { row, held, keptWithMember = false, memberHeld } = pair;
  const kind = decideMembership(pair);
  if (pair.stated && held !== undefined) return [{ row, kind: 'release_membership' }];
  if (kind !== 'remove_membership') return named(row, kind);
  if (held !== undefined && !keptWithMember) {
    const stands = standing(held, approves);
    return stands === 'left' ? [] : [{ row, kind, approved: true }];
  }
  return standing(memberHeld, approves) === 'left' ? [] : [{ row, kind }];
}

const named = (row: number, kind: Planned['kind'] | null): readonly Planned[] =>
  kind === null ? [] : [{ row, kind }];

const others: ReadonlySet<Planned['kind']> = new Set([
  'set_supervisor',
  'clear_supervisor',
  'release_leaving',
  'release_deactivation',
]);
const concernsAttributes = ({ kind }: Pick<Planned, 'kind'>): boolean => !others.has(kind);
