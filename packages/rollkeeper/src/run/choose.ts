import type { Checkpoint, Links } from '../directory/checkpoint.ts';
import { resyncReasons } from '../read/resync.ts';
import type { Remembered } from '../store/store.ts';

/** Why a run reads everything, as its report says it; the names are stable. */
export const readReasons = [
  /** Nothing was applied yet. */
  'first',
  /** `--full`, or an approval. */
  'asked',
  /** The settings name another scope, membership mode or disabled policy (rule 16). */
  'scope_changed',
  /** The settings name other groups to keep. */
  'groups_to_keep_changed',
  /** The delta reads so far are proven by a full one. */
  'proof',
  ...resyncReasons,
] as const;
export type ReadReason = (typeof readReasons)[number];

export type Choice =
  | { readonly kind: 'delta' }
  | { readonly kind: 'full' | 'resync'; readonly reason: ReadReason };

/** What the settings ask for now, in the form in which it is remembered. */
export interface Question extends Pick<Remembered, 'scope' | 'membership' | 'disabledUsers'> {
  readonly groupsToKeep: readonly string[];
  /** The attributes that a delta would tell of. */
  readonly select: string;
}

const day = 24 * 60 * 60 * 1000;
/** Graph honours a delta link for seven days. */
const oldest = 6 * day;

/** How a run reads: what changed since the checkpoint wherever that will do. Pure; `now` in milliseconds since 1970. */
export function choose(
  remembered: Remembered | null,
  question: Question,
  { full, now }: { readonly full: boolean; readonly now: number },
): Choice {
  if (remembered === null) return { kind: 'full', reason: 'first' };
  if (isAnotherQuestion(remembered, question)) return { kind: 'full', reason: 'scope_changed' };
  if (full) return { kind: 'full', reason: 'asked' };
  if (!keepsTheSame(remembered, question)) {
    return { kind: 'full', reason: 'groups_to_keep_changed' };
  }
  const { checkpoint } = remembered;
  if (checkpoint === null) return { kind: 'resync', reason: 'no_checkpoint' };
  if (checkpoint.select !== question.select) {
    return { kind: 'resync', reason: 'attributes_changed' };
  }
  if (isTooOld(checkpoint.ended ?? checkpoint, now)) {
    return { kind: 'resync', reason: 'checkpoint_expired' };
  }
  if (now >= Date.parse(remembered.proofDueAt)) return { kind: 'full', reason: 'proof' };
  return { kind: 'delta' };
}

const isTooOld = ({ takenAt }: Links, now: number): boolean => now - Date.parse(takenAt) > oldest;

/** From where a delta read goes on: from where the last one ended, if what is before that is too old. */
export const goodFrom = (checkpoint: Checkpoint, now: number): Checkpoint =>
  checkpoint.ended !== null && isTooOld(checkpoint, now)
    ? { ...checkpoint, ...checkpoint.ended, ended: null }
    : checkpoint;

/** Rule 16: what makes a run's removals a change of the question, not of the tenant. */
export const isAnotherQuestion = (
  before: Pick<Remembered, 'scope' | 'membership' | 'disabledUsers'>,
  now: Pick<Remembered, 'scope' | 'membership' | 'disabledUsers'>,
): boolean =>
  before.scope !== now.scope ||
  before.membership !== now.membership ||
  before.disabledUsers !== now.disabledUsers;

const keepsTheSame = (before: Remembered, { groupsToKeep }: Question): boolean =>
  before.groupsToKeep.length === groupsToKeep.length &&
  before.groupsToKeep.every(({ text }, at) => text === groupsToKeep[at]);

/**
 * When delta reads are next proven: an hour after they began to go on from a new start, which the lists of that read may have
 * lagged behind; then a day after each proof.
 */
export function proofDueAt(reason: ReadReason, now: number): string {
  return new Date(now + (reason === 'proof' ? day : day / 24)).toISOString();
}
