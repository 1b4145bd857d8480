import { userAttributes } from '../directory/attribute.ts';
import type { KnownMembership } from '../directory/known.ts';
import type { OperationKind } from '../decide/operation.ts';
import { operationKinds } from '../decide/operation.ts';
import type { HeldState } from '../decide/held.ts';
import type { HeldKind, RemovalKind } from '../decide/threshold.ts';
import type { Cells, Row } from './row.ts';
import { flag, integer, kept, reasonOrNull, text, textOrNull } from './row.ts';
import type {
  ChangeRow,
  Decider,
  HeldRow,
  PersonRow,
  PlannedRow,
  RunKind,
  RunRow,
  RunStatus,
} from './store.ts';

export const runColumns = `tenant_id, run_id, kind, dry_run, status, started_at, finished_at, report, held, error_code,
            error_message, approves, asked_by, asked_reason, decision, decided_by, decided_at, decision_reason,
            cancelled_by, cancelled_at, cancel_reason`;

/** SQL: what follows the message of a run that failed after it had changed rows; nothing where it had not. */
export const toldIfApplied = `CASE WHEN applied_at IS NULL THEN '' ELSE ' Its plan was applied: the rows are as it made them.' END`;

export function runRow(row: Row): RunRow {
  const held = textOrNull(row['held']);
  const code = textOrNull(row['error_code']);
  return {
    tenantId: text(row['tenant_id']),
    runId: integer(row['run_id']),
    // Kinds, states and what is held are written by `claim` and `finish`, and by nobody else.
    kind: text(row['kind']) as RunKind,
    dryRun: flag(row['dry_run']),
    status: text(row['status']) as RunStatus,
    startedAt: text(row['started_at']),
    finishedAt: textOrNull(row['finished_at']),
    report: textOrNull(row['report']),
    held: held === null ? null : (JSON.parse(held) as readonly HeldKind[]),
    error: code === null ? null : { code, message: textOrNull(row['error_message']) ?? '' },
    approves: row['approves'] === null ? null : integer(row['approves']),
    decision: decisionOf(row),
    cancelled: deciderOf(row['cancelled_by'], row['cancelled_at'], row['cancel_reason']),
  };
}

function decisionOf(row: Row): RunRow['decision'] {
  const decider = deciderOf(row['decided_by'], row['decided_at'], row['decision_reason']);
  if (decider === null) return null;
  return { what: row['decision'] === 'approved' ? 'approved' : 'rejected', ...decider };
}

function deciderOf(by: unknown, at: unknown, reason: unknown): Decider | null {
  return by === null || by === undefined
    ? null
    : { by: text(by), at: text(at), reason: textOrNull(reason) };
}

export function personRow(row: Row): PersonRow {
  return {
    id: text(row['id']),
    values: userAttributes.map(({ column }) => kept(row[column])),
    extra: textOrNull(row['attributes']),
    supervisorId: textOrNull(row['supervisor_id']),
    supervisorUserPrincipalName: textOrNull(row['supervisor_user_principal_name']),
    supervisorDisplayName: textOrNull(row['supervisor_display_name']),
    inScope: flag(row['in_scope']),
    // One of the view's five words.
    status: text(row['status']) as PersonRow['status'],
    statusSince: text(row['status_since']),
    deletedReason: reasonOrNull(row['deleted_reason']),
  };
}

export const changeRow = (row: Row): ChangeRow => ({
  sequence: integer(row['sequence']),
  runId: integer(row['run_id']),
  at: text(row['at']),
  change: text(row['change']),
  subjectId: text(row['subject_id']),
  attribute: textOrNull(row['attribute']),
  oldValue: textOrNull(row['old_value']),
  newValue: textOrNull(row['new_value']),
});

export const plannedRow = (row: Row): PlannedRow => ({
  sequence: integer(row['sequence']),
  kind: operationKind(row['kind']),
  held: flag(row['held']),
  reason: reasonOrNull(row['reason']),
  subjectId: text(row['subject_id']),
  subjectName: textOrNull(row['subject_name']),
  displayName: textOrNull(row['display_name']),
  objectId: textOrNull(row['object_id']),
  objectName: textOrNull(row['object_name']),
});

export function operationKind(value: unknown): OperationKind {
  const kind = operationKinds.find((known) => known === value);
  if (kind !== undefined) return kind;
  throw new TypeError(`An operation of an unknown kind: ${String(value)}.`);
}

export function heldRow(row: Row): HeldRow {
  const group = text(row['group_id']);
  return {
    // Kinds and states are written by `settleHeld` and `reject`, and by nobody else.
    kind: text(row['kind']) as RemovalKind,
    state: text(row['state']) as HeldState,
    runId: integer(row['run_id']),
    since: text(row['since']),
    reason: reasonOrNull(row['reason']),
    subjectId: text(row['subject_id']),
    subjectName: textOrNull(row['user_principal_name']),
    displayName: textOrNull(row['display_name']),
    groupId: group === '' ? null : group,
    groupName: textOrNull(row['group_name']),
  };
}

export const membership = ([groupId, memberId, kind, held]: Cells): KnownMembership => ({
  groupId: text(groupId),
  memberId: text(memberId),
  memberKind: kind === 'group' ? 'group' : 'user',
  held: flag(held),
});
