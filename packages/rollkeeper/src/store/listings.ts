/** What people and applications read: runs, plans, rows and changes. Part of the interface of `store.ts`; the same rules hold. */
import type { Kept } from '../directory/attribute.ts';
import type { ObjectId, Reason } from '../directory/statement.ts';
import type { Planned } from '../decide/operation.ts';
import type { HeldKind } from '../decide/threshold.ts';
import type { Decider } from './decisions.ts';
import type { Page } from './page.ts';

export type RunKind = 'full' | 'delta' | 'resync' | 'approval';
export type RunStatus =
  | 'reading'
  | 'deciding'
  | 'applying'
  | 'succeeded'
  | 'quarantined'
  | 'failed'
  | 'cancelled';

export interface RunRow {
  readonly tenantId: string;
  readonly runId: number;
  readonly kind: RunKind;
  readonly dryRun: boolean;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** The run's report as JSON, as `sync --json` prints it; null while it runs. */
  readonly report: string | null;
  /** What is held, as JSON of `HeldKind[]`; null: nothing. */
  readonly held: readonly HeldKind[] | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** The run whose held removals this one performs; null: it is no approval. */
  readonly approves: number | null;
  /** What somebody decided about what this run holds; null: nothing yet. */
  readonly decision: (Decider & { readonly what: 'approved' | 'rejected' }) | null;
  /** Who asked this run to stop; null: nobody. */
  readonly cancelled: Decider | null;
}

/** An operation in words: whom it concerns, by name as far as it is known. */
export interface PlannedRow {
  readonly sequence: number;
  readonly kind: Planned['kind'];
  /** Held, or to be held where the run is a dry one. */
  readonly held: boolean;
  readonly reason: Reason | null;
  readonly subjectId: ObjectId;
  /** User name of a person, display name of a group. */
  readonly subjectName: string | null;
  readonly displayName: string | null;
  /** The new supervisor, or the group of a membership. */
  readonly objectId: ObjectId | null;
  readonly objectName: string | null;
}

/** A person as the views show them. */
export interface PersonRow {
  readonly id: ObjectId;
  /** In the order of `userAttributes`. */
  readonly values: readonly Kept[];
  /** JSON object of the extra attributes; null: none. */
  readonly extra: string | null;
  readonly supervisorId: ObjectId | null;
  readonly supervisorUserPrincipalName: string | null;
  readonly supervisorDisplayName: string | null;
  readonly inScope: boolean;
  readonly status: 'active' | 'disabled' | 'left' | 'deleted' | 'outside';
  readonly statusSince: string;
  readonly deletedReason: Reason | null;
}

export interface GroupRow {
  readonly id: ObjectId;
  readonly values: readonly Kept[];
  readonly inClosure: boolean;
}

export interface ChangeRow {
  /** Counts up per tenant, without order gaps mattering; pass it as `after` to go on. */
  readonly sequence: number;
  readonly runId: number;
  readonly at: string;
  /** `created`, `updated`, `deactivated`, `restored`, `soft_deleted`, `reason_moved`, `supervisor_set`,
   *  `supervisor_cleared`, `membership_added`, `membership_removed`, `group_created`, `group_updated`, `group_removed`,
   *  `attributes_changed` (the list of attributes that are kept). */
  readonly change: string;
  /** The person, or the group; of a membership the member. */
  readonly subjectId: ObjectId;
  /** Graph's name of the attribute; null where the change is not of one attribute. */
  readonly attribute: string | null;
  readonly oldValue: string | null;
  readonly newValue: string | null;
}

export interface ListingStore {
  /** The newest run that applied its plan; null: none did. */
  lastApplied(tenantId: string): Promise<RunRow | null>;
  /** Newest first; `after` is a run id. */
  runs(tenantId: string, page: Page<number>): Promise<readonly RunRow[]>;
  run(tenantId: string, runId: number): Promise<RunRow | null>;
  /** A run's plan, in order; after success what can still be told from the changes is not repeated here. */
  planned(tenantId: string, runId: number, page: Page<number>): Promise<readonly PlannedRow[]>;

  /** In scope, by id. */
  users(tenantId: string, page: Page<ObjectId>): Promise<readonly PersonRow[]>;
  /** Everyone ever in scope and managers outside it, by id. */
  people(tenantId: string, page: Page<ObjectId>): Promise<readonly PersonRow[]>;
  /** By object id alone. */
  person(tenantId: string, objectId: ObjectId): Promise<PersonRow | null>;
  groups(tenantId: string, page: Page<ObjectId>): Promise<readonly GroupRow[]>;
  changes(tenantId: string, page: Page<number>): Promise<readonly ChangeRow[]>;
}
