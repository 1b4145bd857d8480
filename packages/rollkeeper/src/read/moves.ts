import type { Checkpoint, GroupsLink } from '../directory/checkpoint.ts';
import type { KnownGroup } from '../directory/known.ts';
import type { GroupStatement, ObjectId } from '../directory/statement.ts';
import { decodeGroup, decodeId } from '../graph/decode.ts';
import { queries } from '../graph/queries.ts';
import { knownClosure, Nesting } from './closure.ts';
import type { GroupsRound } from './delta-groups.ts';
import type { DeltaParts, Doubts } from './delta-parts.ts';
import { EdgeChanges } from './edge-changes.ts';
import { IdTable } from './id-table.ts';
import { Known } from './known.ts';
import type { Links } from './links.ts';
import { Members } from './members.ts';
import { found, People } from './people.ts';
import { Placing } from './placing.ts';
import type { Ground } from './placing.ts';
import type { ResolvedScope } from './reading.ts';
import { Resync } from './resync.ts';
import type { Tasks } from './tasks.ts';

export interface Outcome {
  /** Groups that came into the closure, and were listed. */
  readonly joined: readonly ObjectId[];
  /** Of groups that no link told of. */
  readonly links: readonly GroupsLink[];
  /** Groups that left the closure because they were deleted. */
  readonly deletedGroups: readonly ObjectId[];
  /** As of a delta reading. */
  readonly groupName: string | null;
  readonly unresolved: ReadonlySet<ObjectId>;
  readonly missingGroups: number;
  readonly asked: boolean;
}

const nothing: Outcome = {
  joined: [],
  links: [],
  deletedGroups: [],
  groupName: null,
  unresolved: new Set(),
  missingGroups: 0,
  asked: false,
};

/** What follows from what the rounds said: the closure moves, people are placed anew, doubts are asked about. */
export class Moves {
  readonly #parts: DeltaParts;
  readonly #scope: ResolvedScope;
  readonly #groups: GroupsRound;
  readonly #links: Links;
  readonly #covered: ReadonlySet<ObjectId>;
  /** Listed by the read before, which the list may have lagged behind. */
  readonly #again: ReadonlySet<ObjectId>;
  readonly #newLinks: GroupsLink[] = [];
  #missingGroups = 0;

  constructor(
    parts: DeltaParts,
    scope: ResolvedScope,
    groups: GroupsRound,
    links: Links,
    checkpoint: Checkpoint,
  ) {
    this.#parts = parts;
    this.#scope = scope;
    this.#groups = groups;
    this.#links = links;
    this.#covered = new Set(checkpoint.groups.flatMap(({ ids }) => ids));
    this.#again = new Set(checkpoint.joined);
  }

  async follow(tasks: Tasks, doubts: Doubts): Promise<Outcome> {
    const { memory } = this.#parts;
    const people = new People(this.#parts);
    const known = await this.#groups.known();
    const kept = new Set(this.#scope.groupsToKeep);
    this.#requireNamedGroups();
    const { edges, gone, silent } = this.#groups;
    if (silent && doubts.none && this.#again.size === 0) return nothing;
    // Not by what our rows of groups say: one is kept while memberships of it are held, although it left the closure.
    const nestings = await memory.nestings();
    const nesting = new Nesting(nestings, edges, gone);
    const before = new Nesting(nestings, new EdgeChanges(), new Set()).closure(
      this.#scope,
      () => true,
    ).closure;
    const joined = new Map<ObjectId, IdTable>();
    const closure = await this.#closure(nesting, before, tasks, joined);
    const ground: Ground = {
      everyone: this.#scope.kind === 'all',
      closure,
      tracked: new Set([...closure, ...kept]),
    };
    const placing = new Placing(this.#parts, people, ground, this.#groups.edges);
    for (const members of joined.values()) placing.place(members.ids());
    await this.#stateEdges(nesting, ground, joined);
    const left = silent ? [] : [...knownClosure(known)].filter((id) => !closure.has(id));
    const groupName = silent ? null : await this.#stateGroups(known, ground, left);
    for (const members of joined.values()) await placing.settle(members.ids());
    for (const id of left) await this.#letGo(id, ground, placing);
    await placing.settle(this.#groups.edges.members());
    await this.#settleDoubts(doubts, placing);
    return {
      links: this.#newLinks,
      joined: [...joined.keys()].filter((id) => !this.#again.has(id)),
      deletedGroups: left.filter((id) => this.#groups.gone.has(id)),
      groupName,
      unresolved: placing.unresolved,
      missingGroups: this.#missingGroups,
      asked: true,
    };
  }

  /** The groups that the settings name cannot be missing: the full read says what became of them. */
  #requireNamedGroups(): void {
    const { gone } = this.#groups;
    const named = [
      ...(this.#scope.kind === 'group' ? [this.#scope.groupId] : []),
      ...this.#scope.groupsToKeep,
    ];
    if (named.some((id) => gone.has(id))) throw new Resync('group_restored');
  }

  /** Follows the groups in groups; those that join are listed, after their own links were taken. */
  async #closure(
    nesting: Nesting,
    before: ReadonlySet<ObjectId>,
    tasks: Tasks,
    joined: Map<ObjectId, IdTable>,
  ): Promise<ReadonlySet<ObjectId>> {
    const listed = new Map<ObjectId, IdTable>();
    const members = new Members(
      { ...this.#parts, known: new Known() },
      tasks,
      async (ids) => await this.#cover(ids),
    );
    for (;;) {
      const isTold = (id: ObjectId): boolean =>
        (before.has(id) && !this.#again.has(id)) || listed.has(id);
      const { closure, unlisted } = nesting.closure(this.#scope, isTold);
      for (const [id, people] of listed) if (closure.has(id)) joined.set(id, people);
      if (unlisted.length === 0) return closure;
      for (const id of unlisted) {
        nesting.beginAnew(id);
        const people = new IdTable();
        listed.set(id, people);
        members.start([id], {
          inClosure: true,
          follow: false,
          onUsers: async (ids) => {
            for (const one of ids) people.add(one);
          },
          onGroups: (groupId, ids) => nesting.add(groupId, ids),
          // Only a full read believes nobody to be gone because of it.
          onMissing: (_, error) => {
            throw new Resync('group_not_found', error);
          },
        });
      }
      await tasks.done();
    }
  }

  /** Takes links for groups that no link tells of yet. */
  async #cover(ids: readonly ObjectId[]): Promise<void> {
    const uncovered = ids.filter((id) => !this.#covered.has(id));
    if (uncovered.length > 0) this.#newLinks.push(...(await this.#links.groups(uncovered)));
  }

  /** Edges that were told; those of groups that were listed stand as listed. */
  async #stateEdges(
    nesting: Nesting,
    { tracked }: Ground,
    joined: ReadonlyMap<ObjectId, IdTable>,
  ): Promise<void> {
    const { memory, stage } = this.#parts;
    for (const { groupId, kind, memberId, state } of this.#groups.edges.all()) {
      if (state === 'both' || !tracked.has(groupId)) continue;
      const listed = joined.get(groupId);
      const stands = listed?.has(memberId) === true || nesting.has(groupId, memberId);
      if (listed !== undefined && (stands || state === 'added')) continue;
      const memberKind = kind ?? (nesting.wasGroup(groupId, memberId) ? 'group' : 'user');
      await stage({
        memberships: [{ groupId, memberId, memberKind, member: state === 'added' }],
      });
    }
    if (this.#groups.gone.size === 0) return;
    const nestings = await memory.nestings();
    const memberships = nestings
      .filter(({ memberId }) => this.#groups.gone.has(memberId))
      .map((edge) => ({ ...edge, member: false }));
    await stage({ memberships });
  }

  /** Groups that changed, and groups whose place in the closure did. Returns the name of the scope's own, if it was asked. */
  async #stateGroups(
    known: ReadonlyMap<ObjectId, KnownGroup>,
    { closure, tracked }: Ground,
    left: readonly ObjectId[],
  ): Promise<string | null> {
    const { graph, signal, stage } = this.#parts;
    const moved = [...tracked].filter((id) => known.get(id)?.inClosure === !closure.has(id));
    const ids = [...new Set([...this.#groups.changed, ...moved])].filter((id) => tracked.has(id));
    const answers = await graph.batch(ids.map(queries.group), { signal });
    const bodies = answers.flatMap((answer) => (found(answer) ? [answer.body] : []));
    this.#missingGroups = ids.length - bodies.length;
    const groups: GroupStatement[] = [
      ...bodies.map((body) => decodeGroup(body, closure.has(decodeId(body)))),
      ...left
        .filter((id) => !tracked.has(id))
        .map((id) => ({ id, values: null, inClosure: false })),
    ];
    await stage({ groups });
    const scope = this.#scope;
    const own = bodies.find((body) => scope.kind === 'group' && body['id'] === scope.groupId);
    const name = own?.['displayName'];
    return typeof name === 'string' ? name : null;
  }

  /** A group left the closure: its edges go, unless the settings keep them, and its people are looked at again. */
  async #letGo(groupId: ObjectId, { tracked }: Ground, placing: Placing): Promise<void> {
    for await (const page of this.#parts.memory.membersOf(groupId)) {
      if (!tracked.has(groupId)) {
        await this.#parts.stage({ memberships: page.map((edge) => ({ ...edge, member: false })) });
      }
      await placing.settle(users(page));
    }
  }

  async #settleDoubts(doubts: Doubts, placing: Placing): Promise<void> {
    await placing.settle(doubts.candidates.keys(), (id) => doubts.candidates.get(id) === true);
    await placing.ask([...new Set([...doubts.gone, ...doubts.returned])]);
    const reports = await this.#reportsOf(doubts);
    await placing.settle(reports, () => true);
  }

  /**
   * Whose link to a manager may have woken or gone with them: Graph tells nothing of the reports of a user who is deleted or
   * restored, and hides the one who is deleted from them.
   */
  async #reportsOf({ lostManagers, returned }: Doubts): Promise<readonly ObjectId[]> {
    if (lostManagers.size === 0 && returned.size === 0) return [];
    const { graph, memory, signal } = this.#parts;
    const reports = new Set(await memory.reportsOf([...lostManagers, ...returned]));
    const answers = await graph.batch([...returned].map(queries.directReports), { signal });
    for (const answer of answers) {
      if (!found(answer)) continue;
      for await (const page of graph.following(answer.body, { signal })) {
        for (const id of page.map(decodeId)) reports.add(id);
      }
    }
    return [...reports];
  }
}

const users = (
  page: readonly { readonly memberId: ObjectId; readonly memberKind: string }[],
): readonly ObjectId[] =>
  page.flatMap(({ memberId, memberKind }) => (memberKind === 'user' ? [memberId] : []));
