import type { Policy } from '../decide/person.ts';
import type { Claim, DrawnTo, Store } from '../store/store.ts';

/** Has the plan drawn, page by page. Returns how many staged people stay as they are. */
export async function drawPlan(
  store: Store,
  claim: Claim,
  policy: Policy,
  signal: AbortSignal,
): Promise<number> {
  let unchanged = 0;
  for (let from: DrawnTo | null = null; ;) {
    signal.throwIfAborted();
    const drawn = await store.draw(claim, policy, from);
    unchanged += drawn.unchanged;
    from = drawn.next;
    if (from === null) return unchanged;
  }
}
