import type { Statements } from '../directory/statement.ts';
import { IdTable, PairTable } from '../read/id-table.ts';
import type { PlannedSubject } from '../store/store.ts';

/** Whom and what delta rounds spoke of: the difference that a full read finds there is none that they missed. */
export class Explained {
  readonly #ids = new IdTable();
  readonly #subjects = new IdTable();
  readonly #edges = new PairTable();

  /** In place of staging. */
  readonly take = async (statements: Statements): Promise<void> => {
    const { absences = [], groups = [], memberships = [], users = [] } = statements;
    for (const { id } of [...users, ...absences, ...groups]) this.#subjects.add(id);
    for (const { groupId, memberId } of memberships) {
      this.#edges.add(this.#ids.add(groupId), this.#ids.add(memberId));
    }
  };

  has({ kind, objectId, subjectId }: PlannedSubject): boolean {
    if (kind !== 'add_membership' && kind !== 'remove_membership') {
      return this.#subjects.has(subjectId);
    }
    const group = this.#ids.find(objectId ?? '');
    const member = this.#ids.find(subjectId);
    if (group === undefined || member === undefined) return false;
    return this.#edges.find(group, member) !== undefined;
  }
}
