import type { ObjectId, Reason } from '../directory/statement.ts';
import { reasons } from '../directory/statement.ts';
import type { PersonOperation } from './operation.ts';

/** What our rows say of a person. */
export interface KnownPerson {
  /** null: in scope. */
  readonly deleted: Reason | null;
  /** null: not known. */
  readonly enabled: boolean | null;
  readonly supervisor: ObjectId | null;
  /** The supervisor is in the tenant's deleted items: their links sleep and may wake again. */
  readonly supervisorDormant: boolean;
}

/** What a completed reading says of a person. */
export type StatedPerson =
  | {
      readonly presence: 'in_scope';
      readonly enabled: boolean | null;
      /** undefined: nothing was said of the manager. */
      readonly supervisor: ObjectId | null | undefined;
      /** Any attribute but `accountEnabled` differs from our row. */
      readonly differs: boolean;
    }
  | {
      readonly presence: 'absent';
      readonly reason: 'left_scope' | 'soft_deleted' | 'permanently_deleted';
    };

/** The part of the connection that decisions depend on. */
export interface Policy {
  /** `keep`: a disabled account stays, marked. `remove`: it is soft-deleted as `disabled`. */
  readonly disabledUsers: 'keep' | 'remove';
}

/**
 * What to do about one person: pure, and the only place where it is decided.
 * Deciding again from the rows that its operations lead to gives no operations.
 */
export function decidePerson(
  known: KnownPerson | null,
  stated: StatedPerson,
  policy: Policy,
): readonly PersonOperation[] {
  if (stated.presence === 'absent') return leave(known, stated.reason);
  if (stated.enabled === false && policy.disabledUsers === 'remove')
    return leave(known, 'disabled');
  if (known === null) return [{ kind: 'create' }];
  const operations: PersonOperation[] = [];
  if (known.deleted !== null) operations.push({ kind: 'restore' });
  const disabledNow = stated.enabled === false && known.enabled !== false;
  const flagMoved = stated.enabled !== known.enabled && !disabledNow;
  if (stated.differs || flagMoved) operations.push({ kind: 'update' });
  if (disabledNow) operations.push({ kind: 'deactivate' });
  operations.push(...supervise(known, stated.supervisor));
  return operations;
}

function leave(known: KnownPerson | null, reason: Reason): readonly PersonOperation[] {
  if (known === null) return [];
  if (known.deleted === null) return [{ kind: 'soft_delete', reason }];
  const forward = reasons.indexOf(reason) > reasons.indexOf(known.deleted);
  return forward ? [{ kind: 'move_reason', reason }] : [];
}

function supervise(
  known: KnownPerson,
  stated: ObjectId | null | undefined,
): readonly PersonOperation[] {
  if (stated === undefined || stated === known.supervisor) return [];
  if (stated !== null) return [{ kind: 'set_supervisor', supervisor: stated }];
  return known.supervisorDormant ? [] : [{ kind: 'clear_supervisor' }];
}
