import type { KnownGroup } from '../directory/known.ts';
import type { ObjectId } from '../directory/statement.ts';
import { decodeId } from '../graph/decode.ts';
import { groupDiffers, memberChanges, removal } from '../graph/delta-item.ts';
import type { JsonObject } from '../graph/graph.ts';
import type { DeltaParts } from './delta-parts.ts';
import { EdgeChanges } from './edge-changes.ts';
import { Resync } from './resync.ts';

/** Takes the pages of the rounds of groups as they come, in whatever slices. */
export class GroupsRound {
  readonly #memory: DeltaParts['memory'];
  readonly #waitedFor: ReadonlySet<ObjectId>;
  #known: Promise<ReadonlyMap<ObjectId, KnownGroup>> | undefined;
  readonly edges = new EdgeChanges();
  /** Groups whose own attributes are not those of our row. */
  readonly changed = new Set<ObjectId>();
  /** Groups that are kept and told to be gone. */
  readonly gone = new Set<ObjectId>();
  /** Groups gone for good. */
  readonly purged = new Set<ObjectId>();
  readonly #seen = new Set<ObjectId>();
  readonly #ignored: Record<string, number> = {};

  /** `waitedFor`: deleted groups whose return is listened for. */
  constructor(memory: DeltaParts['memory'], waitedFor: ReadonlySet<ObjectId>) {
    this.#memory = memory;
    this.#waitedFor = waitedFor;
  }

  /** Whether anything was said at all. */
  get silent(): boolean {
    return this.#seen.size === 0 && this.gone.size === 0;
  }

  /** Members that are neither users nor groups, by Graph's type. */
  get ignored(): Readonly<Record<string, number>> {
    return this.#ignored;
  }

  async known(): Promise<ReadonlyMap<ObjectId, KnownGroup>> {
    this.#known ??= this.#memory
      .groups()
      .then((groups) => new Map(groups.map((group) => [group.id, group])));
    return await this.#known;
  }

  readonly take = async (items: readonly JsonObject[]): Promise<void> => {
    const known = await this.known();
    for (const item of items) this.#one(item, known);
  };

  #one(item: JsonObject, known: ReadonlyMap<ObjectId, KnownGroup>): void {
    const id = decodeId(item);
    const gone = removal(item);
    if (gone === 'for good') this.purged.add(id);
    if (gone !== null) {
      if (known.has(id)) this.gone.add(id);
    } else {
      if (this.#waitedFor.has(id)) throw new Resync('group_restored');
      this.#seen.add(id);
      const group = known.get(id);
      if (group !== undefined && groupDiffers(group.values, item)) this.changed.add(id);
      this.#takeMembers(id, item);
    }
    // Gone and there, in one round: it was deleted and restored, or the other way round.
    if (this.gone.has(id) && this.#seen.has(id)) throw new Resync('group_restored');
  }

  #takeMembers(groupId: ObjectId, item: JsonObject): void {
    for (const { id, kind, member } of memberChanges(item)) {
      // Without a type an added member may be a user, as in a list of members; of a removed one our edge knows.
      const memberKind = kind === null && member ? 'user' : kind;
      if (memberKind !== null && memberKind !== 'user' && memberKind !== 'group') {
        this.#ignored[memberKind] = (this.#ignored[memberKind] ?? 0) + 1;
        continue;
      }
      this.edges.note(groupId, id, memberKind, member);
    }
  }
}
