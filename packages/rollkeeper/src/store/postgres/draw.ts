import { planGroups, planMemberships, planPeople } from '../../decide/plan.ts';
import type { Policy } from '../../decide/person.ts';
import type { Claim, Drawn, DrawnTo } from '../store.ts';
import type { Database } from './connection.ts';
import { approvedBy, holdsAnything, withHeldMemberships, withHeldPeople } from './held/earlier.ts';
import { restateKept } from './held/restate.ts';
import type { Pairs } from './pairs.ts';
import { plan } from './plan.ts';

/** Staged rows decided in one call. */
const pageSize = 20_000;

/** One page of what was staged, beside what is known, becomes operations of the plan. */
export async function draw(
  database: Database,
  pairs: Pairs,
  claim: Claim,
  policy: Policy,
  from: DrawnTo | null,
): Promise<Drawn> {
  const { of, row } = from ?? { of: 'people', row: null };
  const page = { after: row, limit: pageSize };
  const holds = await holdsAnything(database, claim.tenantId);
  const approves = holds ? await approvedBy(database, claim) : null;
  if (of === 'people') {
    const found = await pairs.people(claim, page);
    const people = holds ? await withHeldPeople(database, claim, found) : found;
    const { operations, unchanged } = planPeople(people, policy, approves);
    await plan(database, claim, operations);
    return { next: after(people, of) ?? { of: 'groups', row: null }, unchanged };
  }
  if (of === 'groups') {
    const groups = await pairs.groups(claim, page);
    await plan(database, claim, planGroups(groups));
    return { next: after(groups, of) ?? { of: 'memberships', row: null }, unchanged: 0 };
  }
  if (holds && row === null) await restateKept(database, claim);
  const found = await pairs.memberships(claim, page);
  const memberships = holds ? await withHeldMemberships(database, claim, found) : found;
  await plan(database, claim, planMemberships(memberships, approves));
  return { next: after(memberships, of), unchanged: 0 };
}

/** Where the next page of the same begins; null: this was the last. */
function after(page: readonly { readonly row: number }[], of: DrawnTo['of']): DrawnTo | null {
  const last = page.at(-1);
  return last === undefined || page.length < pageSize ? null : { of, row: last.row };
}
