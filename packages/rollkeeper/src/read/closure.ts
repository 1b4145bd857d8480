import type { KnownGroup, KnownMembership } from '../directory/known.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { EdgeChanges } from './edge-changes.ts';
import type { ResolvedScope } from './reading.ts';
import { Resync } from './resync.ts';

/** Which groups are in which, as our edges have it and a delta round says it. */
export class Nesting {
  readonly #groupsIn = new Map<ObjectId, Set<ObjectId>>();
  readonly #known: ReadonlySet<string>;

  /** Throws `Resync` where a round says two things of one edge between groups. */
  constructor(
    known: readonly KnownMembership[],
    changes: EdgeChanges,
    gone: ReadonlySet<ObjectId>,
  ) {
    this.#known = new Set(known.map(({ groupId, memberId }) => `${groupId} ${memberId}`));
    for (const { groupId, held, memberId } of known) if (!held) this.add(groupId, [memberId]);
    for (const { groupId, kind, memberId, state } of changes.all()) {
      if (kind === 'user' || (kind === null && !this.wasGroup(groupId, memberId))) continue;
      if (state === 'both') throw new Resync('conflicting_groups');
      if (state === 'added') this.add(groupId, [memberId]);
      else this.#groupsIn.get(groupId)?.delete(memberId);
    }
    for (const members of this.#groupsIn.values()) {
      for (const id of gone) members.delete(id);
    }
  }

  /** Whether an edge that we know has a group as its member: one that went may be told without its type. */
  wasGroup(groupId: ObjectId, memberId: ObjectId): boolean {
    return this.#known.has(`${groupId} ${memberId}`);
  }

  has(groupId: ObjectId, memberId: ObjectId): boolean {
    return this.#groupsIn.get(groupId)?.has(memberId) ?? false;
  }

  add(groupId: ObjectId, memberIds: readonly ObjectId[]): void {
    const members = this.#groupsIn.get(groupId) ?? new Set();
    for (const id of memberIds) members.add(id);
    this.#groupsIn.set(groupId, members);
  }

  /** What was known or said of the groups in this one is let go: it is listed now. */
  beginAnew(groupId: ObjectId): void {
    this.#groupsIn.delete(groupId);
  }

  /**
   * The closure of a scope, and the groups on its way whose members have to be listed first, because nothing that
   * `isTold` knows of them was followed.
   */
  closure(
    scope: ResolvedScope,
    isTold: (id: ObjectId) => boolean,
  ): { readonly closure: ReadonlySet<ObjectId>; readonly unlisted: readonly ObjectId[] } {
    if (scope.kind === 'all') return { closure: new Set(), unlisted: [] };
    const closure = new Set([scope.groupId]);
    const unlisted: ObjectId[] = [];
    if (scope.membership === 'direct') return { closure, unlisted };
    for (const id of closure) {
      if (!isTold(id)) {
        unlisted.push(id);
        continue;
      }
      for (const nested of this.#groupsIn.get(id) ?? []) closure.add(nested);
    }
    return { closure, unlisted };
  }
}

/** The groups of the closure as our rows have it. */
export const knownClosure = (groups: ReadonlyMap<ObjectId, KnownGroup>): ReadonlySet<ObjectId> =>
  new Set([...groups.values()].flatMap(({ id, inClosure }) => (inClosure ? [id] : [])));
