import type { HeldKind, RemovalKind } from '../../decide/threshold.ts';
import type { RunReport } from '../../run/report.ts';
import { readReport } from '../../run/report.ts';
import type { PlannedRow, RunRow } from '../../store/store.ts';

/** The report that a run stored; null: it has none yet. */
export const reportOf = ({ report }: RunRow): RunReport | null =>
  report === null || report === '{}' ? null : readReport(report);

/** What operations do. */
export const operationWords: Readonly<Record<PlannedRow['kind'], string>> = {
  soft_delete: 'People leaving',
  deactivate: 'Accounts disabled',
  remove_membership: 'Memberships removed',
  create: 'People created',
  restore: 'People restored',
  update: 'People updated',
  move_reason: 'Reasons of leaving moved on',
  set_supervisor: 'Managers set',
  clear_supervisor: 'Managers cleared',
  add_membership: 'Memberships added',
  create_group: 'Groups created',
  update_group: 'Groups updated',
  remove_group: 'Groups removed',
  release_leaving: 'Held people seen back',
  release_deactivation: 'Held accounts seen enabled',
  release_membership: 'Held memberships seen back',
};

export const kindWords: Readonly<Record<RemovalKind, string>> = {
  leaving: 'people leaving',
  deactivations: 'accounts disabled',
  memberships: 'memberships lost by people who stay',
};

export const becauseWords: Readonly<Record<HeldKind['because'], string>> = {
  count: 'it reaches the count of the deletion threshold',
  percent: 'it reaches the percentage of the deletion threshold',
  no_one_left: 'it would leave no one in scope',
  scope_changed: 'it follows from changed settings, not from the tenant',
  paused: 'removals are paused',
};

export const reasonWords: Readonly<Record<string, string>> = {
  left_scope: 'left the group',
  disabled: 'account disabled',
  soft_deleted: 'deleted in Entra',
  permanently_deleted: 'deleted for good',
};

export function inFewWords({ people, lanes }: NonNullable<RunReport['strategy']>): string {
  if (people === 'lanes') return `the tenant, in ${lanes} lanes side by side`;
  return people === 'by-id' ? 'the people of the group, by id' : 'the tenant, page by page';
}
