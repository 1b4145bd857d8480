import type { OperationKind } from '../../../decide/operation.ts';
import type { RemovalKind } from '../../../decide/threshold.ts';
import { appliedOnce } from '../../refusal.ts';
import type { Claim, Remembered } from '../../store.ts';
import type { Database, Session, Transaction } from '../connection.ts';
import { isLost } from '../failure.ts';
import { cameTrue, holdConnection, renewHeld, requireLease } from '../lease.ts';
import { recordApproval } from '../held/decisions.ts';
import { settleHeld } from '../held/settle.ts';
import { countApproved, countPlan, membershipsLost } from '../plan.ts';
import { requireStaged } from '../staging.ts';
import { remember, remembered } from '../tenants.ts';
import { forgetCounts } from '../totals.ts';
import { applyGroups, applyMemberships } from './groups.ts';
import { dropGone } from './gone.ts';
import { applySleepers } from './sleepers.ts';
import { applyOutsideManagers } from './outside-managers.ts';
import { applyPeople, refreshFingerprints } from './people.ts';
import type { Application } from './record.ts';
import { record } from './record.ts';

/**
 * Performs a run's plan: rows, changes, what is to be remembered, and the run's state, in one transaction. Where the
 * connection breaks just as the transaction ends, the run's row tells whether it was done.
 */
export async function apply(
  database: Database,
  claim: Claim,
  options: { readonly at: string; readonly remember: Remembered },
): Promise<void> {
  try {
    await database.transaction(async (transaction) => await perform(transaction, claim, options));
  } catch (error) {
    if (!isLost(error) || !(await wasApplied(database, claim, options.at))) throw error;
  }
}

async function perform(
  transaction: Transaction,
  claim: Claim,
  { at, remember: now }: { readonly at: string; readonly remember: Remembered },
): Promise<void> {
  // Room to sort and to join what a first run brings; the default is meant for small questions.
  await transaction.execute("SET LOCAL work_mem = '64MB'");
  await holdConnection(transaction, claim.tenantId);
  await requireLease(transaction, claim);
  await requireOnce(transaction, claim);
  const staged = await requireStaged(transaction, claim);
  const application: Application = { tenant: claim.tenantId, run: claim.runId, at };
  const plan = await countPlan(transaction, claim);
  await markApplied(transaction, application, await unapproved(transaction, claim, plan));
  const before = await remembered(transaction, claim.tenantId);
  await recordAttributes(transaction, application, before, now);
  await applyPeople(transaction, application, plan, toldOf(before, now));
  await applyGroups(transaction, application, plan);
  await applyMemberships(transaction, application, plan);
  await dropGone(transaction, application, plan);
  const managers = await applyOutsideManagers(transaction, application, claim);
  if (managers + Object.values(plan).reduce((sum, number) => sum + number, 0) > 0) {
    await forgetCounts(transaction, claim.tenantId);
  }
  await refreshFingerprints(transaction, application, { created: plan.create, staged });
  await applySleepers(transaction, application, claim);
  await settleHeld(transaction, application, plan);
  await recordApproval(transaction, claim, at);
  await remember(transaction, claim.tenantId, now);
  await renewHeld(transaction, claim.tenantId);
}

const wasApplied = async (
  database: Database,
  { tenantId, runId }: Claim,
  at: string,
): Promise<boolean> =>
  await cameTrue(database, tenantId, async (session) => {
    const row = await session.get(
      `SELECT 1 FROM rollkeeper_runs
        WHERE tenant_id = $tenant AND run_id = $run AND applied_at = $at`,
      { tenant: tenantId, run: runId, at },
    );
    return row !== undefined;
  });

async function requireOnce(session: Session, claim: Claim): Promise<void> {
  const ready = await session.get(
    `SELECT 1 FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND run_id = $run
        AND status IN ('deciding', 'applying') AND applied_at IS NULL AND NOT dry_run`,
    { tenant: claim.tenantId, run: claim.runId },
  );
  if (ready !== undefined) return;
  throw appliedOnce(claim);
}

/** The removals that a run applies without approval are what later runs count as recent. */
async function unapproved(
  session: Session,
  claim: Claim,
  plan: Readonly<Record<OperationKind, number>>,
): Promise<Readonly<Record<RemovalKind, number>>> {
  const approved = await countApproved(session, claim);
  const memberships = await membershipsLost(session, claim, plan);
  return {
    leaving: plan.soft_delete - approved.leaving,
    deactivations: plan.deactivate - approved.deactivations,
    memberships: memberships.all - memberships.approved,
  };
}

async function markApplied(
  session: Session,
  application: Application,
  removals: Readonly<Record<RemovalKind, number>>,
): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_runs
        SET status = 'applying', applied_at = $at,
            leaving = $leaving, deactivations = $deactivations, memberships = $memberships
      WHERE tenant_id = $tenant AND run_id = $run`,
    { ...application, ...removals },
  );
}

/** One row for a list of attributes that changed, in place of one for every person. */
async function recordAttributes(
  session: Session,
  application: Application,
  before: Remembered | null,
  now: Remembered,
): Promise<void> {
  if (before === null) return;
  const [old, current] = [JSON.stringify(before.attributes), JSON.stringify(now.attributes)];
  if (old === current) return;
  await record(
    session,
    { ...application, old, current },
    `SELECT 1 AS number, 'attributes_changed' AS change, $tenant::text AS subject_id,
            NULL AS attribute, $old::text AS old_value, $current::text AS new_value`,
  );
}

const toldOf = (before: Remembered | null, now: Remembered): readonly string[] =>
  now.attributes.filter((name) => before === null || before.attributes.includes(name));
