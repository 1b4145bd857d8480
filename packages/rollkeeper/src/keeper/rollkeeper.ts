import type { Consent } from '../consent/begin.ts';
import type { Group, Person, UserProfile } from '../directory/person.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { Priority } from '../graph/transport.ts';
import type { Progress } from '../run/parts.ts';
import type { RunResult } from '../run/report.ts';
import type { Status } from '../run/status.ts';
import type { Scheduled } from '../schedule/schedule.ts';
import type { Settings } from '../settings/settings.ts';
import type {
  ChangeRow,
  ErasureRow,
  HeldRow,
  Pause,
  PlannedRow,
  Purged,
  RunRow,
} from '../store/store.ts';
import type { WebHandler, WebOptions } from '../web/web.ts';

export interface RunOptions {
  /**
   * Whom Graph is to throttle first. Default `Low` for runs and exports, which nobody waits for, and `Normal` for
   * looking up one person. https://learn.microsoft.com/graph/throttling-limits
   */
  readonly priority?: Priority;
  /** Reads everything, even where reading what changed would do. Default false. */
  readonly full?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Who decides something about a run, for the record. */
export interface Decision {
  readonly by: string;
  readonly reason?: string;
}

export interface ExportOptions extends RunOptions {
  /** `graph`: as it is now. `database`: as the last run left it. Default `graph`. */
  readonly from?: 'graph' | 'database';
  /** From Graph: the settings' scope only, instead of the whole tenant. Default false. */
  readonly scope?: boolean;
  /** A path, or `-` for standard output. */
  readonly output: string;
}

/** Keeps an application's database in step with one tenant. Made by `open`. */
export interface Rollkeeper {
  readonly settings: Settings;
  /**
   * One run: reads, decides, applies. Resolves to its result: `succeeded`, or `quarantined` where it holds removals and
   * applied everything else; `report.held` counts what is held, by this run and those before. Throws `RunFailed` (its `cause` a `RollkeeperError`) where it failed; rows are untouched then.
   */
  sync(options?: RunOptions): Promise<RunResult>;
  /** A dry run: the same up to the plan, which is stored and can be read with `planned`. */
  plan(options?: RunOptions): Promise<RunResult>;
  /** Reads one person and their manager from Graph, by object id, user name or mail. Needs no database. */
  lookUp(who: string, options?: RunOptions): Promise<LookedUp>;
  /** One person as the database keeps them; null: never seen. */
  person(key: { readonly tenantId: string; readonly objectId: ObjectId }): Promise<Person | null>;
  /** People in scope, in order of their id. */
  users(tenantId: string): AsyncIterable<Person>;
  /** Everyone ever in scope, and the managers outside it, in order of their id. */
  people(tenantId: string): AsyncIterable<Person>;
  /** Who has whom as supervisor. */
  supervisors(
    tenantId: string,
  ): AsyncIterable<{ readonly userId: ObjectId; readonly supervisorId: ObjectId }>;
  groups(tenantId: string): AsyncIterable<Group>;
  /** The change feed, oldest first; `after` is the sequence number of the last change seen. */
  changes(tenantId: string, options?: { readonly after?: number }): AsyncIterable<ChangeRow>;
  /** Newest first. */
  runs(tenantId: string, options?: { readonly limit?: number }): Promise<readonly RunRow[]>;
  run(tenantId: string, runId: number): Promise<RunRow | null>;
  /** How the tenant stands: its last success, what is held, whether removals are paused. */
  status(tenantId: string): Promise<Status>;
  /** What a dry run would do, or what a quarantined run has held. */
  planned(tenantId: string, runId: number): AsyncIterable<PlannedRow>;
  /** What is held or was rejected, by kind, person and group; of one run, where `runId` is given. */
  held(tenantId: string, options?: { readonly runId?: number }): AsyncIterable<HeldRow>;
  /**
   * A run of kind `approval`: reads everything anew, then performs the removals that the run holds and that the read still
   * proposes, never more. Throws `RunFailed`; its cause is `run.holds_nothing` where there is nothing to approve.
   */
  approve(tenantId: string, runId: number, options: Decision & RunOptions): Promise<RunResult>;
  /**
   * Keeps in scope what the run holds, until it was seen back once: later runs do not propose it until then. Returns how
   * many removals. Throws `run.not_found`, `run.holds_nothing`, `run.active`.
   */
  reject(tenantId: string, runId: number, decision: Decision): Promise<number>;
  /** Asks a run that is under way, in whatever process, to stop. Throws `run.not_found`, `run.ended`. */
  cancel(tenantId: string, runId: number, decision: Decision): Promise<void>;
  /** Holds every removal from now on: for `forMs` milliseconds, or until `resume`. */
  pause(tenantId: string, options: Decision & { readonly forMs?: number }): Promise<Pause>;
  /** Ends a pause. Returns false where there was none. */
  resume(tenantId: string): Promise<boolean>;
  /**
   * Removes for good who was soft-deleted longer ago than `olderThanMs`. Not who may still be restored in Entra, and not who
   * supervises somebody in scope. `by`: who asked, for the record.
   */
  purge(
    tenantId: string,
    options: { readonly olderThanMs: number; readonly by: string; readonly dryRun?: boolean },
  ): Promise<Purged>;
  /** Erases a person everywhere in the database. Throws `person.needed` while they would be read again. */
  forget(
    key: { readonly tenantId: string; readonly objectId: ObjectId },
    options: { readonly by: string },
  ): Promise<void>;
  /** What was purged and forgotten, oldest first. */
  erasures(tenantId: string): AsyncIterable<ErasureRow>;
  /** Writes a CSV of users and returns its number of rows. */
  exportUsers(options: ExportOptions): Promise<number>;
  /** Writes a CSV of groups and returns its number of rows. */
  exportGroups(options: ExportOptions): Promise<number>;
  /** The tenant's GUID: from the settings, from what was resolved before, else from Graph. */
  tenantId(options?: RunOptions): Promise<string>;
  /**
   * Begins an administrator's consent whose answer comes to `redirectUri`. The tenant that consents is kept, and used where
   * the settings name none. Throws `settings.invalid` where the settings name no application.
   */
  consent(options: { readonly redirectUri: string }): Consent;
  /**
   * Begins runs by themselves, until `close`: by `options.every`, else by the settings. A second call replaces the
   * schedule of the first. Throws `usage` where there is none.
   */
  start(options?: StartOptions): Scheduled;
  /**
   * The web application, as one handler of requests whose path begins with `options.prefix`. Throws `usage` without
   * `options.authorize`: nothing is shown to anyone of whom nobody said that they may see it.
   */
  web(options: WebOptions): WebHandler;
  /** Ends the schedule, the run that it or a page began, and the database. May be called twice. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** A duration such as `15m`, or a cron pattern in the settings' time zone. Default: `ROLLKEEPER_SCHEDULE`. */
  readonly every?: string;
  /**
   * Told why a run failed. Not told where another process was running one: that is nothing to know. The run itself tells
   * too. Default: nothing is told.
   */
  readonly onError?: (error: unknown) => void;
}

/** A person as Graph has them now. */
export interface LookedUp extends UserProfile {
  readonly manager: {
    readonly id: ObjectId;
    readonly userPrincipalName: string | null;
    readonly displayName: string | null;
    readonly mail: string | null;
  } | null;
}
