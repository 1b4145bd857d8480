import type { HeldKind } from '../decide/threshold.ts';
import type { Rollkeeper } from '../open.ts';
import type { RunReport } from '../run/report.ts';
import type { RunWork } from '../run/work.ts';
import type { PlannedRow } from '../store/store.ts';
import { oneLine, table } from './terminal.ts';

/** Operations shown at most; the rest is counted. */
const shown = 50;

const words: Readonly<Record<PlannedRow['kind'], string>> = {
  create: 'create',
  update: 'update',
  deactivate: 'deactivate',
  restore: 'restore',
  soft_delete: 'soft-delete',
  move_reason: 'move reason',
  set_supervisor: 'set supervisor',
  clear_supervisor: 'clear supervisor',
  create_group: 'create group',
  update_group: 'update group',
  remove_group: 'remove group',
  add_membership: 'add membership',
  remove_membership: 'remove membership',
  release_leaving: 'seen back',
  release_deactivation: 'seen enabled',
  release_membership: 'membership seen back',
};

export function summaryTable(report: RunReport): string {
  const { users, supervisors } = report;
  return table(
    [`run ${report.run}: ${report.status}`, ''],
    [
      ['kind', report.reason === undefined ? report.kind : `${report.kind} (${report.reason})`],
      ...(report.drift === undefined ? [] : [['drift', String(report.drift)]]),
      ['created', String(users.created)],
      ['updated', String(users.updated)],
      ['deactivated', String(users.deactivated)],
      ['restored', String(users.restored)],
      ['soft-deleted', String(users.softDeleted)],
      ['unchanged', String(users.unchanged)],
      ['in scope', String(users.inScope)],
      [
        'supervisors',
        `${supervisors.total} (${supervisors.set} set, ${supervisors.cleared} cleared)`,
      ],
      ['held', String(report.held)],
      ['requests', `${report.requests} (${report.throttled} throttled)`],
      ...(report.strategy === undefined ? [] : [['read', inFewWords(report.strategy)]]),
      ['seconds', seconds(report.durationMs)],
    ],
  );
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/** Counts as rows, the largest first. */
const counted = (counts: RunWork['requests'], where: string): string[][] =>
  Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => [`${kind}${where}`, String(count)]);

/** What a run cost: its phases, and its requests by kind. */
export function workTable(work: RunWork): string {
  return table(
    ['cost', ''],
    [
      ['reading, seconds', seconds(work.readingMs)],
      ['deciding, seconds', seconds(work.decidingMs)],
      ['applying, seconds', seconds(work.applyingMs)],
      ['waited for Graph, seconds', seconds(work.waitedMs)],
      ...counted(work.requests, ''),
      ...counted(work.batched, ' in a batch'),
    ],
  );
}

function inFewWords({ people, lanes }: NonNullable<RunReport['strategy']>): string {
  if (people === 'lanes') return `the tenant, in ${lanes} lanes`;
  return people === 'by-id' ? 'by id' : 'the tenant, page by page';
}

const kinds: Readonly<Record<HeldKind['kind'], string>> = {
  leaving: 'people leaving',
  deactivations: 'accounts disabled',
  memberships: 'memberships lost by people who stay',
};

const reasons: Readonly<Record<HeldKind['because'], string>> = {
  count: 'reaches the count of the deletion threshold',
  percent: 'reaches the percentage of the deletion threshold',
  no_one_left: 'would leave no one in scope',
  scope_changed:
    'follows from changed settings (group, membership mode or disabled users), not from the tenant',
  paused: 'comes while removals are paused',
};

/** Why removals of a kind are held, in a sentence. */
export function inWords(
  { kind, planned, recent, rows, because }: HeldKind,
  dryRun: boolean = false,
): string {
  const before = recent > 0 ? `, after ${recent} in the last 24 hours` : '';
  return `${dryRun ? 'Would be held' : 'Held'}: ${planned} ${kinds[kind]} of ${rows}${before}: that ${reasons[because]}.`;
}

const removals: ReadonlySet<PlannedRow['kind']> = new Set([
  'soft_delete',
  'deactivate',
  'remove_membership',
]);

/** The first operations of a plan, removals before all others; the rest is counted. Null: there are none, or none any more. */
export async function planTable(
  keeper: Rollkeeper,
  tenantId: string,
  runId: number,
): Promise<string | null> {
  const first: PlannedRow[] = [];
  const others: PlannedRow[] = [];
  let count = 0;
  for await (const row of keeper.planned(tenantId, runId)) {
    count += 1;
    const list = removals.has(row.kind) ? first : others;
    if (list.length < shown) list.push(row);
  }
  if (count === 0) return null;
  const rows = [...first, ...others].slice(0, shown).map(planRow);
  const more = count > rows.length ? `\n… and ${count - rows.length} more operations.` : '';
  return `${table(['operation', 'whom', 'name', 'what'], rows)}${more}`;
}

function planRow(row: PlannedRow): string[] {
  return [
    row.held ? `${words[row.kind]} (held)` : words[row.kind],
    row.subjectName ?? row.subjectId,
    row.displayName ?? '',
    row.reason ?? row.objectName ?? row.objectId ?? '',
  ].map(oneLine);
}
