import type {
  MembershipStatement,
  ObjectId,
  Reason,
  UserStatement,
} from '../directory/statement.ts';
import { reasons } from '../directory/statement.ts';
import { Flags, IdTable, PairTable } from './id-table.ts';

const PERSON = 1;
const GROUP = 2;
const LISTED = 4;
const STATED = 8;
const MANAGER = 16;
/** The position of the reason plus one, in the upper bits; 0: in scope. */
const REASON_SHIFT = 5;

const MEMBER_GROUP = 1;
const EDGE_KNOWN = 2;
const EDGE_STATED = 4;
const EDGE_HELD = 8;

/** Someone we know, of whom a full read said nothing. */
export interface Unstated {
  readonly id: ObjectId;
  /** null: in scope until now. */
  readonly deleted: Reason | null;
}

/**
 * A compact index of what we know, carried through a full read, so that what is unchanged is never staged, and
 * so that at its end we can tell of whom nothing was said. About 45 bytes a person and 24 a membership.
 */
export class Known {
  readonly #ids = new IdTable();
  readonly #flags = new Flags();
  readonly #edges = new PairTable();
  readonly #edgeFlags = new Flags();
  #fingerprints = new Float64Array(1024);
  readonly #conflicting = new Set<ObjectId>();
  #unchanged = 0;

  /** People whose statement is the one that our row was made from. */
  get unchanged(): number {
    return this.#unchanged;
  }

  addPerson(id: ObjectId, fingerprint: number, deleted: number): void {
    const number = this.#ids.add(id);
    this.#flags.set(number, PERSON | (deleted << REASON_SHIFT));
    this.#setFingerprint(number, fingerprint);
  }

  addGroup(id: ObjectId): void {
    this.#flags.set(this.#ids.add(id), GROUP);
  }

  /** `held`: its removal is held, so that it must be heard of when it is seen back. */
  addMembership(
    groupId: ObjectId,
    memberId: ObjectId,
    memberIsGroup: boolean,
    held: boolean = false,
  ): void {
    const edge = this.#edges.add(this.#ids.add(groupId), this.#ids.add(memberId));
    const flags = (memberIsGroup ? MEMBER_GROUP : 0) | (held ? EDGE_HELD : 0);
    this.#edgeFlags.set(edge, EDGE_KNOWN | flags);
  }

  /** Notes that a listing named this person; false where one did before. */
  list(id: ObjectId): boolean {
    const number = this.#ids.add(id);
    if (this.#flags.has(number, LISTED)) return false;
    this.#flags.set(number, LISTED);
    return true;
  }

  /** Whether a listing named this person. */
  isListed(id: ObjectId): boolean {
    const number = this.#ids.find(id);
    return number !== undefined && this.#flags.has(number, LISTED);
  }

  /** Whether something was said of this person in this reading. */
  isStated(id: ObjectId): boolean {
    const number = this.#ids.find(id);
    return number !== undefined && this.#flags.has(number, STATED);
  }

  /** Ids that a listing named and of whom nothing was said. */
  *unstatedListed(): Generator<ObjectId> {
    for (let number = 0; number < this.#ids.size; number += 1) {
      const flags = this.#flags.of(number);
      if ((flags & LISTED) !== 0 && (flags & STATED) === 0) yield this.#ids.idOf(number);
    }
  }

  /** Notes what was said of a person; true where it must be staged, false where our row says the same. */
  state(user: UserStatement): boolean {
    const number = this.#ids.add(user.id);
    const flags = this.#flags.of(number);
    const same = this.#fingerprints[number] === user.fingerprint;
    if ((flags & STATED) !== 0) {
      if (same) return false;
      this.#conflicting.add(user.id);
    }
    this.#flags.set(number, STATED);
    this.#setFingerprint(number, user.fingerprint);
    if (!same || !this.#isInScope(flags)) return true;
    this.#unchanged += 1;
    return false;
  }

  /** Notes somebody as a manager; true the first time, unless our rows have them in scope. */
  stateManager(id: ObjectId): boolean {
    const number = this.#ids.add(id);
    const flags = this.#flags.of(number);
    this.#flags.set(number, MANAGER);
    return (flags & MANAGER) === 0 && !this.#isInScope(flags);
  }

  /** Ids of whom two different things were said since the last call. */
  takeConflicts(): readonly ObjectId[] {
    const ids = [...this.#conflicting];
    this.#conflicting.clear();
    return ids;
  }

  /** Notes a membership; true where it is new, or its removal is held: the first time. */
  stateMembership(groupId: ObjectId, memberId: ObjectId, memberIsGroup: boolean): boolean {
    const edge = this.#edges.add(this.#ids.add(groupId), this.#ids.add(memberId));
    const flags = this.#edgeFlags.of(edge);
    this.#edgeFlags.set(edge, EDGE_STATED | (memberIsGroup ? MEMBER_GROUP : 0));
    if ((flags & EDGE_STATED) !== 0) return false;
    return (flags & EDGE_KNOWN) === 0 || (flags & EDGE_HELD) !== 0;
  }

  /** Whether our rows have this membership. */
  knowsMembership(groupId: ObjectId, memberId: ObjectId): boolean {
    const [group, member] = [this.#ids.find(groupId), this.#ids.find(memberId)];
    if (group === undefined || member === undefined) return false;
    const edge = this.#edges.find(group, member);
    return edge !== undefined && this.#edgeFlags.has(edge, EDGE_KNOWN);
  }

  stateGroup(id: ObjectId): void {
    this.#flags.set(this.#ids.add(id), STATED);
  }

  *unstatedPeople(): Generator<Unstated> {
    for (let number = 0; number < this.#ids.size; number += 1) {
      const flags = this.#flags.of(number);
      if ((flags & PERSON) === 0 || (flags & STATED) !== 0) continue;
      const reason = flags >> REASON_SHIFT;
      yield {
        id: this.#ids.idOf(number),
        deleted: reason === 0 ? null : (reasons[reason - 1] ?? null),
      };
    }
  }

  *unstatedGroups(): Generator<ObjectId> {
    for (let number = 0; number < this.#ids.size; number += 1) {
      const flags = this.#flags.of(number);
      if ((flags & GROUP) !== 0 && (flags & STATED) === 0) yield this.#ids.idOf(number);
    }
  }

  *unstatedMemberships(): Generator<MembershipStatement> {
    for (let edge = 0; edge < this.#edges.size; edge += 1) {
      const flags = this.#edgeFlags.of(edge);
      if ((flags & EDGE_KNOWN) === 0 || (flags & EDGE_STATED) !== 0) continue;
      const [group, member] = this.#edges.pairOf(edge);
      yield {
        groupId: this.#ids.idOf(group),
        memberId: this.#ids.idOf(member),
        memberKind: (flags & MEMBER_GROUP) === 0 ? 'user' : 'group',
        member: false,
      };
    }
  }

  #isInScope(flags: number): boolean {
    return (flags & PERSON) !== 0 && flags >> REASON_SHIFT === 0;
  }

  #setFingerprint(number: number, fingerprint: number): void {
    while (number >= this.#fingerprints.length) {
      const grown = new Float64Array(2 * this.#fingerprints.length);
      grown.set(this.#fingerprints);
      this.#fingerprints = grown;
    }
    this.#fingerprints[number] = fingerprint;
  }
}
