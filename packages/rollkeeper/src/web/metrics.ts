import { Counter, Gauge, Histogram, Registry } from 'prom-client';

import { RunFailed } from '../run/ending.ts';
import type { Outcome } from '../schedule/conductor.ts';
import { heldIn } from './routes/overview-facts.ts';
import type { Site } from './site.ts';

/**
 * What a collector reads. Counters are of this process; gauges come from the database, so that every replica tells the
 * same. https://prometheus.io/docs/practices/naming/
 */
export class Metrics {
  readonly #site: Site;
  readonly #registry = new Registry();
  readonly #runs: Counter<'status'>;
  readonly #requests: Counter;
  readonly #throttled: Counter;
  readonly #durations: Histogram;
  readonly #lastSuccess: Gauge;
  readonly #age: Gauge;
  readonly #people: Gauge;
  readonly #held: Gauge;

  constructor(site: Site) {
    this.#site = site;
    const registers = [this.#registry];
    const of = (
      name: string,
      help: string,
    ): { name: string; help: string; registers: Registry[] } => ({
      name: `rollkeeper_${name}`,
      help,
      registers,
    });
    this.#runs = new Counter({
      ...of('runs_total', 'Runs that ended in this process, by status'),
      labelNames: ['status'],
    });
    this.#requests = new Counter(of('graph_requests_total', 'Requests to Microsoft Graph'));
    this.#throttled = new Counter(of('graph_throttled_total', 'Answers with the status 429'));
    this.#durations = new Histogram({
      ...of('run_duration_seconds', 'How long runs took'),
      buckets: [1, 5, 15, 60, 300, 900, 3600],
    });
    this.#lastSuccess = new Gauge(
      of('last_success_timestamp_seconds', 'When the last run that succeeded had ended'),
    );
    this.#age = new Gauge(of('last_success_age_seconds', 'How long ago that is'));
    this.#people = new Gauge(of('people_in_scope', 'People in scope'));
    this.#held = new Gauge(of('removals_held', 'Removals that wait for a decision'));
    site.keeping.conductor.onEnded((outcome) => this.#count(outcome));
  }

  /** The text that a collector reads. */
  async text(): Promise<string> {
    await this.#look();
    return await this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #count({ result, error }: Outcome): void {
    const report = result?.report ?? (error instanceof RunFailed ? error.report : null);
    this.#runs.inc({ status: report?.status ?? 'failed' });
    if (report === null) return;
    this.#requests.inc(report.requests);
    this.#throttled.inc(report.throttled);
    this.#durations.observe(report.durationMs / 1000);
  }

  async #look(): Promise<void> {
    const { keeping, now } = this.#site;
    const tenantId = await keeping.knownTenantId();
    if (tenantId === null) return;
    const store = await keeping.store();
    const at = new Date(now()).toISOString();
    const totals = await store.totals(tenantId, at);
    this.#people.set(totals.inScope);
    this.#held.set(heldIn(totals));
    const runs = await store.runs(tenantId, { after: null, limit: 200 });
    const applied = runs.filter(({ dryRun, finishedAt }) => !dryRun && finishedAt !== null);
    const success = applied.find(({ status }) => status === 'succeeded')?.finishedAt;
    if (success === undefined || success === null) return;
    this.#lastSuccess.set(Date.parse(success) / 1000);
    this.#age.set((now() - Date.parse(success)) / 1000);
  }
}
