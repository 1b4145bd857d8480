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
import type { AccessStore } from './access.ts';
import type { DecisionStore } from './decisions.ts';
import type { ListingStore } from './listings.ts';
import type { RunningStore } from './running.ts';

export type { ConsentRow, SessionRow, Ticket } from './access.ts';
export type {
  Decider,
  ErasureRow,
  HeldCounts,
  HeldKey,
  HeldRow,
  Pause,
  Purged,
  Told,
} from './decisions.ts';
export type {
  ChangeRow,
  GroupRow,
  PersonRow,
  PlannedRow,
  RunKind,
  RunRow,
  RunStatus,
} from './listings.ts';
export type { Page } from './page.ts';
export type {
  Claim,
  Drawn,
  DrawnTo,
  Holding,
  KnownMembershipsPage,
  KnownPeoplePage,
  PlannedSubject,
  PlanSummary,
  Remembered,
  Totals,
} from './running.ts';

export interface Store extends RunningStore, DecisionStore, ListingStore, AccessStore {
  /** Where the rows are, for messages: a path, or host and database. Never a password. */
  readonly location: string;

  /** The tenant that a domain name in the settings was resolved to before; null: never. */
  tenantNamed(name: string): Promise<string | null>;
  nameTenant(name: string, tenantId: string): Promise<void>;
  /** Tenants with rows, in order of their id. */
  tenants(): Promise<readonly string[]>;

  /** Resolves where the database is there and answers; throws `database.*` where it is away, or not the one that was opened. */
  ready(): Promise<void>;

  /** Waits for what is under way, then closes. May be called twice. */
  close(): Promise<void>;
}
