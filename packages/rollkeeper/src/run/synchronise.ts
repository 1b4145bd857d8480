import { RollkeeperError } from '../directory/error.ts';
import { judge } from '../decide/threshold.ts';
import type { HeldKind, JudgedFacts } from '../decide/threshold.ts';
import { readFull } from '../read/full.ts';
import type { Claim, PlanSummary, Remembered, Totals } from '../store/store.ts';
import { keepLease, leaseSeconds } from './lease.ts';
import type { RunParts } from './parts.ts';
import { drawPlan } from './plan.ts';
import { recall } from './recall.ts';
import type { RunReport, RunResult } from './report.ts';
import { emptyReport } from './report.ts';
import { findScope, identifyTenant, scopeText } from './scope.ts';
import type { FoundScope } from './scope.ts';
import { Staging } from './staging.ts';

const day = 24 * 60 * 60 * 1000;

/** A run that failed, with its report: `cause` is what went wrong. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed';
  readonly report: RunReport;

  constructor(report: RunReport, cause: unknown) {
    super(report.error?.message ?? 'The run failed.', { cause });
    this.report = report;
  }
}

/**
 * One run for one tenant: read, decide, judge, apply. Resolves when it succeeded or is quarantined; throws
 * `RunFailed` otherwise, with rows untouched. `dryRun` stops after the plan.
 */
export async function synchronise(
  parts: RunParts,
  options: { dryRun: boolean },
): Promise<RunResult> {
  const startedAt = parts.now();
  let claim: Claim | undefined;
  try {
    const { connection, graph, store } = parts;
    const tenantId = await identifyTenant(graph, store, connection.tenant, parts.signal);
    const at = new Date(startedAt).toISOString();
    claim = await store.claim(tenantId, { kind: 'full', dryRun: options.dryRun, at, leaseSeconds });
    return await perform(parts, claim, { ...options, startedAt });
  } catch (error) {
    throw await failed(parts, claim, error, startedAt);
  }
}

interface Attempt {
  readonly dryRun: boolean;
  readonly startedAt: number;
}

async function perform(parts: RunParts, claim: Claim, attempt: Attempt): Promise<RunResult> {
  const lease = keepLease(parts.store, claim);
  const signal = AbortSignal.any([parts.signal, lease.signal]);
  try {
    const read = await readEverything({ ...parts, signal }, claim);
    const plan = await decide({ ...parts, signal }, claim, read);
    const applied = !attempt.dryRun && plan.held.length === 0;
    if (applied) await apply({ ...parts, signal }, claim, read, attempt);
    return await end(parts, claim, { attempt, plan, applied, warnings: read.warnings });
  } finally {
    lease.stop();
  }
}

interface Read {
  readonly remember: Remembered;
  readonly scopeChanged: boolean;
  /** People whose row already says what was read. */
  readonly unchanged: number;
  readonly warnings: readonly string[];
}

async function readEverything(parts: RunParts, claim: Claim): Promise<Read> {
  const { connection, graph, progress, signal, store } = parts;
  const remembered = await store.remembered(claim.tenantId);
  const found = await findScope(graph, connection, remembered, signal);
  const remember = toRemember(parts, found);
  const scopeChanged = remembered !== null && isAnotherScope(remembered, remember);
  const known = await recall(store, claim.tenantId, scopeChanged);
  const staging = new Staging(store, claim);
  const reading = await readFull(
    {
      graph,
      known,
      selection: connection.selection,
      stage: staging.take,
      progress: (people, of) => progress({ phase: 'reading', people, of }),
      signal,
    },
    found.scope,
  );
  await staging.flush();
  const warnings = [...found.warnings];
  if (reading.unresolved > 0) {
    warnings.push(
      `${reading.unresolved} members of the group could not be read: deleted while the run read, or not there yet. The next run asks again.`,
    );
  }
  for (const message of warnings) progress({ phase: 'warning', message });
  return { remember, scopeChanged, unchanged: known.unchanged, warnings };
}

interface Decided {
  readonly summary: PlanSummary;
  readonly totals: Totals;
  readonly unchanged: number;
  readonly held: readonly HeldKind[];
}

async function decide(parts: RunParts, claim: Claim, read: Read): Promise<Decided> {
  const { connection, now, progress, signal, store } = parts;
  signal.throwIfAborted();
  progress({ phase: 'deciding' });
  await store.enter(claim, 'deciding');
  const staged = await drawPlan(store, claim, connection.policy, signal);
  const summary = await store.planSummary(claim);
  const since = new Date(now() - day).toISOString();
  const totals = await store.totals(claim.tenantId, since);
  const held = judge(factsOf(summary, totals, read.scopeChanged), connection.threshold);
  return { summary, totals, unchanged: read.unchanged + staged, held };
}

function factsOf(
  { operations, membershipsLost }: PlanSummary,
  { inScope, enabled, memberships, recent }: Totals,
  scopeChanged: boolean,
): JudgedFacts {
  const leaving = operations.soft_delete;
  return {
    removals: {
      leaving: { planned: leaving, recent: recent.leaving, rows: inScope },
      deactivations: {
        planned: operations.deactivate,
        recent: recent.deactivations,
        rows: enabled,
      },
      memberships: { planned: membershipsLost, recent: recent.memberships, rows: memberships },
    },
    inScopeAfter: inScope - leaving + operations.create + operations.restore,
    scopeChanged,
  };
}

async function apply(parts: RunParts, claim: Claim, read: Read, attempt: Attempt): Promise<void> {
  parts.signal.throwIfAborted();
  parts.progress({ phase: 'applying' });
  await parts.store.enter(claim, 'applying');
  const at = new Date(attempt.startedAt).toISOString();
  await parts.store.apply(claim, { at, remember: read.remember });
}

interface Ending {
  readonly attempt: Attempt;
  readonly plan: Decided;
  readonly applied: boolean;
  readonly warnings: readonly string[];
}

async function end(parts: RunParts, claim: Claim, ending: Ending): Promise<RunResult> {
  const { attempt, plan, applied, warnings } = ending;
  const { store, now } = parts;
  const totals = applied
    ? await store.totals(claim.tenantId, new Date(now()).toISOString())
    : plan.totals;
  const status = attempt.dryRun || plan.held.length === 0 ? 'succeeded' : 'quarantined';
  const held = plan.held.reduce((sum, { planned }) => sum + planned, 0);
  const { operations } = plan.summary;
  const { requests, throttled } = parts.graph.tally();
  const report: RunReport = {
    run: claim.runId,
    kind: 'full',
    status,
    users: {
      created: operations.create,
      updated: operations.update,
      deactivated: operations.deactivate,
      restored: operations.restore,
      softDeleted: operations.soft_delete,
      unchanged: plan.unchanged,
      inScope: totals.inScope,
    },
    supervisors: {
      set: plan.summary.supervisorsSet,
      cleared: plan.summary.supervisorsCleared,
      total: totals.supervisors,
    },
    held,
    requests,
    throttled,
    durationMs: now() - attempt.startedAt,
  };
  await store.finish(claim, {
    status,
    at: new Date(now()).toISOString(),
    report: JSON.stringify(report),
    ...(plan.held.length > 0 ? { held: plan.held } : {}),
  });
  return { tenantId: claim.tenantId, dryRun: attempt.dryRun, report, held: plan.held, warnings };
}

async function failed(
  parts: RunParts,
  claim: Claim | undefined,
  error: unknown,
  startedAt: number,
): Promise<RunFailed> {
  const cancelled = parts.signal.aborted;
  const reason: unknown = cancelled ? parts.signal.reason : error;
  const code = reason instanceof RollkeeperError ? reason.code : 'unexpected';
  const message = reason instanceof Error ? reason.message : String(reason);
  const { requests, throttled } = parts.graph.tally();
  const report: RunReport = {
    ...emptyReport(claim?.runId ?? 0, 'full'),
    status: cancelled ? 'cancelled' : 'failed',
    requests,
    throttled,
    durationMs: parts.now() - startedAt,
    error: { code, message },
  };
  const failure = new RunFailed(report, reason);
  if (claim === undefined) return failure;
  try {
    await parts.store.finish(claim, {
      status: cancelled ? 'cancelled' : 'failed',
      at: new Date(parts.now()).toISOString(),
      report: JSON.stringify(report),
      error: { code, message },
    });
  } catch (finishing) {
    // The run's own failure is what must be told; that its end could not be written goes with it.
    failure.cause = new AggregateError([reason, finishing], message, { cause: reason });
  }
  return failure;
}

function toRemember({ connection }: RunParts, { scope, groupName }: FoundScope): Remembered {
  const { attributes, extra } = connection.selection;
  return {
    scope: scopeText(connection.scope),
    groupId: scope.kind === 'group' ? scope.groupId : null,
    groupName,
    membership: connection.membership,
    disabledUsers: connection.policy.disabledUsers,
    attributes: [...attributes.map(({ name }) => name), ...extra].toSorted(),
  };
}

/** Rule 16: what makes a run's removals a change of the question, not of the tenant. */
const isAnotherScope = (before: Remembered, now: Remembered): boolean =>
  before.scope !== now.scope ||
  before.groupId !== now.groupId ||
  before.membership !== now.membership ||
  before.disabledUsers !== now.disabledUsers;
