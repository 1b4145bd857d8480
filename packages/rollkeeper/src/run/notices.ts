import { decideNotices } from '../decide/notice.ts';
import type { Condition, NoticeFacts } from '../decide/notice.ts';
import type { Claim, HeldCounts, Store } from '../store/store.ts';
import type { RunParts } from './parts.ts';

/** What `ROLLKEEPER_NOTIFY_URL` is sent, as JSON. The names and their meaning are stable. */
export interface Notice {
  /** `held`, `failed_repeatedly` and `stale` once for each occurrence; `recovered` once when they are over. */
  readonly event: Condition | 'recovered';
  /** With `recovered`: what is over. Empty otherwise. */
  readonly over: readonly Condition[];
  /** One sentence for people. */
  readonly text: string;
  readonly tenantId: string;
  /** The run at whose end this was noticed; null: between runs, by whoever keeps the schedule. */
  readonly run: number | null;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Removals that wait for a decision, by kind. */
  readonly held: Readonly<Record<'leaving' | 'deactivations' | 'memberships', number>>;
  /** Runs that failed in a row. */
  readonly failures: number;
  /** When a run last succeeded; null: none did. */
  readonly lastSuccessAt: string | null;
  /** Why the last run failed; null: it did not. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Sends a notice. Resolves to null, or to why it could not be sent; never rejects. */
export type Notify = (notice: Notice, signal: AbortSignal) => Promise<string | null>;

/** What there is to tell of between runs. */
export interface Watched {
  readonly store: Pick<Store, 'lastApplied' | 'runs' | 'tell' | 'tellFirst' | 'told' | 'totals'>;
  readonly notify: Notify;
  readonly now: () => number;
  readonly staleAfterMs: number;
  /** When it began to be watched, in milliseconds since 1970: what never succeeded is stale so long after it. */
  readonly since: number;
  readonly signal: AbortSignal;
}

/**
 * Tells somebody that the last success is too old while no run ends that would tell it: each one hangs, say, or loses
 * its turn. Once for each occurrence, whatever process notices first. Returns why it could not be told; null: it was, or
 * there is nothing to tell. Then it is told when this is called again.
 */
export async function tellStale(watched: Watched, tenantId: string): Promise<string | null> {
  const { notify, now, signal, since, staleAfterMs, store } = watched;
  const lastSuccessAt = (await store.lastApplied(tenantId))?.finishedAt ?? null;
  const from = lastSuccessAt === null ? since : Date.parse(lastSuccessAt);
  if (now() - from <= staleAfterMs) return null;
  if ((await store.told(tenantId)).some(({ condition }) => condition === 'stale')) return null;
  const at = new Date(now()).toISOString();
  const [last] = await store.runs(tenantId, { after: null, limit: 1 });
  if (!(await store.tellFirst(tenantId, 'stale', { runId: last?.runId ?? 0, at }))) return null;
  const { held } = await store.totals(tenantId, at);
  const common: Common = {
    tenantId,
    run: null,
    at,
    held: kindsOf(held),
    failures: await failuresBefore(store, tenantId, null),
    lastSuccessAt,
    error: last?.error ?? null,
  };
  const failure = await notify(
    { event: 'stale', over: [], text: inWords('stale', [], common), ...common },
    signal,
  );
  if (failure !== null) await store.tell(tenantId, 'stale', null);
  return failure;
}

/** Looked through for failures in a row. */
const lastRuns = 20;

/**
 * Tells somebody what began or is over with this run, and remembers what was told: once for each occurrence. What could
 * not be told is told at the end of the next run, if it is still so. `error`: why the run failed; null: it did not.
 * Returns warnings, and never throws: a notice does not fail a run.
 */
export async function tellNotices(
  parts: RunParts,
  claim: Claim,
  error: Notice['error'],
): Promise<readonly string[]> {
  const { notify } = parts;
  if (notify === null) return [];
  try {
    return await tell({ ...parts, notify }, claim, error);
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    return [`Nobody could be told how this run ended: ${why}`];
  }
}

async function tell(
  parts: RunParts & { readonly notify: Notify },
  claim: Claim,
  error: Notice['error'],
): Promise<readonly string[]> {
  const { notify, signal, store } = parts;
  const { tenantId } = claim;
  const { common, facts } = await look(parts, claim, error);
  const told = await store.told(tenantId);
  const { begins, ends } = decideNotices(
    facts,
    Object.fromEntries(told.map(({ condition, runId }) => [condition, { runId }])),
  );
  const warnings: string[] = [];
  const send = async (event: Notice['event'], over: readonly Condition[]): Promise<boolean> => {
    const notice: Notice = { event, over, text: inWords(event, over, common), ...common };
    const failure = await notify(notice, signal);
    if (failure !== null) warnings.push(notDelivered(event, failure));
    return failure === null;
  };
  for (const condition of begins) {
    const runId = condition === 'held' ? (facts.heldBy ?? claim.runId) : claim.runId;
    const sent = await send(condition, []);
    if (sent) await store.tell(tenantId, condition, { runId, at: common.at });
  }
  if (ends.length > 0 && (await send('recovered', ends))) {
    for (const condition of ends) await store.tell(tenantId, condition, null);
  }
  return warnings;
}

const notDelivered = (event: string, why: string): string =>
  `The notice “${event}” was not delivered: ${why} It is sent again after the next run, if it is still so.`;

type Common = Omit<Notice, 'event' | 'over' | 'text'>;

/** How things stand, as notices say it and as they are decided from it. */
async function look(
  { connection, now, store }: RunParts,
  claim: Claim,
  error: Notice['error'],
): Promise<{ readonly common: Common; readonly facts: NoticeFacts }> {
  const at = new Date(now()).toISOString();
  const { held } = await store.totals(claim.tenantId, at);
  const last = (await store.lastApplied(claim.tenantId))?.finishedAt ?? null;
  const lastSuccessAt = error === null ? at : last;
  const failures =
    error === null ? 0 : 1 + (await failuresBefore(store, claim.tenantId, claim.runId));
  const { tenantId, runId: run } = claim;
  return {
    common: { tenantId, run, at, held: kindsOf(held), failures, lastSuccessAt, error },
    facts: {
      heldBy: held.runs[0] ?? null,
      failures,
      sinceSuccessMs: lastSuccessAt === null ? null : Date.parse(at) - Date.parse(lastSuccessAt),
      staleAfterMs: connection.staleAfterMs,
    },
  };
}

/** Runs that failed one after another until this one; dry runs, those that go on and those that were cancelled say nothing. */
async function failuresBefore(
  store: Pick<Store, 'runs'>,
  tenantId: string,
  runId: number | null,
): Promise<number> {
  const rows = await store.runs(tenantId, { after: runId, limit: lastRuns });
  const telling = rows.filter(
    ({ dryRun, finishedAt, status }) => !dryRun && finishedAt !== null && status !== 'cancelled',
  );
  const success = telling.findIndex(({ status }) => status !== 'failed');
  return success === -1 ? telling.length : success;
}

const kindsOf = ({ deactivations, leaving, memberships }: HeldCounts): Notice['held'] => ({
  leaving,
  deactivations,
  memberships,
});

const names: Readonly<Record<Condition, string>> = {
  held: 'nothing is held any more',
  failed_repeatedly: 'runs succeed again',
  stale: 'the last success is recent again',
};

const sentences: Readonly<Record<Condition, (common: Common) => string>> = {
  held: ({ held }) =>
    `Rollkeeper holds removals until somebody decides: ${held.leaving} people leaving, ` +
    `${held.deactivations} accounts disabled, ${held.memberships} memberships lost. See: rollkeeper status`,
  failed_repeatedly: ({ error, failures, run }) =>
    `Rollkeeper has failed ${failures} times in a row: ${error?.message ?? ''} (run ${run})`,
  stale: ({ lastSuccessAt }) =>
    `Rollkeeper last succeeded at ${lastSuccessAt ?? 'no time'}, longer ago than ROLLKEEPER_STALE_AFTER.`,
};

function inWords(event: Notice['event'], over: readonly Condition[], common: Common): string {
  if (event !== 'recovered') return sentences[event](common);
  return `Rollkeeper has recovered: ${over.map((condition) => names[condition]).join(', ')}.`;
}
