import type { Claim } from '../store/store.ts';
import { end, failed } from './ending.ts';
import { judgePlan } from './judge.ts';
import { keepLease, leaseSeconds } from './lease.ts';
import type { RunParts } from './parts.ts';
import { drawPlan } from './plan.ts';
import { read } from './reading.ts';
import type { Read } from './reading.ts';
import type { RunResult } from './report.ts';
import { identifyTenant } from './scope.ts';

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

async function perform(given: RunParts, claim: Claim, attempt: Attempt): Promise<RunResult> {
  const lease = keepLease(given.store, claim);
  const parts = { ...given, signal: AbortSignal.any([given.signal, lease.signal]) };
  try {
    const reading = await read(parts, claim);
    const staysAsItIs = await decide(parts, claim);
    const judged = await judgePlan(parts, claim, reading.scopeChanged);
    const applied = !attempt.dryRun && judged.held.length === 0;
    if (applied) await apply(parts, claim, reading, attempt);
    const unchanged = reading.unchanged + staysAsItIs;
    const { warnings } = reading;
    return await end(given, claim, { ...attempt, judged, unchanged, applied, warnings });
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
