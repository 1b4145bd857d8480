/**
 * What people decide, and what they are told: removals that wait, pauses, notices, erasure. Part of the interface of
 * `store.ts`; the same rules hold.
 */
import type { ObjectId, Reason } from '../directory/statement.ts';
import type { HeldState } from '../decide/held.ts';
import type { Condition } from '../decide/notice.ts';
import type { RemovalKind } from '../decide/threshold.ts';
import type { Page } from './page.ts';

/** Removals that wait for a decision, by kind. */
export interface HeldCounts extends Readonly<Record<RemovalKind, number>> {
  /** The runs that they are of, newest first; empty: nothing is held. */
  readonly runs: readonly number[];
}

/** One removal that is held, or was rejected. */
export interface HeldRow {
  readonly kind: RemovalKind;
  readonly state: HeldState;
  /** The run that has held it. */
  readonly runId: number;
  readonly since: string;
  /** Why somebody leaves; null for other kinds. */
  readonly reason: Reason | null;
  readonly subjectId: ObjectId;
  readonly subjectName: string | null;
  readonly displayName: string | null;
  /** Of a membership; null for other kinds. */
  readonly groupId: ObjectId | null;
  readonly groupName: string | null;
}

/** Pass the last row of a page to go on. */
export type HeldKey = Pick<HeldRow, 'kind' | 'subjectId' | 'groupId'>;

/** Who decided something about a run, and when. */
export interface Decider {
  readonly by: string;
  readonly at: string;
  readonly reason: string | null;
}

/** Until when removals are held, whatever their number. */
export interface Pause {
  readonly since: string;
  /** null: until somebody resumes. */
  readonly until: string | null;
  readonly by: string;
  readonly reason: string | null;
}

/** A condition that somebody was told of. */
export interface Told {
  readonly condition: Condition;
  /** The newest run that it was told of. */
  readonly runId: number;
  readonly at: string;
}

/** What a purge removes, and whom it leaves although they were soft-deleted long enough ago. */
export interface Purged {
  readonly people: number;
  /** In the tenant's deleted items: they may come back. */
  readonly restorable: number;
  /** Out of scope, and still the supervisor of somebody in it. */
  readonly supervising: number;
}

/** That something was erased on purpose; nothing of whom. */
export interface ErasureRow {
  readonly sequence: number;
  readonly kind: 'purge' | 'forget';
  readonly people: number;
  readonly at: string;
  /** Whoever asked for it. */
  readonly by: string;
}

export interface DecisionStore {
  /** What is held or was rejected, by kind, person and group. `runId`: of one run; null: of all. */
  held(tenantId: string, runId: number | null, page: Page<HeldKey>): Promise<readonly HeldRow[]>;
  /**
   * Rejects what a run holds: it stays in scope, and is not proposed again until it was seen back once. Returns how many
   * removals. Throws `run.not_found`, `run.holds_nothing`, and `run.active` while a run is under way.
   */
  reject(tenantId: string, runId: number, decider: Decider): Promise<number>;
  /**
   * Asks a run that is under way, in whatever process, to stop: its next call with the claim throws `run.cancelled`. Throws
   * `run.not_found`, and `run.ended` where it has ended already.
   */
  cancel(tenantId: string, runId: number, decider: Decider): Promise<void>;
  /** Removals are held from now on, whatever their number. A pause takes the place of the one before. */
  pause(tenantId: string, pause: Pause): Promise<void>;
  /** Returns false where nothing was paused. */
  resume(tenantId: string): Promise<boolean>;
  /** The last pause that nobody ended; its `until` may have passed. */
  paused(tenantId: string): Promise<Pause | null>;
  /** What somebody was told of and that is not over. */
  told(tenantId: string): Promise<readonly Told[]>;
  /**
   * Remembers that somebody is being told of a condition, where nobody was yet. Returns false where somebody was: of
   * several callers at once one gets true.
   */
  tellFirst(
    tenantId: string,
    condition: Condition,
    what: Pick<Told, 'runId' | 'at'>,
  ): Promise<boolean>;
  /** Remembers that somebody was told of a condition; null: that it is over. */
  tell(
    tenantId: string,
    condition: Condition,
    what: Pick<Told, 'runId' | 'at'> | null,
  ): Promise<void>;

  /**
   * Removes for good who was soft-deleted at or before `before`: the row, its memberships, the links to it. Not who is in the
   * tenant's deleted items, and not who supervises somebody in scope. The change feed keeps what happened.
   * Throws `run.active` while a run of the tenant is under way.
   */
  purge(
    tenantId: string,
    options: {
      readonly before: string;
      readonly at: string;
      readonly by: string;
      /** Counts only. */
      readonly dryRun: boolean;
    },
  ): Promise<Purged>;
  /**
   * Erases a person from rows, staging, plans, held removals and changes; what is left says that it was done, and nothing of
   * whom. Throws `person.needed` while they are in scope or supervise somebody who is, `person.not_found`, `run.active`.
   */
  forget(
    tenantId: string,
    objectId: ObjectId,
    done: { readonly at: string; readonly by: string },
  ): Promise<void>;
  /** What was purged and forgotten, oldest first; `after` is a sequence. */
  erasures(tenantId: string, page: Page<number>): Promise<readonly ErasureRow[]>;
}
