/**
 * The one interface to a database. Two implementations answer to the same contract suite
 * (`contract.ts`): `sqlite/` and, beyond one process, `postgres/`.
 *
 * Rules for every implementation:
 *
 * - Every call takes the tenant, or a claim that names it. There is no ambient tenant.
 * - What changes rows is one transaction: all of a call happens, or none of it.
 * - Failures are `RollkeeperError`s with a `database.*` code and a remedy. A call that failed may be
 *   repeated; nothing is half-written.
 * - Times are ISO 8601 in UTC and come from the caller (`at`), but the lease's, which come from the
 *   database's own clock.
 * - Lists are read in pages by key (`after`, `limit`), so that no call holds more than a page.
 */
import type { Kept } from '../directory/attribute.ts';
import type { ObjectId, Reason, Statements } from '../directory/statement.ts';
import type { Planned, PlanCounts } from '../decide/operation.ts';
import type { Policy } from '../decide/person.ts';
import type { HeldKind, RemovalKind } from '../decide/threshold.ts';
import type { AccessStore } from './access.ts';

export type { ConsentRow, SessionRow, Ticket } from './access.ts';

export type RunKind = 'full' | 'delta' | 'resync' | 'approval';
export type RunStatus =
  | 'reading'
  | 'deciding'
  | 'applying'
  | 'succeeded'
  | 'quarantined'
  | 'failed'
  | 'cancelled';

/** A run that owns its tenant's lease. */
export interface Claim {
  readonly tenantId: string;
  /** Counts up over the whole database. */
  readonly runId: number;
  /** Counts up with every claim on the tenant; `apply` refuses any but the newest. */
  readonly fence: number;
}

/** What the last applied run was made with: a difference is a change of scope (rule 16). */
export interface Remembered {
  /** The scope as the settings had it: `name:kbuk`, `id:…`, or `all`. */
  readonly scope: string;
  /** The group that the scope was resolved to; null where the scope is all users. */
  readonly groupId: ObjectId | null;
  readonly groupName: string | null;
  readonly membership: 'transitive' | 'direct';
  readonly disabledUsers: 'keep' | 'remove';
  /** Every attribute that was asked for, extra ones included, sorted. */
  readonly attributes: readonly string[];
}

export interface KnownPeoplePage {
  readonly ids: readonly ObjectId[];
  readonly fingerprints: Float64Array;
  /** 0: in scope; 1 and up: the position of the reason in `reasons`, plus 1. */
  readonly deleted: Uint8Array;
}

export interface KnownMembershipsPage {
  readonly groupIds: readonly ObjectId[];
  readonly memberIds: readonly ObjectId[];
  /** 1: the member is a group. */
  readonly groups: Uint8Array;
}

/** How far a plan is drawn: the next staged row to decide, after `row` of its kind; null: from the first. */
export interface DrawnTo {
  readonly of: 'people' | 'groups' | 'memberships';
  readonly row: number | null;
}

export interface Drawn {
  /** Pass it to the next call; null: the plan is complete. */
  readonly next: DrawnTo | null;
  /** People of this page whose attributes stay as they are. */
  readonly unchanged: number;
}

export interface PlanSummary {
  readonly operations: PlanCounts;
  /** Supervisors set, those of created people included. */
  readonly supervisorsSet: number;
  readonly supervisorsCleared: number;
  /** Memberships lost by people who stay in scope. */
  readonly membershipsLost: number;
}

/** Rows as they stand, for the threshold and the report. */
export interface Totals {
  readonly inScope: number;
  /** In scope and not disabled. */
  readonly enabled: number;
  /** Direct memberships of people in scope. */
  readonly memberships: number;
  /** Links from a person in scope to a supervisor, as the view shows them. */
  readonly supervisors: number;
  /** Removals applied without approval at or after `since`. */
  readonly recent: Readonly<Record<RemovalKind, number>>;
}

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
}

/** An operation in words: whom it concerns, by name as far as it is known. */
export interface PlannedRow {
  readonly sequence: number;
  readonly kind: Planned['kind'];
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

export interface Page<Key> {
  /** Go on after this key; null: from the start. */
  readonly after: Key | null;
  /** At most this many. */
  readonly limit: number;
}

export interface Store extends AccessStore {
  /** Where the rows are, for messages: a path, or host and database. Never a password. */
  readonly location: string;

  /** The tenant that a domain name in the settings was resolved to before; null: never. */
  tenantNamed(name: string): Promise<string | null>;
  nameTenant(name: string, tenantId: string): Promise<void>;
  /** Tenants with rows, in order of their id. */
  tenants(): Promise<readonly string[]>;
  /** What the last applied run of this tenant was made with; null: none was. */
  remembered(tenantId: string): Promise<Remembered | null>;

  /**
   * Begins a run: takes the tenant's lease and drops the staging of earlier runs (their plans' rows too, but
   * not the operations of a quarantined run). A run left unfinished by a process that is gone is marked
   * failed. Throws `run.active` while another run's lease lives: until `leaseSeconds` after
   * its last renewal by the database's clock, or, on the same machine, until its process is gone.
   */
  claim(
    tenantId: string,
    options: {
      readonly kind: RunKind;
      readonly dryRun: boolean;
      readonly at: string;
      readonly leaseSeconds: number;
    },
  ): Promise<Claim>;
  /** Extends the lease. Throws `run.lost_lease` if another run has taken it. */
  renew(claim: Claim, leaseSeconds: number): Promise<void>;
  enter(claim: Claim, status: 'deciding' | 'applying'): Promise<void>;

  /** People ever in scope, by id; but the permanently deleted. */
  knownPeople(tenantId: string, page: Page<ObjectId>): Promise<KnownPeoplePage>;
  /** Direct edges, by group and member. */
  knownMemberships(
    tenantId: string,
    page: Page<readonly [group: ObjectId, member: ObjectId]>,
  ): Promise<KnownMembershipsPage>;
  knownGroups(tenantId: string): Promise<readonly ObjectId[]>;

  /** Appends statements to the run's staging. Not idempotent: on failure the run fails. */
  stage(claim: Claim, statements: Statements): Promise<void>;

  /**
   * Decides for a page of what was staged, next to the rows it is compared with, and appends the operations to the
   * run's plan: people and absences, then groups, then memberships, whose fate depends on the people's. What pairs come
   * to is not the store's to say: it asks `decide/plan.ts`. Of repeats of an id, or of an edge, the last staged one
   * counts. Call it once with null when all is staged, then with each `next`, until that is null.
   */
  draw(claim: Claim, policy: Policy, from: DrawnTo | null): Promise<Drawn>;
  planSummary(claim: Claim): Promise<PlanSummary>;
  /** `since`: ISO 8601; removals applied before it are not `recent`. */
  totals(tenantId: string, since: string): Promise<Totals>;

  /**
   * Performs the plan in one transaction, which first checks that the claim still owns the lease
   * (`run.lost_lease` if not) and also writes the changes, what is to be remembered, managers outside the
   * scope, and the run's status `applying`. Applying twice is refused: the lease is given back by `finish`
   * and the plan's run must be in `deciding` or `applying` and not applied before.
   */
  apply(
    claim: Claim,
    options: { readonly at: string; readonly remember: Remembered },
  ): Promise<void>;

  /** Ends the run, gives the lease back, and drops its staging unless the plan must still be shown. */
  finish(
    claim: Claim,
    end: {
      readonly status: 'succeeded' | 'quarantined' | 'failed' | 'cancelled';
      readonly at: string;
      readonly report: string;
      readonly held?: readonly HeldKind[];
      readonly error?: { readonly code: string; readonly message: string };
    },
  ): Promise<void>;

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

  /** Waits for what is under way, then closes. May be called twice. */
  close(): Promise<void>;
}
