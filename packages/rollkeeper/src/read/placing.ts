import type { KnownMembership } from '../directory/known.ts';
import type {
  AbsenceStatement,
  MembershipStatement,
  ObjectId,
  SleeperStatement,
} from '../directory/statement.ts';
import type { DecodedUser } from '../graph/decode.ts';
import { decodeId } from '../graph/decode.ts';
import { queries } from '../graph/queries.ts';
import { whereGone } from './absence.ts';
import { Acquaintance } from './delta-parts.ts';
import type { DeltaParts } from './delta-parts.ts';
import type { EdgeChanges } from './edge-changes.ts';
import { IdTable } from './id-table.ts';
import type { People } from './people.ts';
import { chunks, found } from './people.ts';

/** People asked for in one round trip: a batch of twenty filters of fifteen ids. */
const peopleAtOnce = 300;
/** People asked for singly, side by side: five round trips' worth. */
const singly = 100;

/** The groups that decide who is in scope, and those whose edges are kept. */
export interface Ground {
  /** All users of the tenant are in scope. */
  readonly everyone: boolean;
  readonly closure: ReadonlySet<ObjectId>;
  readonly tracked: ReadonlySet<ObjectId>;
}

/**
 * Decides what has to be asked about people whose edges moved, asks, and states the answers: who comes into scope is
 * fetched with their manager; who seems to have left is asked for by id before that is stated (rule 1).
 */
export class Placing {
  readonly #parts: DeltaParts;
  readonly #people: People;
  readonly #ground: Ground;
  readonly #changes: EdgeChanges;
  /** People who are in scope by something that this reading was told. */
  readonly #placed = new IdTable();
  readonly #doubtful = new IdTable();
  #read = 0;
  /** Whom a listing or an item named, and nobody could read. */
  readonly unresolved = new Set<ObjectId>();

  constructor(parts: DeltaParts, people: People, ground: Ground, changes: EdgeChanges) {
    this.#parts = parts;
    this.#people = people;
    this.#ground = ground;
    this.#changes = changes;
    for (const { groupId, memberId, state } of changes.all()) {
      if (!ground.tracked.has(groupId)) continue;
      if (state === 'both') this.#doubtful.add(memberId);
      if (state === 'added' && ground.closure.has(groupId)) this.#placed.add(memberId);
    }
  }

  /** Notes members of a group that joined the closure, as it was listed. */
  place(ids: Iterable<ObjectId>): void {
    for (const id of ids) this.#placed.add(id);
  }

  /** `readAgain`: these are to be read even where they only stay. */
  async settle(
    ids: Iterable<ObjectId>,
    readAgain: (id: ObjectId) => boolean = () => false,
  ): Promise<void> {
    for (const some of pagesOf(ids, peopleAtOnce)) {
      const known = new Acquaintance(await this.#parts.memory.knownOf(some));
      const fetch: ObjectId[] = [];
      const ask: ObjectId[] = [];
      for (const id of some) {
        const row = known.users.get(id);
        const isKnownIn = row?.deleted === null;
        if (this.#doubtful.has(id)) ask.push(id);
        else if (this.#isIn(id, known.edgesOf(id))) {
          // Who is held and seen back is stated, so that they are held no longer.
          if (!isKnownIn || row.held || readAgain(id)) fetch.push(id);
        } else if (isKnownIn) ask.push(id);
      }
      await this.#fetch(fetch, known);
      await this.ask(ask);
    }
  }

  #isIn(id: ObjectId, edges: readonly KnownMembership[]): boolean {
    if (this.#ground.everyone || this.#placed.has(id)) return true;
    return edges.some(
      ({ groupId, held }) =>
        !held &&
        this.#ground.closure.has(groupId) &&
        this.#changes.stateOf(groupId, id) !== 'removed',
    );
  }

  async #fetch(ids: readonly ObjectId[], known: Acquaintance): Promise<void> {
    if (ids.length === 0) return;
    const answered = await this.#people.byId(ids);
    await this.#state(answered);
    const there = new Set(answered.map(({ user }) => user.id));
    const missing = ids.filter((id) => !there.has(id));
    await this.ask(missing.filter((id) => known.users.has(id)));
    for (const id of missing) if (!known.users.has(id)) this.unresolved.add(id);
  }

  async #state(people: readonly DecodedUser[]): Promise<void> {
    await this.#parts.stage({
      users: people.map(({ user }) => user),
      managers: people.flatMap(({ manager }) => (manager === null ? [] : [manager])),
    });
    this.#read += people.length;
    this.#parts.progress(this.#read, this.#read);
  }

  /** Asks about people by id: in the tenant? in which groups? in the deleted items? */
  async ask(ids: readonly ObjectId[]): Promise<void> {
    for (const some of chunks(ids, singly)) await this.#askSome(some);
  }

  async #askSome(ids: readonly ObjectId[]): Promise<void> {
    const known = new Acquaintance(await this.#parts.memory.knownOf(ids));
    const present = await this.#people.singly(ids);
    const there = new Set(present.map(({ user }) => user.id));
    const inGroups = await this.#groupsOf([...there]);
    const here = present.filter(({ user }) => this.#isHere(user.id, inGroups.get(user.id)));
    const inScope = new Set(here.map(({ user }) => user.id));
    const left = [...there].filter(
      (id) => !inScope.has(id) && known.users.get(id)?.deleted === null,
    );
    const goneForm = await whereGone(
      this.#parts,
      ids.filter((id) => !there.has(id)),
    );
    const absences: AbsenceStatement[] = [
      ...left.map((id) => ({ id, reason: 'left_scope' as const })),
      ...goneForm.filter(({ id }) => known.users.has(id)),
    ];
    const sleepers: SleeperStatement[] = [
      ...[...there].map((id) => ({ id, asleep: false })),
      ...goneForm.map(({ id, reason }) => ({ id, asleep: reason === 'soft_deleted' })),
    ].filter(({ id }) => !known.users.has(id));
    await this.#state(here);
    await this.#parts.stage({ absences, sleepers, memberships: this.#edges(known, inGroups) });
  }

  #isHere(id: ObjectId, groups: ReadonlySet<ObjectId> | undefined): boolean {
    if (this.#ground.everyone) return true;
    if (this.#placed.has(id) && !this.#doubtful.has(id)) return true;
    return [...(groups ?? [])].some((groupId) => this.#ground.closure.has(groupId));
  }

  /** By person: the tracked groups that they are direct members of, by their own account. */
  async #groupsOf(ids: readonly ObjectId[]): Promise<ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>> {
    const { graph, signal } = this.#parts;
    const groups = new Map<ObjectId, Set<ObjectId>>();
    if (this.#ground.tracked.size === 0) return groups;
    const answers = await graph.batch(ids.map(queries.memberOf), { signal });
    for (const [at, answer] of answers.entries()) {
      const id = ids[at];
      if (id === undefined || !found(answer)) continue;
      const theirs = new Set<ObjectId>();
      for await (const page of graph.following(answer.body, { signal })) {
        for (const groupId of page.map(decodeId)) {
          if (this.#ground.tracked.has(groupId)) theirs.add(groupId);
        }
      }
      groups.set(id, theirs);
    }
    return groups;
  }

  /** The edges of people who were asked about: what they say is what stands. */
  #edges(
    known: Acquaintance,
    inGroups: ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>,
  ): readonly MembershipStatement[] {
    const statements: MembershipStatement[] = [];
    for (const [memberId, groups] of inGroups) {
      const edge = (groupId: ObjectId, member: boolean): MembershipStatement => ({
        groupId,
        memberId,
        memberKind: 'user',
        member,
      });
      for (const groupId of groups) statements.push(edge(groupId, true));
      for (const groupId of this.#ground.tracked) {
        if (groups.has(groupId)) continue;
        const stands = this.#changes.stateOf(groupId, memberId);
        const isKnown = known.edgesOf(memberId).some((one) => one.groupId === groupId);
        if (stands === 'both' || (isKnown && stands !== 'added'))
          statements.push(edge(groupId, false));
      }
    }
    return statements;
  }
}

function* pagesOf(ids: Iterable<ObjectId>, size: number): Generator<readonly ObjectId[]> {
  let page: ObjectId[] = [];
  for (const id of ids) {
    page.push(id);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
