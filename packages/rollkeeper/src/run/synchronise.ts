import type { Claim, Remembered, RunKind } from '../store/store.ts';
import { end, failed } from './ending.ts';
import { judgePlan } from './judge.ts';
import { keepLease, leaseSeconds } from './lease.ts';
import type { RunParts } from './parts.ts';
import { drawPlan } from './plan.ts';
import { unchangedBy } from './proof.ts';
import { afterDrift, chooseRead, read } from './reading.ts';
import type { RunResult } from './report.ts';
import { identifyTenant } from './scope.ts';
import { Stopwatch } from './work.ts';

export interface Task {
  /** Stop after the plan. */
  readonly dryRun: boolean;
  /** Read everything, even where reading what changed would do. Default false. */
  readonly full?: boolean;
  /** Perform what this run holds: who approved it, and why. */
  readonly approve?: {
    readonly runId: number;
    readonly by: string;
    readonly reason: string | null;
  };
}

/**
 * One run for one tenant: read, decide, judge, apply. Resolves when it succeeded, or is quarantined because it holds
 * removals, everything else applied; throws `RunFailed` otherwise, with rows untouched.
 */
export async function synchronise(parts: RunParts, task: Task): Promise<RunResult> {
  const { approve, dryRun, full = false } = task;
  const startedAt = parts.now();
  const at = new Date(startedAt).toISOString();
  let attempt: Attempt = {
    kind: approve === undefined ? 'full' : 'approval',
    approves: approve?.runId ?? null,
    dryRun,
    full,
    at,
    startedAt,
    stopwatch: new Stopwatch(parts.now),
  };
  let claim: Claim | undefined;
  try {
    const { connection, graph, store } = parts;
    const tenantId = await identifyTenant(graph, store, connection.tenant, parts.signal);
    if (approve === undefined) {
      attempt = { ...attempt, kind: (await chooseRead(parts, tenantId, full)).kind };
    }
    claim = await store.claim(tenantId, {
      kind: attempt.kind,
      dryRun,
      at,
      leaseSeconds,
      ...(approve === undefined ? {} : { approves: approve }),
    });
    parts.progress({ phase: 'begun', tenantId, run: claim.runId, kind: attempt.kind });
    return await perform(parts, claim, attempt);
  } catch (error) {
    throw await failed(parts, claim, error, attempt);
  }
}

interface Attempt {
  readonly kind: RunKind;
  readonly approves: number | null;
  readonly dryRun: boolean;
  readonly full: boolean;
  /** `startedAt`, ISO 8601. */
  readonly at: string;
  readonly startedAt: number;
  readonly stopwatch: Stopwatch;
}

async function perform(given: RunParts, claim: Claim, attempt: Attempt): Promise<RunResult> {
  const lease = keepLease(given.store, claim);
  const parts = { ...given, signal: AbortSignal.any([given.signal, lease.signal]) };
  try {
    const { approves, at, stopwatch } = attempt;
    const reading = await stopwatch.time(
      'reading',
      async () => await read(parts, claim, { ...attempt, claimedAs: attempt.kind }),
    );
    const staysAsItIs = await stopwatch.time('deciding', async () => await decide(parts, claim));
    const { reason, scopeChanged, strategy, warnings } = reading;
    const drift = await reading.proof?.drift(parts.store, claim);
    const judged = await judgePlan(parts, claim, { scopeChanged, approves });
    const unchanged =
      reading.unchanged === null
        ? await unchangedBy(parts.store, claim, judged.totals.inScope)
        : reading.unchanged + staysAsItIs;
    if (!attempt.dryRun) {
      await stopwatch.time(
        'applying',
        async () => await apply(parts, claim, afterDrift(reading.remember, drift ?? 0), at),
      );
    }
    const kind = attempt.kind === 'approval' ? attempt.kind : reading.kind;
    return await end(given, claim, {
      ...attempt,
      kind,
      reason,
      drift,
      judged,
      unchanged,
      strategy,
      warnings,
    });
  } catch (error) {
    throw lease.signal.aborted ? lease.signal.reason : error;
  } finally {
    lease.stop();
  }
}

/** Stores the plan. Returns how many of those staged stay as they are. */
async function decide(parts: RunParts, claim: Claim): Promise<number> {
  parts.signal.throwIfAborted();
  parts.progress({ phase: 'deciding' });
  await parts.store.enter(claim, 'deciding');
  return await drawPlan(parts.store, claim, parts.connection.policy, parts.signal);
}

async function apply(
  parts: RunParts,
  claim: Claim,
  remember: Remembered,
  at: string,
): Promise<void> {
  parts.signal.throwIfAborted();
  parts.progress({ phase: 'applying' });
  await parts.store.enter(claim, 'applying');
  await parts.store.apply(claim, { at, remember });
}
