import type { Rollkeeper } from '../open.ts';
import type { HeldRow } from '../store/store.ts';
import { table } from './terminal.ts';

/** Removals shown at most; the rest is counted. */
const shown = 50;

const words: Readonly<Record<HeldRow['kind'], string>> = {
  leaving: 'soft-delete',
  deactivations: 'deactivate',
  memberships: 'remove membership',
};

/** What a run has held and nobody has decided or that was rejected, by name; null: nothing. */
export async function heldTable(
  keeper: Rollkeeper,
  tenantId: string,
  runId: number,
): Promise<string | null> {
  const first: HeldRow[] = [];
  let count = 0;
  for await (const row of keeper.held(tenantId, { runId })) {
    count += 1;
    if (first.length < shown) first.push(row);
  }
  if (count === 0) return null;
  const rows = first.map((row) => [
    words[row.kind],
    row.subjectName ?? row.subjectId,
    row.displayName ?? '',
    row.reason ?? row.groupName ?? row.groupId ?? '',
    row.state,
  ]);
  const more = count > first.length ? `\n… and ${count - first.length} more removals.` : '';
  return `${table(['removal', 'whom', 'name', 'what', 'state'], rows)}${more}`;
}

/** How many of the removals that a run has held still wait, and how many were rejected. */
export async function waitingInWords(
  keeper: Rollkeeper,
  tenantId: string,
  runId: number,
): Promise<string> {
  const count = { held: 0, rejected: 0 };
  for await (const { state } of keeper.held(tenantId, { runId })) count[state] += 1;
  return `Of these, ${count.held} wait for a decision and ${count.rejected} were rejected and are kept.`;
}
