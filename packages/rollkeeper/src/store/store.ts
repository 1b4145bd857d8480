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
import type { Checkpoint } from '../directory/checkpoint.ts';
import type { KnownMembership, KnownOf } from '../directory/known.ts';
import type { ObjectId, Reason, Statements } from '../directory/statement.ts';
import type { Planned, PlanCounts } from '../decide/operation.ts';
import type { HeldState } from '../decide/held.ts';
import type { Condition } from '../decide/notice.ts';
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
  /** What each text of `MSGRAPH_GROUPS_TO_KEEP` was resolved to. */
  readonly groupsToKeep: readonly { readonly text: string; readonly id: ObjectId }[];
  /** From where a delta read goes on; null: the next read is a full one. */
  readonly checkpoint: Checkpoint | null;
  /** How delta links are taken: `latest` by `$deltatoken=latest`; `initial` by a first round, since Graph refused or misunderstood that. */
  readonly deltaWay: 'latest' | 'initial';
  /** ISO 8601: when a delta read is to be proven by a full one. */
  readonly proofDueAt: string;
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
  /**
   * 1: Graph no longer has this edge; the row is kept because its removal, or its member's leaving, is held or was
   * rejected. Whoever computes the closure does without it.
   */
  readonly held: Uint8Array;
}

/** Whom an operation of a plan concerns, before names are looked up. */
export interface PlannedSubject {
  readonly sequence: number;
  readonly kind: Planned['kind'];
  /** The person, the group, or the member of a membership. */
  readonly subjectId: ObjectId;
  /** The group of a membership, or the supervisor that is set. */
  readonly objectId: ObjectId | null;
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
  /** How many of these removals somebody has approved. */
  readonly approved: Readonly<Record<RemovalKind, number>>;
}

/** Kinds of removal that a run does not perform: what is `held` waits for a decision, what is `left` for the next run. */
export interface Holding {
  readonly held: readonly RemovalKind[];
  readonly left: readonly RemovalKind[];
}

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
  readonly held: HeldCounts;
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
   * not what a quarantined run holds). A run left unfinished by a process that is gone is marked
   * failed. Throws `run.not_found` or `run.holds_nothing` where there is nothing to
   * approve, and `run.active` while another run's lease lives: until `leaseSeconds` after
   * its last renewal by the database's clock, or, on the same machine, until its process is gone.
   */
  claim(
    tenantId: string,
    options: {
      readonly kind: RunKind;
      readonly dryRun: boolean;
      readonly at: string;
      readonly leaseSeconds: number;
      /** With kind `approval`: the run whose held removals are to be performed, who approved them, and why. */
      readonly approves?: Omit<Decider, 'at'> & { readonly runId: number };
    },
  ): Promise<Claim>;
  /**
   * Extends the lease. Throws `run.lost_lease` if another run has taken it, and, as every call with a claim but `finish`
   * does, `run.cancelled` if somebody asked the run to stop.
   */
  renew(claim: Claim, leaseSeconds: number): Promise<void>;
  enter(claim: Claim, status: 'deciding' | 'applying'): Promise<void>;
  /** Says what kind of run it turned out to be, once what to go on from was looked at. */
  become(claim: Claim, kind: RunKind): Promise<void>;

  /** People ever in scope, by id; but the permanently deleted. */
  knownPeople(tenantId: string, page: Page<ObjectId>): Promise<KnownPeoplePage>;
  /** Direct edges, by group and member. */
  knownMemberships(
    tenantId: string,
    page: Page<readonly [group: ObjectId, member: ObjectId]>,
  ): Promise<KnownMembershipsPage>;
  knownGroups(tenantId: string): Promise<readonly ObjectId[]>;

  /** What is known of these ids, a page of them at a time: a delta read asks for just those that it was told of. */
  knownOf(tenantId: string, ids: readonly ObjectId[]): Promise<KnownOf>;
  /** A group's direct edges, by member. */
  membersOf(
    tenantId: string,
    groupId: ObjectId,
    page: Page<ObjectId>,
  ): Promise<readonly KnownMembership[]>;
  /** Every edge whose member is a group. */
  nestings(tenantId: string): Promise<readonly KnownMembership[]>;
  /** People in scope whose supervisor is one of these. */
  reportsOf(tenantId: string, supervisorIds: readonly ObjectId[]): Promise<readonly ObjectId[]>;

  /** Appends statements to the run's staging. Not idempotent: on failure the run fails. */
  stage(claim: Claim, statements: Statements): Promise<void>;
  /** Forgets all that the run has staged: its read begins anew. */
  unstage(claim: Claim): Promise<void>;

  /**
   * Decides for a page of what was staged, next to the rows it is compared with, and appends the operations to the
   * run's plan: people and absences, then groups, then memberships, whose fate depends on the people's. What pairs come
   * to is not the store's to say: it asks `decide/plan.ts`. Of repeats of an id, or of an edge, the last staged one
   * counts. Call it once with null when all is staged, then with each `next`, until that is null.
   *
   * Removals that earlier runs have held are not planned again, but those of the run that the claim approves are, marked
   * as approved. Whoever is held keeps their memberships. Who and what is seen back is planned to be released.
   */
  draw(claim: Claim, policy: Policy, from: DrawnTo | null): Promise<Drawn>;
  /** Counts the plan, without what is held. */
  planSummary(claim: Claim): Promise<PlanSummary>;
  /**
   * Takes removals of these kinds out of the plan, but those that are approved: `apply` does not perform them. What is held
   * stays in the plan, marked; what is left goes. Whoever stays by this keeps their memberships, and a group with a
   * membership that stays is not dropped. Call it once, after the plan is judged.
   */
  hold(claim: Claim, holding: Holding): Promise<void>;
  /** Whom the run's plan concerns, by sequence; before `finish`. */
  plannedSubjects(claim: Claim, page: Page<number>): Promise<readonly PlannedSubject[]>;
  /** `since`: ISO 8601; removals applied before it are not `recent`. */
  totals(tenantId: string, since: string): Promise<Totals>;

  /**
   * Performs the plan in one transaction, which first checks that the claim still owns the lease
   * (`run.lost_lease` if not) and also writes the changes, what is to be remembered, managers outside the
   * scope, the rows of what is held, and the run's status `applying`; who is seen back is held no longer, and an approval is
   * written down with the run that it approves. Applying twice is refused: the lease is given back by `finish`
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
  /** Remembers that somebody was told of a condition; null: that it is over. */
  tell(
    tenantId: string,
    condition: Condition,
    what: Pick<Told, 'runId' | 'at'> | null,
  ): Promise<void>;

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
