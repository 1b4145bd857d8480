import { connect, tenantOf } from '../connect.ts';
import type { Connected, OpenOptions } from '../connect.ts';
import { beginConsent } from '../consent/begin.ts';
import type { Consent } from '../consent/begin.ts';
import { RollkeeperError } from '../directory/error.ts';
import { userProfile } from '../directory/person.ts';
import type { ObjectId } from '../directory/statement.ts';
import { wait } from '../graph/wait.ts';
import { keepingOf, tryTenant } from '../keeping.ts';
import { silent } from '../observe/logger.ts';
import { notifier } from '../observe/notify.ts';
import { RunLog } from '../observe/run-log.ts';
import { lookUp } from '../read/lookup.ts';
import { RunFailed } from '../run/ending.ts';
import type { Progress } from '../run/parts.ts';
import type { RunResult } from '../run/report.ts';
import { identifyTenant } from '../run/scope.ts';
import type { Status } from '../run/status.ts';
import { statusOf } from '../run/status.ts';
import type { Task } from '../run/synchronise.ts';
import { synchronise } from '../run/synchronise.ts';
import { Conductor } from '../schedule/conductor.ts';
import { schedule } from '../schedule/schedule.ts';
import type { Staleness } from '../schedule/staleness.ts';
import type { Scheduled } from '../schedule/schedule.ts';
import { readSchedule, scheduleForm } from '../settings/pages.ts';
import type { Settings } from '../settings/settings.ts';
import { openStore } from '../store/open.ts';
import type { Decider, Pause, Purged } from '../store/store.ts';
import type { WebHandler, WebOptions } from '../web/web.ts';
import { webHandler } from '../web/web.ts';
import { exportGroups, exportUsers } from './exports.ts';
import type { Exporting } from './exports.ts';
import type {
  Decision,
  ExportOptions,
  LookedUp,
  Rollkeeper,
  RunOptions,
  StartOptions,
} from './rollkeeper.ts';
import { Rows } from './rows.ts';
import { Stores } from './stores.ts';
import { watchSuccess } from './watching.ts';

/** Wires the concrete parts of a tenant together, when they are first asked for. */
export class Keeper extends Rows implements Rollkeeper {
  readonly settings: Settings;
  readonly #options: OpenOptions;
  readonly #stores: Stores;
  readonly #signal: AbortSignal;
  readonly #closing = new AbortController();
  readonly #conductor: Conductor;
  #connected: Connected | undefined;
  #scheduled: Scheduled | undefined;
  #staleness: Staleness | undefined;

  constructor(settings: Settings, options: OpenOptions) {
    const stores = new Stores(settings, options);
    super(stores);
    this.#stores = stores;
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

  async status(tenantId: string): Promise<Status> {
    const { staleAfterMs } = this.settings;
    const nextRun = this.#scheduled?.next() ?? null;
    return await statusOf(await this.#stores.opened(), tenantId, {
      now: Date.now(),
      staleAfterMs,
      nextRun,
    });
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
    return await (await this.#stores.opened()).reject(tenantId, runId, deciderOf(decision));
  }

  async cancel(tenantId: string, runId: number, decision: Decision): Promise<void> {
    await (await this.#stores.opened()).cancel(tenantId, runId, deciderOf(decision));
  }

  async pause(
    tenantId: string,
    { forMs, ...decision }: Decision & { forMs?: number },
  ): Promise<Pause> {
    const { at: since, ...decider } = deciderOf(decision);
    const until = forMs === undefined ? null : new Date(Date.parse(since) + forMs).toISOString();
    const pause = { since, until, ...decider };
    await (await this.#stores.opened()).pause(tenantId, pause);
    return pause;
  }

  async resume(tenantId: string): Promise<boolean> {
    return await (await this.#stores.opened()).resume(tenantId);
  }

  async purge(
    tenantId: string,
    { olderThanMs, by, dryRun = false }: { olderThanMs: number; by: string; dryRun?: boolean },
  ): Promise<Purged> {
    const store = await this.#stores.opened();
    const now = Date.now();
    const at = new Date(now).toISOString();
    const before = new Date(now - olderThanMs).toISOString();
    return await store.purge(tenantId, { before, at, by, dryRun });
  }

  async forget(
    { tenantId, objectId }: { tenantId: string; objectId: ObjectId },
    { by }: { by: string },
  ): Promise<void> {
    const store = await this.#stores.opened();
    await store.forget(tenantId, objectId, { at: new Date().toISOString(), by });
  }

  async exportUsers(options: ExportOptions): Promise<number> {
    return await exportUsers(this.#exporting(options), options);
  }

  async exportGroups(options: ExportOptions): Promise<number> {
    return await exportGroups(this.#exporting(options), options);
  }

  #exporting(options: ExportOptions): Exporting {
    return {
      connect: async () => await this.#connect(),
      opened: async () => await this.#stores.opened(),
      tenantId: async () => await this.tenantId(options),
      signal: this.#signalOf(options),
    };
  }

  async tenantId(options: RunOptions = {}): Promise<string> {
    const { settings, graph } = await this.#connect();
    const signal = this.#signalOf(options);
    return await identifyTenant(
      graph(options.priority ?? 'Normal'),
      await this.#stores.opened(),
      settings.tenant,
      signal,
    );
  }

  consent({ redirectUri }: { redirectUri: string }): Consent {
    const { settings } = this;
    return beginConsent({
      settings,
      redirectUri,
      store: async () => await this.#stores.opened(),
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
    const staleness = watchSuccess({
      settings,
      options: this.#options,
      stores: this.#stores,
      signal: this.#closing.signal,
      onError,
    });
    const scheduled = schedule(plan, {
      conductor: this.#conductor,
      lastBegan: async () => await this.#lastBegan(),
      now: Date.now,
      timeZone: settings.timeZone,
      onError,
    });
    this.#staleness = staleness;
    this.#scheduled = {
      next: () => scheduled.next(),
      stop: () => {
        scheduled.stop();
        void staleness?.stop();
      },
    };
    return this.#scheduled;
  }

  web(options: WebOptions): WebHandler {
    const keeping = keepingOf({
      settings: this.settings,
      options: this.#options,
      conductor: this.#conductor,
      store: async () => await this.#stores.openedForPages(),
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
    await this.#staleness?.stop();
    await this.#conductor.current?.ended;
    await this.#stores.close();
  }

  /** The parts for the tenant of the settings, or of the consent: another consent makes others. */
  async #connect(): Promise<Connected> {
    const tenant = await tenantOf(this.settings, async () => await this.#stores.opened());
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
    const { connection, graph, watchTokens } = await this.#connect();
    const log = new RunLog(this.#options.logger ?? silent);
    const { notifyUrl } = this.settings;
    const parts = {
      graph: graph(options.priority ?? 'Low', log.request),
      store: await this.#stores.opened(),
      connection,
      now: this.#options.now ?? Date.now,
      progress: (progress: Progress) => {
        log.progress(progress);
        options.onProgress?.(progress);
      },
      notify: notifyUrl === null ? null : notifier(notifyUrl, this.#options.fetch),
      signal: this.#signalOf(options),
    };
    const unwatch = watchTokens(log.request);
    try {
      const result = await synchronise(parts, options);
      log.ended(result.report);
      return result;
    } catch (error) {
      if (error instanceof RunFailed) log.failed(error.report, error.cause);
      throw error;
    } finally {
      unwatch();
    }
  }

  #signalOf(options: RunOptions): AbortSignal {
    return options.signal ? AbortSignal.any([this.#signal, options.signal]) : this.#signal;
  }
}

const closed = (): RollkeeperError =>
  new RollkeeperError('interrupted', 'Rollkeeper was closed.', {
    remedy: 'A run changes all of its rows or none. Open it again to go on.',
  });

const deciderOf = ({ by, reason }: Decision): Decider => ({
  by,
  at: new Date().toISOString(),
  reason: reason ?? null,
});
