import type { Checkpoint, GroupsLink } from '../directory/checkpoint.ts';
import { RollkeeperError } from '../directory/error.ts';
import type { ObjectId } from '../directory/statement.ts';
import { decodeId } from '../graph/decode.ts';
import type { DeltaWay } from '../graph/queries.ts';
import { queries } from '../graph/queries.ts';
import { Links } from './links.ts';
import { listing } from './listing.ts';
import type { ReadParts, ResolvedScope } from './reading.ts';

export interface TrackingOptions {
  /** When the run began, ISO 8601. */
  readonly at: string;
  readonly select: string;
  readonly way: DeltaWay;
  /** Groups that our rows know; theirs are the first links. */
  readonly groups: readonly ObjectId[];
  readonly deletedGroups: Checkpoint['deletedGroups'];
}

/**
 * The checkpoint of a full read. Links are taken before what they tell of is read, so that whatever happens meanwhile is
 * told again by the next delta read, and nothing falls between.
 */
export class Tracking {
  readonly #options: TrackingOptions;
  readonly #parts: Pick<ReadParts, 'graph' | 'signal' | 'stage'>;
  readonly #links: Links;
  readonly #covered = new Set<ObjectId>();
  readonly #groups: GroupsLink[] = [];
  #users = '';

  constructor(parts: Pick<ReadParts, 'graph' | 'signal' | 'stage'>, options: TrackingOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#links = new Links(parts.graph, parts.signal, options.way);
  }

  /** Takes the link of users, and those of the groups that are known. */
  async begin(scope: ResolvedScope): Promise<void> {
    const { deletedGroups, groups, select } = this.#options;
    const own = scope.kind === 'group' ? [scope.groupId] : [];
    const ids = [...own, ...scope.groupsToKeep, ...groups, ...deletedGroups.map(({ id }) => id)];
    const takeUsers = async (): Promise<void> => {
      this.#users = await this.#links.users(select);
    };
    await Promise.all([takeUsers(), this.cover(ids)]);
  }

  /** Takes links for groups that none tells of yet. Call it before their members are listed. */
  readonly cover = async (ids: readonly ObjectId[]): Promise<void> => {
    const uncovered = [...new Set(ids)].filter((id) => !this.#covered.has(id));
    for (const id of uncovered) this.#covered.add(id);
    if (uncovered.length > 0) this.#groups.push(...(await this.#links.groups(uncovered)));
  };

  /** States who is in the tenant's deleted items: their return is told without a word on what returns with them. */
  async stateSleepers(): Promise<void> {
    const { graph, signal, stage } = this.#parts;
    try {
      for await (const page of listing(graph, queries.deletedUsers(), { signal })) {
        await stage({ sleepers: page.map((item) => ({ id: decodeId(item), asleep: true })) });
      }
    } catch (error) {
      // Then the next full read finds who returned.
      if (!isRefused(error)) throw error;
    }
  }

  get way(): DeltaWay {
    return this.#links.way;
  }

  /** `unresolved`: members whom the read could not read. */
  checkpoint(unresolved: readonly ObjectId[]): Checkpoint {
    const { at, deletedGroups, select } = this.#options;
    return {
      takenAt: at,
      select,
      users: this.#users,
      usersProven: this.#links.way === 'initial',
      groups: this.#groups,
      unresolved,
      deletedGroups,
      joined: [],
      ended: null,
    };
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof RollkeeperError &&
  ['graph.refused', 'graph.forbidden', 'graph.not_found'].includes(error.code);
