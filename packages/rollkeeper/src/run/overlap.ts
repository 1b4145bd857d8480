import type { Checkpoint, Links } from '../directory/checkpoint.ts';

/**
 * Where the run after a delta read goes on. Rounds of changes, lists and objects by id may each lag behind the others, and a
 * change is told once: what a run asked for beside the rounds may have been answered by how it was before. So the run after it
 * is told the same changes once more. What the rounds alone have told needs no second time.
 */
export function afterDelta(began: Checkpoint, end: Checkpoint, asked: boolean): Checkpoint {
  return asked ? { ...goingOnFrom(began.ended ?? began, end), ended: linksOf(end) } : end;
}

/**
 * Where the run after a full read goes on: from where the one before it ended, so that what the lists lag behind is told to
 * the next run. `before` null: there is nothing to go on from but the links that this read has taken.
 */
export function afterFull(before: Checkpoint | null, taken: Checkpoint): Checkpoint {
  if (before === null) return taken;
  const usersProven = before.usersProven || taken.usersProven;
  return { ...afterDelta(before, taken, true), usersProven };
}

/**
 * An approval performs what was shown, never more: what else its read found is neither applied nor held. So the next run goes on
 * from where it would have gone on without it, and is told of it again. null: it reads everything.
 */
export function afterApproval(before: Checkpoint | null, taken: Checkpoint): Checkpoint | null {
  if (before === null || before.select !== taken.select) return null;
  const unresolved = [...new Set([...before.unresolved, ...taken.unresolved])];
  const { ended, joined, usersProven } = before;
  return { ...goingOnFrom(before, taken), unresolved, usersProven, joined, ended };
}

/** Goes on from these links, and from those that `end` has for groups that they do not tell of. */
function goingOnFrom(links: Links, end: Checkpoint): Checkpoint {
  const told = new Set(links.groups.flatMap(({ ids }) => ids));
  const joined = end.groups.filter(({ ids }) => ids.some((id) => !told.has(id)));
  return { ...end, ...linksOf(links), groups: [...links.groups, ...joined] };
}

const linksOf = ({ groups, takenAt, users }: Links): Links => ({ groups, takenAt, users });
