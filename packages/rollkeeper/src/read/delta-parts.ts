import type { KnownMembership, KnownOf, KnownUser } from '../directory/known.ts';
import type { ManagerStatement, ObjectId } from '../directory/statement.ts';
import type { Memory } from './memory.ts';
import type { ReadParts } from './reading.ts';

/** What a delta read works with: no index of everyone, but a memory that can be asked. */
export interface DeltaParts extends Omit<ReadParts, 'known'> {
  readonly memory: Memory;
}

/** Whom a delta read looks at again when all was told; sets, so that order and repeats say nothing (rule 4). */
export class Doubts {
  /** People with a row who are told to be gone. */
  readonly gone = new Set<ObjectId>();
  /** People told of again who were in the deleted items. */
  readonly returned = new Set<ObjectId>();
  /** People who may have come into scope. True: to be read again even where they only stay. */
  readonly candidates = new Map<ObjectId, boolean>();
  /** Managers outside the scope who are told to be gone. */
  readonly lostManagers = new Set<ObjectId>();

  /** Nobody has to be looked at again. */
  get none(): boolean {
    const sets = [this.gone, this.returned, this.candidates, this.lostManagers];
    return sets.every(({ size }) => size === 0);
  }

  readAgain(id: ObjectId): void {
    this.candidates.set(id, true);
  }

  consider(id: ObjectId): void {
    if (!this.candidates.has(id)) this.candidates.set(id, false);
  }
}

/** What is known of a page of ids, by id. */
export class Acquaintance {
  readonly users: ReadonlyMap<ObjectId, KnownUser>;
  readonly managers: ReadonlyMap<ObjectId, ManagerStatement>;
  readonly sleepers: ReadonlySet<ObjectId>;
  readonly #edges: ReadonlyMap<ObjectId, readonly KnownMembership[]>;

  constructor({ users, managers, memberships, sleepers }: KnownOf) {
    this.users = new Map(users.map((user) => [user.id, user]));
    this.managers = new Map(managers.map((manager) => [manager.id, manager]));
    this.sleepers = new Set(sleepers);
    this.#edges = Map.groupBy(memberships, ({ memberId }) => memberId);
  }

  edgesOf(id: ObjectId): readonly KnownMembership[] {
    return this.#edges.get(id) ?? [];
  }
}
