import type { OperationKind } from '../../../decide/operation.ts';
import { userAttributes } from '../../../directory/attribute.ts';
import { anyDiffers, userColumns } from '../columns.ts';
import type { Session } from '../connection.ts';
import { named, stagedFor } from '../staging.ts';
import type { Application } from './record.ts';
import { record } from './record.ts';
import { recordUpdates } from './updates.ts';

const staged = (kind: OperationKind): string => named('rollkeeper_staged_users', kind);

/** Our row `u` of the person whom `s` states. */
const ours = 'u.tenant_id = s.tenant_id AND u.id = s.id';

/** `o` with every staged row `s` that it stands for, and the sequence number of each. */
const stagedToCreate = `
  rollkeeper_operations o
  CROSS JOIN LATERAL (${stagedFor('rollkeeper_staged_users')}) s
 WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.kind = 'create'`;

/** Operations `o` that may come of a staged absence: they know whom they concern. Fenced off for the reason that `named` gives. */
const coming = (kind: OperationKind): string => `
  (SELECT * FROM rollkeeper_operations
    WHERE tenant_id = $tenant AND run_id = $run AND kind = '${kind}'
   OFFSET 0) o`;

/** Our row `u` of the person whom `o` concerns. */
const theirs = 'u.tenant_id = o.tenant_id AND u.id = o.subject_id';

/** What one kind of operation does: first what the change feed is told of it, then the rows. */
interface Step {
  readonly kind: OperationKind;
  readonly changes: string;
  readonly rows: string;
}

const create: Step = {
  kind: 'create',
  changes: `
    SELECT o.sequence + s.row - o.row AS number, 'created' AS change, s.id AS subject_id,
           NULL AS attribute, NULL AS old_value, NULL AS new_value
      FROM ${stagedToCreate}`,
  rows: `
    INSERT INTO rollkeeper_users
           (tenant_id, id, ${userColumns()}, attributes, supervisor_id, fingerprint,
            status_since, created_at, updated_at)
    SELECT s.tenant_id, s.id, ${userColumns('s')}, s.attributes, s.supervisor_id, s.fingerprint,
           $at::timestamptz, $at::timestamptz, $at::timestamptz
      FROM ${stagedToCreate}
     ORDER BY s.id`,
};

/** All that was stated, but that an account was disabled: that is `deactivate`'s to write. */
const update: Pick<Step, 'rows'> = {
  rows: `
    UPDATE rollkeeper_users AS u
       SET ${userAttributes.map(assignment).join(',\n           ')},
           attributes = s.attributes,
           status_since = CASE WHEN u.account_enabled IS FALSE AND s.account_enabled IS NOT FALSE THEN $at::timestamptz
                               ELSE u.status_since END,
           updated_at = $at
      FROM ${staged('update')}
     WHERE ${ours}`,
};

function assignment({ column }: { readonly column: string }): string {
  return column === 'account_enabled'
    ? `account_enabled = CASE WHEN s.account_enabled IS FALSE THEN u.account_enabled ELSE s.account_enabled END`
    : `${column} = s.${column}`;
}

const deactivate: Step = {
  kind: 'deactivate',
  changes: `
    SELECT s.sequence AS number, 'deactivated' AS change, u.id AS subject_id, 'accountEnabled' AS attribute,
           CASE WHEN u.account_enabled THEN 'true' END AS old_value, 'false' AS new_value
      FROM ${staged('deactivate')}
      JOIN rollkeeper_users u ON ${ours}`,
  rows: `
    UPDATE rollkeeper_users AS u
       SET account_enabled = false, status_since = $at, updated_at = $at
      FROM ${staged('deactivate')}
     WHERE ${ours}`,
};

const restore: Step = {
  kind: 'restore',
  changes: `
    SELECT o.sequence AS number, 'restored' AS change, u.id AS subject_id,
           NULL AS attribute, u.deleted_reason AS old_value, NULL AS new_value
      FROM ${coming('restore')}
      JOIN rollkeeper_users u ON ${theirs}`,
  rows: `
    UPDATE rollkeeper_users AS u
       SET deleted_reason = NULL, deleted_at = NULL, status_since = $at, updated_at = $at
      FROM ${coming('restore')}
     WHERE ${theirs}`,
};

const softDelete: Step = {
  kind: 'soft_delete',
  changes: `
    SELECT o.sequence AS number, 'soft_deleted' AS change, u.id AS subject_id,
           NULL AS attribute, NULL AS old_value, o.reason AS new_value
      FROM ${coming('soft_delete')}
      JOIN rollkeeper_users u ON ${theirs}`,
  rows: `
    UPDATE rollkeeper_users AS u
       SET deleted_reason = o.reason, deleted_at = $at, status_since = $at, updated_at = $at,
           account_enabled = CASE o.reason WHEN 'disabled' THEN false ELSE u.account_enabled END
      FROM ${coming('soft_delete')}
     WHERE ${theirs}`,
};

const moveReason: Step = {
  kind: 'move_reason',
  changes: `
    SELECT o.sequence AS number, 'reason_moved' AS change, u.id AS subject_id,
           NULL AS attribute, u.deleted_reason AS old_value, o.reason AS new_value
      FROM ${coming('move_reason')}
      JOIN rollkeeper_users u ON ${theirs}`,
  rows: `
    UPDATE rollkeeper_users AS u
       SET deleted_reason = o.reason, updated_at = $at,
           status_since = CASE u.deleted_reason WHEN 'soft_deleted' THEN u.status_since ELSE $at::timestamptz END,
           account_enabled = CASE o.reason WHEN 'disabled' THEN false ELSE u.account_enabled END
      FROM ${coming('move_reason')}
     WHERE ${theirs}`,
};

const setSupervisor: Step = {
  kind: 'set_supervisor',
  changes: `
    SELECT s.sequence AS number, 'supervisor_set' AS change, u.id AS subject_id,
           NULL AS attribute, u.supervisor_id AS old_value, s.planned_supervisor_id AS new_value
      FROM ${staged('set_supervisor')}
      JOIN rollkeeper_users u ON ${ours}`,
  rows: `
    UPDATE rollkeeper_users AS u
       SET supervisor_id = s.planned_supervisor_id, updated_at = $at
      FROM ${staged('set_supervisor')}
     WHERE ${ours}`,
};

const clearSupervisor: Step = {
  kind: 'clear_supervisor',
  changes: `
    SELECT s.sequence AS number, 'supervisor_cleared' AS change, u.id AS subject_id,
           NULL AS attribute, u.supervisor_id AS old_value, NULL AS new_value
      FROM ${staged('clear_supervisor')}
      JOIN rollkeeper_users u ON ${ours}`,
  rows: `
    UPDATE rollkeeper_users AS u
       SET supervisor_id = NULL, updated_at = $at
      FROM ${staged('clear_supervisor')}
     WHERE ${ours}`,
};

/** `told`: attributes whose differences are told one by one; the rest were not asked for then, or are not now. */
export async function applyPeople(
  session: Session,
  application: Application,
  plan: Readonly<Record<OperationKind, number>>,
  told: readonly string[],
): Promise<void> {
  if (plan.create > 0) await perform(session, application, create);
  if (plan.update > 0) {
    await recordUpdates(session, application, told);
    await session.run(update.rows, application);
  }
  const rest = [deactivate, restore, softDelete, moveReason, setSupervisor, clearSupervisor];
  for (const step of rest) {
    if (plan[step.kind] > 0) await perform(session, application, step);
  }
}

async function perform(session: Session, application: Application, step: Step): Promise<void> {
  await record(session, application, step.changes);
  await session.run(step.rows, application);
}

/**
 * A row in scope that says all that was staged takes the statement's fingerprint, so that a full read need not stage
 * it again; one that does not (a removal is held, a link sleeps) takes none, and is staged again each time.
 */
export async function refreshFingerprints(
  session: Session,
  application: Application,
  plan: { readonly created: number; readonly staged: number },
): Promise<void> {
  if (plan.staged === plan.created) return;
  await session.run(
    `UPDATE rollkeeper_users AS u
        SET fingerprint = CASE
              WHEN ${anyDiffers(userAttributes, 's', 'u')}
                OR s.attributes IS DISTINCT FROM u.attributes OR s.supervisor_id IS DISTINCT FROM u.supervisor_id
              THEN -1 ELSE s.fingerprint END
       FROM (SELECT * FROM rollkeeper_staged_users WHERE tenant_id = $tenant AND run_id = $run OFFSET 0) s
      WHERE ${ours}
        AND u.deleted_reason IS NULL AND u.fingerprint <> s.fingerprint`,
    application,
  );
}
