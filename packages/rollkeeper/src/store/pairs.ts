import type { HeldRemoval, HeldState } from '../decide/held.ts';
import type { MembershipPair, PersonPair } from '../decide/pair.ts';
import type { KnownPerson } from '../decide/person.ts';
import type { RemovalKind } from '../decide/threshold.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { Cells, Row } from './row.ts';
import { flag, flagOrNull, integer, reasonOrNull, text, textOrNull } from './row.ts';
import type { Claim, Page } from './store.ts';

export const pageOf = ({ tenantId, runId }: Claim, page: Page<number>) => ({
  tenant: tenantId,
  run: runId,
  after: page.after ?? 0,
  limit: page.limit,
});

export function personInScope(cells: Cells, dormant: ReadonlySet<ObjectId>): PersonPair {
  const [row, enabled, supervisor] = cells;
  return {
    row: integer(row),
    known: knownPerson(cells, dormant),
    stated: {
      presence: 'in_scope',
      enabled: flagOrNull(enabled),
      supervisor: textOrNull(supervisor),
      differs: flag(cells[7]),
    },
  };
}

export function personAbsent(cells: Cells, dormant: ReadonlySet<ObjectId>): PersonPair {
  const [row, reason] = cells;
  return {
    row: integer(row),
    known: knownPerson(cells, dormant),
    stated: { presence: 'absent', reason: absenceReason(text(reason)) },
  };
}

function knownPerson(cells: Cells, dormant: ReadonlySet<ObjectId>): KnownPerson | null {
  const [, , , known, deleted, enabled, supervisor] = cells;
  if (!flag(known)) return null;
  const supervisorId = textOrNull(supervisor);
  return {
    deleted: reasonOrNull(deleted),
    enabled: flagOrNull(enabled),
    supervisor: supervisorId,
    supervisorDormant: supervisorId !== null && dormant.has(supervisorId),
  };
}

function absenceReason(reason: string): 'left_scope' | 'soft_deleted' | 'permanently_deleted' {
  return reason === 'left_scope' || reason === 'soft_deleted' ? reason : 'permanently_deleted';
}

export function ofPair(row: Row): Partial<MembershipPair> {
  if (row['state'] === null) return {};
  return { held: removal(row), keptWithMember: flag(row['with_member']) };
}

export function ofMember(row: Row): Partial<MembershipPair> {
  if (row['member_state'] === null) return {};
  const leaving = { kind: 'leaving', state: row['member_state'], run_id: row['member_run_id'] };
  return { memberHeld: removal(leaving) };
}

export const span = (
  { tenantId, runId }: Claim,
  pairs: readonly { readonly row: number }[],
): { tenant: string; run: number; first: number; last: number } => ({
  tenant: tenantId,
  run: runId,
  first: pairs[0]?.row ?? 0,
  last: pairs.at(-1)?.row ?? 0,
});

/** Kinds and states are written by `writeHeld` and `reject`, and by nobody else. */
export const removal = (row: Row): HeldRemoval => ({
  kind: text(row['kind']) as RemovalKind,
  state: text(row['state']) as HeldState,
  runId: integer(row['run_id']),
});
