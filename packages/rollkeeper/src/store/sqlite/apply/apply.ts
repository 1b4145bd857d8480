import type { OperationKind } from '../../../decide/operation.ts';
import type { RemovalKind } from '../../../decide/threshold.ts';
import { appliedOnce } from '../../refusal.ts';
import type { Claim, Remembered } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { requireLease } from '../lease.ts';
import { recordApproval } from '../held/decisions.ts';
import { settleHeld } from '../held/settle.ts';
import { countApproved, countPlan, membershipsLost } from '../plan.ts';
import { remember, remembered } from '../tenants.ts';
import { forgetCounts } from '../totals.ts';
import { applyGroups, applyMemberships } from './groups.ts';
import { dropGone } from './gone.ts';
import { applyOutsideManagers } from './outside-managers.ts';
import { applyPeople, refreshFingerprints } from './people.ts';
import type { Application } from './record.ts';
import { record } from './record.ts';
import { applySleepers } from './sleepers.ts';

/** Performs a run's plan: rows, changes, what is to be remembered, and the run's state, in one transaction. */
export function apply(
  connection: Connection,
  claim: Claim,
  { at, remember: now }: { readonly at: string; readonly remember: Remembered },
): void {
  connection.transaction(() => {
    requireLease(connection, claim);
    requireOnce(connection, claim);
    const application: Application = { tenant: claim.tenantId, run: claim.runId, at };
    const plan = countPlan(connection, claim);
    markApplied(connection, application, unapproved(connection, claim, plan));
    const before = remembered(connection, claim.tenantId);
    recordAttributes(connection, application, before, now);
    applyPeople(connection, application, plan, toldOf(before, now));
    applyGroups(connection, application, plan);
    applyMemberships(connection, application, plan);
    dropGone(connection, application, plan);
    const managers = applyOutsideManagers(connection, application, claim);
    if (managers + Object.values(plan).reduce((sum, count) => sum + count, 0) > 0) {
      forgetCounts(connection, claim.tenantId);
    }
    refreshFingerprints(connection, application, plan.create);
    settleHeld(connection, application, plan);
    recordApproval(connection, claim, at);
    applySleepers(connection, application, claim);
    remember(connection, claim.tenantId, now);
  });
}

function requireOnce(connection: Connection, claim: Claim): void {
  const ready = connection.get(
    `SELECT 1 FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND run_id = $run
        AND status IN ('deciding', 'applying') AND applied_at IS NULL AND NOT dry_run`,
    { tenant: claim.tenantId, run: claim.runId },
  );
  if (ready !== undefined) return;
  throw appliedOnce(claim);
}

/** The removals that a run applies without approval are what later runs count as recent. */
function unapproved(
  connection: Connection,
  claim: Claim,
  plan: Readonly<Record<OperationKind, number>>,
): Readonly<Record<RemovalKind, number>> {
  const approved = countApproved(connection, claim);
  const memberships = membershipsLost(connection, claim, plan);
  return {
    leaving: plan.soft_delete - approved.leaving,
    deactivations: plan.deactivate - approved.deactivations,
    memberships: memberships.all - memberships.approved,
  };
}

function markApplied(
  connection: Connection,
  application: Application,
  removals: Readonly<Record<RemovalKind, number>>,
): void {
  connection.run(
    `UPDATE rollkeeper_runs
        SET status = 'applying', applied_at = $at,
            leaving = $leaving, deactivations = $deactivations, memberships = $memberships
      WHERE tenant_id = $tenant AND run_id = $run`,
    { ...application, ...removals },
  );
}

/** One row for a list of attributes that changed, in place of one for every person. */
function recordAttributes(
  connection: Connection,
  application: Application,
  before: Remembered | null,
  now: Remembered,
): void {
  if (before === null) return;
  const [old, current] = [JSON.stringify(before.attributes), JSON.stringify(now.attributes)];
  if (old === current) return;
  record(
    connection,
    { ...application, old, current },
    `SELECT 1 AS number, 'attributes_changed' AS change, $tenant AS subject_id,
            NULL AS attribute, $old AS old_value, $current AS new_value`,
  );
}

const toldOf = (before: Remembered | null, now: Remembered): readonly string[] =>
  now.attributes.filter((name) => before === null || before.attributes.includes(name));
