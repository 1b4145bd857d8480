import { RollkeeperError } from '../directory/error.ts';
import type { MembershipStatement, ObjectId } from '../directory/statement.ts';
import { decodeGroup, decodeMember } from '../graph/decode.ts';
import type { JsonObject } from '../graph/graph.ts';
import { queries } from '../graph/queries.ts';
import { listing } from './listing.ts';
import { found } from './people.ts';
import type { ReadParts } from './reading.ts';
import type { Tasks } from './tasks.ts';

export interface Walk {
  /** The groups are part of the scope's closure. */
  readonly inClosure: boolean;
  /** Groups found among the members are walked too, each once, so that cycles end. */
  readonly follow: boolean;
  /** How many direct members a group has, where that is known by then; a walk far beyond it has no end. */
  readonly counted?: (groupId: ObjectId) => number | null;
  /** Takes the ids of users as they are found; resolves when there is room for more. */
  readonly onUsers: (ids: readonly ObjectId[]) => Promise<void>;
  /** Takes groups that are not found, with Graph's answer, or throws that. Left out: one that is not found ends the walk. */
  readonly onMissing?: (groupId: ObjectId, error: RollkeeperError) => void;
  /** Takes the groups found in a group. */
  readonly onGroups?: (groupId: ObjectId, ids: readonly ObjectId[]) => void;
}

/** What is done before groups are listed: what happens to them from then on must be told. */
export type BeforeListing = (groupIds: readonly ObjectId[]) => Promise<void>;

/** Walks groups by their direct members, side by side. The groups it has walked are the closure. */
export class Members {
  readonly #parts: ReadParts;
  readonly #tasks: Tasks;
  readonly #beforeListing: BeforeListing;
  readonly #walked = new Set<ObjectId>();
  readonly #ignored: Record<string, number> = {};
  readonly #walks = new Set<Promise<void>>();
  #largestPage = 0;

  constructor(parts: ReadParts, tasks: Tasks, beforeListing: BeforeListing = async () => {}) {
    this.#parts = parts;
    this.#tasks = tasks;
    this.#beforeListing = beforeListing;
  }

  /** Waits for the walks, those that they begin too; `Tasks.done` tells whether they failed. */
  async done(): Promise<void> {
    while (this.#walks.size > 0) await Promise.race(this.#walks);
  }

  /** Every group walked so far. */
  get walked(): readonly ObjectId[] {
    return [...this.#walked];
  }

  /** Members on the largest page so far. */
  get largestPage(): number {
    return this.#largestPage;
  }

  /** Members that are neither users nor groups, by Graph's type. */
  get ignored(): Readonly<Record<string, number>> {
    return this.#ignored;
  }

  /** Starts the walk of these groups, but of those already walked; `Tasks.done` tells of its end. */
  start(groupIds: readonly ObjectId[], walk: Walk): void {
    const fresh = [...new Set(groupIds)].filter((id) => !this.#walked.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) this.#walked.add(id);
    const ready = this.#beforeListing(fresh);
    for (const id of fresh) {
      const task = this.#tasks
        .start(async () => {
          await ready;
          await this.#list(id, walk);
        })
        .finally(() => this.#walks.delete(task));
      this.#walks.add(task);
    }
    void this.#tasks.start(async () => {
      await ready;
      await this.#describe(fresh, walk);
    });
  }

  async #list(groupId: ObjectId, walk: Walk): Promise<void> {
    const { graph, signal } = this.#parts;
    let listed = 0;
    try {
      const counted = () => walk.counted?.(groupId) ?? null;
      const pages = listing(graph, queries.members(groupId), { signal }, counted);
      for await (const page of pages) {
        listed += page.length;
        this.#largestPage = Math.max(this.#largestPage, page.length);
        await this.#take(groupId, page, walk);
      }
    } catch (error) {
      if (!(error instanceof RollkeeperError)) throw error;
      if (error.code === 'graph.forbidden') await this.#refuseHidden(groupId, error);
      if (error.code !== 'graph.not_found' || walk.onMissing === undefined) throw error;
      walk.onMissing(groupId, error);
      return;
    }
    if (listed === 0) await this.#refuseHidden(groupId);
  }

  async #take(groupId: ObjectId, page: readonly JsonObject[], walk: Walk): Promise<void> {
    const users: ObjectId[] = [];
    const groups: ObjectId[] = [];
    const memberships: MembershipStatement[] = [];
    for (const { id, kind } of page.map(decodeMember)) {
      // Without a type it may be a user: an id that is not a user's is not found among them.
      const memberKind = kind === null ? 'user' : kind;
      if (memberKind !== 'user' && memberKind !== 'group') {
        this.#ignored[memberKind] = (this.#ignored[memberKind] ?? 0) + 1;
        continue;
      }
      (memberKind === 'user' ? users : groups).push(id);
      if (this.#parts.known.stateMembership(groupId, id, memberKind === 'group')) {
        memberships.push({ groupId, memberId: id, memberKind, member: true });
      }
    }
    if (groups.length > 0) walk.onGroups?.(groupId, groups);
    if (walk.follow) this.start(groups, walk);
    await this.#parts.stage({ memberships });
    await walk.onUsers(users);
  }

  async #describe(ids: readonly ObjectId[], { inClosure, onMissing }: Walk): Promise<void> {
    const { graph, known, signal, stage } = this.#parts;
    const answers = await graph.batch(
      ids.map((id) => queries.group(id)),
      { signal },
    );
    const groups = answers.flatMap((answer) =>
      found(answer) ? [decodeGroup(answer.body, inClosure)] : [],
    );
    for (const { id } of groups) known.stateGroup(id);
    for (const [at, id] of ids.entries()) {
      const answer = answers[at];
      if (answer?.ok === false) onMissing?.(id, answer.error);
    }
    await stage({ groups });
  }

  /** Tells a hidden membership, which Graph answers with 403 or with nobody, from an empty group. */
  async #refuseHidden(groupId: ObjectId, cause?: RollkeeperError): Promise<void> {
    const group = await this.#parts.graph.get(queries.group(groupId), {
      signal: this.#parts.signal,
    });
    if (group['visibility'] !== 'HiddenMembership') return;
    const name = typeof group['displayName'] === 'string' ? group['displayName'] : groupId;
    throw new RollkeeperError(
      'group.hidden',
      `The membership of the group “${name}” (${groupId}) is hidden from this application.`,
      {
        remedy:
          'Grant the application permission Member.Read.Hidden, give admin consent again, then run `rollkeeper check`. No row was changed.',
        ...(cause === undefined ? {} : { cause }),
        ...(cause?.where === undefined ? {} : { where: cause.where }),
        facts: { groupId },
      },
    );
  }
}
