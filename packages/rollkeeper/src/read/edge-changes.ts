import type { ObjectId } from '../directory/statement.ts';
import { Flags, IdTable, PairTable } from './id-table.ts';

const ADDED = 1;
const REMOVED = 2;
const MEMBER_GROUP = 4;
const MEMBER_USER = 8;

const PERSON = 1;

export interface EdgeChange {
  readonly groupId: ObjectId;
  readonly memberId: ObjectId;
  /** null: a link that went may come without its type. */
  readonly kind: 'user' | 'group' | null;
  /** `both`: one entry said that it stands and one that it went, in no order that means anything. */
  readonly state: 'added' | 'removed' | 'both';
}

/**
 * What a delta round says of direct edges, in whatever order and slices it says it. Compact: a large group that
 * joins is told member by member.
 */
export class EdgeChanges {
  readonly #ids = new IdTable();
  readonly #people = new Flags();
  readonly #edges = new PairTable();
  readonly #flags = new Flags();

  note(
    groupId: ObjectId,
    memberId: ObjectId,
    kind: 'user' | 'group' | null,
    member: boolean,
  ): void {
    const number = this.#ids.add(memberId);
    if (kind !== 'group') this.#people.set(number, PERSON);
    const edge = this.#edges.add(this.#ids.add(groupId), number);
    const type = kind === null ? 0 : kind === 'group' ? MEMBER_GROUP : MEMBER_USER;
    this.#flags.set(edge, (member ? ADDED : REMOVED) | type);
  }

  /** null: nothing was said of this edge. */
  stateOf(groupId: ObjectId, memberId: ObjectId): EdgeChange['state'] | null {
    const group = this.#ids.find(groupId);
    const member = this.#ids.find(memberId);
    if (group === undefined || member === undefined) return null;
    const edge = this.#edges.find(group, member);
    return edge === undefined ? null : stateIn(this.#flags.of(edge));
  }

  *all(): Generator<EdgeChange> {
    for (let edge = 0; edge < this.#edges.size; edge += 1) {
      const [group, member] = this.#edges.pairOf(edge);
      const flags = this.#flags.of(edge);
      yield {
        groupId: this.#ids.idOf(group),
        memberId: this.#ids.idOf(member),
        kind: kindIn(flags),
        state: stateIn(flags),
      };
    }
  }

  /** Members who are or may be people, each once. */
  *members(): Generator<ObjectId> {
    for (let number = 0; number < this.#ids.size; number += 1) {
      if (this.#people.has(number, PERSON)) yield this.#ids.idOf(number);
    }
  }
}

function kindIn(flags: number): EdgeChange['kind'] {
  if ((flags & MEMBER_GROUP) !== 0) return 'group';
  return (flags & MEMBER_USER) === 0 ? null : 'user';
}

function stateIn(flags: number): EdgeChange['state'] {
  const said = flags & (ADDED | REMOVED);
  if (said === (ADDED | REMOVED)) return 'both';
  return said === ADDED ? 'added' : 'removed';
}
