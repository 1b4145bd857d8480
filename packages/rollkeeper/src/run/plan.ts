import { decideGroup, decideMembership } from '../decide/group.ts';
import type { Planned } from '../decide/operation.ts';
import { decidePerson } from '../decide/person.ts';
import type { Policy } from '../decide/person.ts';
import type { Claim, Page, PersonPair, Store } from '../store/store.ts';

const pageSize = 5_000;

/** Decides for everything that was staged, and stores the plan. Returns how many staged people stay as they are. */
export async function drawPlan(
  store: Store,
  claim: Claim,
  policy: Policy,
  signal: AbortSignal,
): Promise<number> {
  let unchanged = 0;
  for await (const page of pairs((key) => store.personPairs(claim, key))) {
    signal.throwIfAborted();
    const operations = page.flatMap((pair) => {
      const planned = planPerson(pair, policy);
      if (pair.stated.presence === 'in_scope' && !planned.some(concernsAttributes)) unchanged += 1;
      return planned;
    });
    await store.plan(claim, operations);
  }
  for await (const page of pairs((key) => store.groupPairs(claim, key))) {
    await store.plan(
      claim,
      page.flatMap((pair) => named(pair.row, decideGroup(pair))),
    );
  }
  for await (const page of pairs((key) => store.membershipPairs(claim, key))) {
    await store.plan(
      claim,
      page.flatMap((pair) => named(pair.row, decideMembership(pair))),
    );
  }
  return unchanged;
}

function planPerson({ row, known, stated }: PersonPair, policy: Policy): readonly Planned[] {
  return decidePerson(known, stated, policy).map((operation) => ({ row, ...operation }));
}

const named = (row: number, kind: Planned['kind'] | null): readonly Planned[] =>
  kind === null ? [] : [{ row, kind }];

const concernsAttributes = ({ kind }: Planned): boolean =>
  kind !== 'set_supervisor' && kind !== 'clear_supervisor';

async function* pairs<Pair extends { readonly row: number }>(
  read: (page: Page<number>) => Promise<readonly Pair[]>,
): AsyncGenerator<readonly Pair[]> {
  let after: number | null = null;
  for (;;) {
    const page: readonly Pair[] = await read({ after, limit: pageSize });
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)?.row ?? null;
  }
}
