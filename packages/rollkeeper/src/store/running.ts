/** What a run asks of the database, from its claim to its end. Part of the interface of `store.ts`; the same rules hold. */
import type { Checkpoint } from '../directory/checkpoint.ts';
import type { KnownMembership, KnownOf } from '../directory/known.ts';
import type { ObjectId, Statements } from '../directory/statement.ts';
import type { Planned, PlanCounts } from '../decide/operation.ts';
import type { Policy } from '../decide/person.ts';
import type { HeldKind, RemovalKind } from '../decide/threshold.ts';
import type { Decider, HeldCounts } from './decisions.ts';
import type { RunKind } from './listings.ts';
import type { Page } from './page.ts';

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

export interface RunningStore {
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

  /**
   * Ends the run, gives the lease back, and drops its staging unless the plan must still be shown. Who has lost the lease may
   * end a run as failed or cancelled, and otherwise only where its plan was applied before (`run.lost_lease`). Where a run that
   * has applied its plan fails, what is written as its error says so.
   */
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
}
