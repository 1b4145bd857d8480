import type { Claim, RunKind } from '../store/store.ts';
import { end, failed } from './ending.ts';
import { judgePlan } from './judge.ts';
import { keepLease, leaseSeconds } from './lease.ts';
import type { RunParts } from './parts.ts';
import { drawPlan } from './plan.ts';
import { read } from './reading.ts';
import type { Read } from './reading.ts';
import type { RunResult } from './report.ts';
import { identifyTenant } from './scope.ts';
import { Stopwatch } from './work.ts';

export interface Task {
  /** Stop after the plan. */
  readonly dryRun: boolean;
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
export async function synchronise(parts: RunParts, { approve, dryRun }: Task): Promise<RunResult> {
  const startedAt = parts.now();
  const attempt: Attempt = {
    kind: approve === undefined ? 'full' : 'approval',
    approves: approve?.runId ?? null,
    dryRun,
    startedAt,
    stopwatch: new Stopwatch(parts.now),
  };
  let claim: Claim | undefined;
  try {
    const { connection, graph, store } = parts;
    const tenantId = await identifyTenant(graph, store, connection.tenant, parts.signal);
    claim = await store.claim(tenantId, {
      kind: attempt.kind,
      dryRun,
      at: new Date(startedAt).toISOString(),
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
  readonly startedAt: number;
  readonly stopwatch: Stopwatch;
}

async function perform(given: RunParts, claim: Claim, attempt: Attempt): Promise<RunResult> {
  const lease = keepLease(given.store, claim);
  const parts = { ...given, signal: AbortSignal.any([given.signal, lease.signal]) };
  try {
    const { approves, stopwatch } = attempt;
    const reading = await stopwatch.time('reading', async () => await read(parts, claim));
    const staysAsItIs = await stopwatch.time('deciding', async () => await decide(parts, claim));
    const { scopeChanged, strategy, warnings } = reading;
    const judged = await judgePlan(parts, claim, { scopeChanged, approves });
    if (!attempt.dryRun) {
      await stopwatch.time('applying', async () => await apply(parts, claim, reading, attempt));
    }
    const unchanged = reading.unchanged + staysAsItIs;
    return await end(given, claim, { ...attempt, judged, unchanged, strategy, warnings });
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
  reading: Read,
  attempt: Attempt,
): Promise<void> {
  parts.signal.throwIfAborted();
  parts.progress({ phase: 'applying' });
  await parts.store.enter(claim, 'applying');
  const at = new Date(attempt.startedAt).toISOString();
  await parts.store.apply(claim, { at, remember: reading.remember });
}
