import { findFaults } from './check/diagnose.ts';
import type { Finding } from './check/diagnose.ts';
import { beginConsent } from './consent/begin.ts';
import type { Consent } from './consent/begin.ts';
import { connect, tenantOf } from './connect.ts';
import type { Connected, OpenOptions } from './connect.ts';
import { RollkeeperError } from './directory/error.ts';
import type { Group, Person, UserProfile } from './directory/person.ts';
import { groupProfile, userProfile } from './directory/person.ts';
import type { ObjectId } from './directory/statement.ts';
import { writeCsv } from './export/csv.ts';
import { groupColumns, userColumns } from './export/columns.ts';
import { groupsFromDatabase, groupsFromGraph, groupsInScopeFromGraph } from './export/groups.ts';
import { usersFromDatabase, usersFromGraph } from './export/users.ts';
import type { Graph } from './graph/graph.ts';
import type { Priority } from './graph/transport.ts';
import { wait } from './graph/wait.ts';
import { checkSettings, keepingOf, tryTenant } from './keeping.ts';
import { silent } from './observe/logger.ts';
import { notifier } from './observe/notify.ts';
import { RunLog } from './observe/run-log.ts';
import { lookUp } from './read/lookup.ts';
import type { ResolvedScope } from './read/reading.ts';
import type { Connection, Progress } from './run/parts.ts';
import type { RunResult } from './run/report.ts';
import { RunFailed } from './run/ending.ts';
import { findScope, identifyTenant } from './run/scope.ts';
import type { Status } from './run/status.ts';
import { statusOf } from './run/status.ts';
import type { Task } from './run/synchronise.ts';
import { synchronise } from './run/synchronise.ts';
import { Conductor } from './schedule/conductor.ts';
import { schedule } from './schedule/schedule.ts';
import type { Scheduled } from './schedule/schedule.ts';
import { settingsFaultsOnDisk } from './settings/files.ts';
import { readSchedule, scheduleForm } from './settings/pages.ts';
import { SettingsError, settingsFaults } from './settings/read.ts';
import type { Settings } from './settings/settings.ts';
import type { Source } from './settings/variable.ts';
import { openStore } from './store/open.ts';
import { canSearch } from './store/search.ts';
import type { Search } from './store/search.ts';
import type {
  ChangeRow,
  Decider,
  ErasureRow,
  HeldKey,
  HeldRow,
  Pause,
  PersonRow,
  PlannedRow,
  Purged,
  RunRow,
  Store,
} from './store/store.ts';
import type { VerifyOptions } from './verification.ts';
import { verifyTenant } from './verification.ts';
import type { WebHandler, WebOptions } from './web/web.ts';
import { webHandler } from './web/web.ts';

export type { OpenOptions } from './connect.ts';
export type { VerifyOptions } from './verification.ts';
export type { Answer as VerifiedAnswer } from './verify/verify.ts';
export { defaultPrefix } from './web/web.ts';

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

/**
 * Opens Rollkeeper with settings under their environment names, for example `open({ ...process.env })`. The
 * environment is never read by itself. Throws `settings.invalid` with every fault before anything is contacted.
 */
export async function open(source: Source, options: OpenOptions = {}): Promise<Rollkeeper> {
  return new Keeper(await settingsOf(source, options), options);
}

async function settingsOf(source: Source, options: OpenOptions): Promise<Settings> {
  const given = options.credential === undefined ? {} : { credential: options.credential };
  const checked = settingsFaults(source, given);
  const faults = [
    ...('faults' in checked ? checked.faults : []),
    ...(await settingsFaultsOnDisk(source)),
  ];
  if ('faults' in checked || faults.length > 0) throw new SettingsError(faults);
  return checked.settings;
}

/** Wires the concrete parts together: the one place that names them. */
class Keeper implements Rollkeeper {
  readonly settings: Settings;
  readonly #options: OpenOptions;
  readonly #signal: AbortSignal;
  readonly #closing = new AbortController();
  readonly #conductor: Conductor;
  #connected: Connected | undefined;
  #store: Promise<Store> | undefined;
  #pagesStore: Promise<Store & Search> | undefined;
  #scheduled: Scheduled | undefined;

  constructor(settings: Settings, options: OpenOptions) {
    this.settings = settings;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#conductor = new Conductor({
      run: async ({ approval, ...runOptions }) =>
        await this.#run({
          ...runOptions,
          dryRun: false,
          ...(approval === null ? {} : { approve: approval }),
        }),
      now: Date.now,
      signal: this.#closing.signal,
    });
  }

  async sync(options: RunOptions = {}): Promise<RunResult> {
    return await this.#run({ ...options, dryRun: false });
  }

  async plan(options: RunOptions = {}): Promise<RunResult> {
    return await this.#run({ ...options, dryRun: true });
  }

  async lookUp(who: string, options: RunOptions = {}): Promise<LookedUp> {
    const { connection, graph } = await this.#connect();
    const { selection } = connection;
    const asked = graph(options.priority ?? 'Normal');
    const { user, manager } = await lookUp(asked, who, selection, this.#signalOf(options));
    return { ...userProfile(user.id, user.values, user.extra), manager };
  }

  async person(key: { tenantId: string; objectId: ObjectId }): Promise<Person | null> {
    const store = await this.#opened();
    const row = await store.person(key.tenantId, key.objectId);
    return row === null ? null : toPerson(row);
  }

  async *users(tenantId: string): AsyncGenerator<Person> {
    const store = await this.#opened();
    yield* byKey(
      (after: ObjectId | null) => store.users(tenantId, { after, limit: pageSize }),
      ({ id }) => id,
      toPerson,
    );
  }

  async *people(tenantId: string): AsyncGenerator<Person> {
    const store = await this.#opened();
    yield* byKey(
      (after: ObjectId | null) => store.people(tenantId, { after, limit: pageSize }),
      ({ id }) => id,
      toPerson,
    );
  }

  async *supervisors(
    tenantId: string,
  ): AsyncGenerator<{ readonly userId: ObjectId; readonly supervisorId: ObjectId }> {
    for await (const { id, supervisor } of this.users(tenantId)) {
      if (supervisor !== null) yield { userId: id, supervisorId: supervisor.id };
    }
  }

  async *groups(tenantId: string): AsyncGenerator<Group> {
    const store = await this.#opened();
    yield* byKey(
      (after: ObjectId | null) => store.groups(tenantId, { after, limit: pageSize }),
      ({ id }) => id,
      ({ id, values }) => groupProfile(id, values),
    );
  }

  async *changes(tenantId: string, options: { after?: number } = {}): AsyncGenerator<ChangeRow> {
    const store = await this.#opened();
    yield* byKey(
      (after: number | null) =>
        store.changes(tenantId, { after: after ?? options.after ?? null, limit: pageSize }),
      ({ sequence }) => sequence,
      (change) => change,
    );
  }

  async runs(tenantId: string, options: { limit?: number } = {}): Promise<readonly RunRow[]> {
    const store = await this.#opened();
    return await store.runs(tenantId, { after: null, limit: options.limit ?? 20 });
  }

  async run(tenantId: string, runId: number): Promise<RunRow | null> {
    return await (await this.#opened()).run(tenantId, runId);
  }

  async *planned(tenantId: string, runId: number): AsyncGenerator<PlannedRow> {
    const store = await this.#opened();
    yield* byKey(
      (after: number | null) => store.planned(tenantId, runId, { after, limit: pageSize }),
      ({ sequence }) => sequence,
      (row) => row,
    );
  }

  async status(tenantId: string): Promise<Status> {
    const { staleAfterMs } = this.settings;
    const nextRun = this.#scheduled?.next() ?? null;
    return await statusOf(await this.#opened(), tenantId, {
      now: Date.now(),
      staleAfterMs,
      nextRun,
    });
  }

  async *held(tenantId: string, options: { runId?: number } = {}): AsyncGenerator<HeldRow> {
    const store = await this.#opened();
    yield* byKey(
      (after: HeldKey | null) =>
        store.held(tenantId, options.runId ?? null, { after, limit: pageSize }),
      (row) => row,
      (row) => row,
    );
  }

  async approve(
    _tenantId: string,
    runId: number,
    { by, reason, ...options }: Decision & RunOptions,
  ): Promise<RunResult> {
    const approve = { runId, by, reason: reason ?? null };
    return await this.#run({ ...options, dryRun: false, approve });
  }

  async reject(tenantId: string, runId: number, decision: Decision): Promise<number> {
    return await (await this.#opened()).reject(tenantId, runId, deciderOf(decision));
  }

  async cancel(tenantId: string, runId: number, decision: Decision): Promise<void> {
    await (await this.#opened()).cancel(tenantId, runId, deciderOf(decision));
  }

  async pause(
    tenantId: string,
    { forMs, ...decision }: Decision & { forMs?: number },
  ): Promise<Pause> {
    const { at: since, ...decider } = deciderOf(decision);
    const until = forMs === undefined ? null : new Date(Date.parse(since) + forMs).toISOString();
    const pause = { since, until, ...decider };
    await (await this.#opened()).pause(tenantId, pause);
    return pause;
  }

  async resume(tenantId: string): Promise<boolean> {
    return await (await this.#opened()).resume(tenantId);
  }

  async purge(
    tenantId: string,
    { olderThanMs, by, dryRun = false }: { olderThanMs: number; by: string; dryRun?: boolean },
  ): Promise<Purged> {
    const store = await this.#opened();
    const now = Date.now();
    const at = new Date(now).toISOString();
    const before = new Date(now - olderThanMs).toISOString();
    return await store.purge(tenantId, { before, at, by, dryRun });
  }

  async forget(
    { tenantId, objectId }: { tenantId: string; objectId: ObjectId },
    { by }: { by: string },
  ): Promise<void> {
    const store = await this.#opened();
    await store.forget(tenantId, objectId, { at: new Date().toISOString(), by });
  }

  async *erasures(tenantId: string): AsyncGenerator<ErasureRow> {
    const store = await this.#opened();
    yield* byKey(
      (after: number | null) => store.erasures(tenantId, { after, limit: pageSize }),
      ({ sequence }) => sequence,
      (row) => row,
    );
  }

  async exportUsers(options: ExportOptions): Promise<number> {
    const signal = this.#signalOf(options);
    return await writeCsv(options.output, userColumns, async (write) => {
      if (options.from === 'database') {
        return await usersFromDatabase(await this.#opened(), await this.tenantId(options), write);
      }
      const { connection, ...connected } = await this.#connect();
      const graph = connected.graph(options.priority ?? 'Low');
      const scope = await this.#exportScope(graph, connection, options);
      const progress = (people: number, of: number): void =>
        options.onProgress?.({ phase: 'reading', people, of });
      const { selection } = connection;
      await usersFromGraph({ graph, selection, scope, progress, signal }, write);
    });
  }

  async exportGroups(options: ExportOptions): Promise<number> {
    const signal = this.#signalOf(options);
    return await writeCsv(options.output, groupColumns, async (write) => {
      if (options.from === 'database') {
        return await groupsFromDatabase(await this.#opened(), await this.tenantId(options), write);
      }
      const { connection, ...connected } = await this.#connect();
      const graph = connected.graph(options.priority ?? 'Low');
      if (options.scope !== true) return await groupsFromGraph(graph, signal, write);
      const scope = await this.#exportScope(graph, connection, options);
      await groupsInScopeFromGraph(graph, scope, signal, write);
    });
  }

  async tenantId(options: RunOptions = {}): Promise<string> {
    const { settings, graph } = await this.#connect();
    const signal = this.#signalOf(options);
    return await identifyTenant(
      graph(options.priority ?? 'Normal'),
      await this.#opened(),
      settings.tenant,
      signal,
    );
  }

  consent({ redirectUri }: { redirectUri: string }): Consent {
    const { settings } = this;
    return beginConsent({
      settings,
      redirectUri,
      store: async () => await this.#opened(),
      tryTenant: async (tenant, signal) => await tryTenant(settings, this.#options, tenant, signal),
      now: Date.now,
      wait,
    });
  }

  start(options: StartOptions = {}): Scheduled {
    const { settings } = this;
    const { every, onError = () => {} } = options;
    const plan = every === undefined ? settings.schedule : readSchedule(every);
    if (plan === undefined || plan === null) {
      throw new RollkeeperError('usage', 'There is no schedule to start.', {
        remedy: `Pass every, or set ROLLKEEPER_SCHEDULE: ${scheduleForm}.`,
      });
    }
    this.#scheduled?.stop();
    this.#scheduled = schedule(plan, {
      conductor: this.#conductor,
      lastBegan: async () => await this.#lastBegan(),
      now: Date.now,
      timeZone: settings.timeZone,
      onError,
    });
    return this.#scheduled;
  }

  web(options: WebOptions): WebHandler {
    const keeping = keepingOf({
      settings: this.settings,
      options: this.#options,
      conductor: this.#conductor,
      store: async () => await this.#openedForPages(),
      openStore: async () => await openStore(this.settings, this.#options),
      connected: async () => await this.#connect(),
      tenantId: async (signal) => await this.tenantId({ signal }),
      nextRun: () => this.#scheduled?.next() ?? null,
    });
    return webHandler(keeping, options);
  }

  async close(): Promise<void> {
    this.#scheduled?.stop();
    this.#closing.abort(closed());
    await this.#conductor.current?.ended;
    const stores = [this.#store, this.#pagesStore];
    this.#store = undefined;
    this.#pagesStore = undefined;
    for (const store of stores) await (await store)?.close();
  }

  /** The parts for the tenant of the settings, or of the consent: another consent makes others. */
  async #connect(): Promise<Connected> {
    const tenant = await tenantOf(this.settings, async () => await this.#opened());
    if (this.#connected?.settings.tenant !== tenant) {
      this.#connected = connect({ ...this.settings, tenant }, this.#options);
    }
    return this.#connected;
  }

  async #lastBegan(): Promise<number | null> {
    const [run] = await this.runs(await this.tenantId(), { limit: 1 });
    return run === undefined ? null : Date.parse(run.startedAt);
  }

  async #run(options: RunOptions & Task): Promise<RunResult> {
    const { connection, graph } = await this.#connect();
    const log = new RunLog(this.#options.logger ?? silent);
    const { notifyUrl } = this.settings;
    const parts = {
      graph: graph(options.priority ?? 'Low', log.request),
      store: await this.#opened(),
      connection,
      now: this.#options.now ?? Date.now,
      progress: (progress: Progress) => {
        log.progress(progress);
        options.onProgress?.(progress);
      },
      notify: notifyUrl === null ? null : notifier(notifyUrl, this.#options.fetch),
      signal: this.#signalOf(options),
    };
    try {
      const result = await synchronise(parts, options);
      log.ended(result.report);
      return result;
    } catch (error) {
      if (error instanceof RunFailed) log.failed(error.report, error.cause);
      throw error;
    }
  }

  async #exportScope(
    graph: Graph,
    connection: Connection,
    options: ExportOptions,
  ): Promise<ResolvedScope> {
    if (options.scope !== true) return { kind: 'all', groupsToKeep: [] };
    return (await findScope(graph, connection, null, this.#signalOf(options))).scope;
  }

  #signalOf(options: RunOptions): AbortSignal {
    return options.signal ? AbortSignal.any([this.#signal, options.signal]) : this.#signal;
  }

  async #opened(): Promise<Store> {
    this.#store ??= openStore(this.settings, this.#options);
    try {
      return await this.#store;
    } catch (error) {
      this.#store = undefined;
      throw error;
    }
  }

  /** A connection of their own: a page does not wait for what a run does to the database. */
  async #openedForPages(): Promise<Store & Search> {
    this.#pagesStore ??= openStore(this.settings, this.#options).then(searchable);
    try {
      return await this.#pagesStore;
    } catch (error) {
      this.#pagesStore = undefined;
      throw error;
    }
  }
}

const closed = (): RollkeeperError =>
  new RollkeeperError('interrupted', 'Rollkeeper was closed.', {
    remedy: 'No row was changed. Open it again to go on.',
  });

const pageSize = 1_000;

const deciderOf = ({ by, reason }: Decision): Decider => ({
  by,
  at: new Date().toISOString(),
  reason: reason ?? null,
});

function searchable(store: Store): Store & Search {
  if (canSearch(store)) return store;
  throw new RollkeeperError('settings.invalid', 'The pages cannot search this database yet.', {
    remedy: 'Set ROLLKEEPER_DATABASE_URL to sqlite:<path>.',
  });
}

function toPerson(row: PersonRow): Person {
  const { id, inScope, status, statusSince, deletedReason, supervisorId } = row;
  return {
    ...userProfile(id, row.values, row.extra),
    inScope,
    status,
    statusSince,
    deletedReason,
    supervisor:
      supervisorId === null
        ? null
        : {
            id: supervisorId,
            userPrincipalName: row.supervisorUserPrincipalName,
            displayName: row.supervisorDisplayName,
          },
  };
}

/** Everything that a read by pages gives, in order. */
async function* byKey<Row, Key, Item>(
  read: (after: Key | null) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
  convert: (row: Row) => Item,
): AsyncGenerator<Item> {
  for (let after: Key | null = null; ;) {
    const page: readonly Row[] = await read(after);
    for (const row of page) yield convert(row);
    const last = page.at(-1);
    if (last === undefined) return;
    after = keyOf(last);
  }
}

/** Goes through every precondition of a run and yields what it finds. Settings as in `open`. */
export async function* check(source: Source, options: OpenOptions = {}): AsyncGenerator<Finding> {
  const given = options.credential === undefined ? {} : { credential: options.credential };
  const checked = settingsFaults(source, given);
  const faults = [
    ...('faults' in checked ? checked.faults : []),
    ...(await settingsFaultsOnDisk(source)),
  ];
  if ('faults' in checked || faults.length > 0) {
    yield* findFaults(faults);
    return;
  }
  const { settings } = checked;
  yield* checkSettings(settings, options, async () => await openStore(settings, options));
}

/**
 * Asks a tenant what Microsoft's documentation leaves open, by requests that only read, and resolves to a report in
 * Markdown that names nobody. Settings as in `open`; throws where there is no token, tenant or group to ask about.
 */
export async function verify(source: Source, options: VerifyOptions): Promise<string> {
  const settings = await settingsOf(source, options);
  let store: Store | undefined;
  try {
    const tenant = await tenantOf(settings, async () => {
      store = await openStore(settings, options);
      return store;
    });
    return await verifyTenant({ ...settings, tenant }, options);
  } finally {
    await store?.close();
  }
}
