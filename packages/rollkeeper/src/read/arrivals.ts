import type { ObjectId } from '../directory/statement.ts';
import { batchSize } from '../graph/batch.ts';
import type { DecodedUser } from '../graph/decode.ts';
import { idsPerFilter, queries } from '../graph/queries.ts';
import { counts } from './counts.ts';
import type { ScopeParts } from './people-in-scope.ts';
import { chunks } from './people.ts';
import type { ResolvedScope } from './reading.ts';
import type { Choice } from './strategy.ts';
import { choose } from './strategy.ts';

/** People asked for in one round trip: a batch of twenty filters of fifteen ids. */
const peopleAtOnce = batchSize * idsPerFilter;
/** Requests in a batch, by how many batches could go side by side with it: small ones are answered sooner. */
const small = { requests: 5, from: 8 };
const middling = { requests: 10, from: 2 };
/** The size of a page of members, unless they are seen to be smaller. */
const usualPage = 999;

type GroupScope = Extract<ResolvedScope, { kind: 'group' }>;

/** The people whom the walk of the members names: how they are to be read, and who has been. */
export class Arrivals {
  readonly #scopeParts: ScopeParts;
  readonly #counts: Promise<readonly (number | null)[]>;
  readonly #trips = new Set<Promise<void>>();
  /** Batches that may be under way at once, and those that are. */
  readonly #batchesAtOnce: number;
  #batches = 0;
  #sizes: readonly (number | null)[] = [];
  #choice: Choice | undefined;
  /** What the choice was made for. */
  #perTrip = 0;
  #waiting: ObjectId[] = [];
  #named = 0;
  #read = 0;

  constructor(scopeParts: ScopeParts, scope: GroupScope) {
    const { graph, signal } = scopeParts.parts;
    this.#scopeParts = scopeParts;
    // One is left for the walk.
    this.#batchesAtOnce = Math.max(1, graph.width - 1);
    this.#counts = counts(
      graph,
      [
        queries.countUsers(),
        queries.countPeople(scope.groupId, scope.membership),
        queries.countMembers(scope.groupId),
      ],
      signal,
    );
    // Whoever waits for the counts gets the failure; until then it is not unhandled.
    this.#counts.catch(() => {});
  }

  /** How the people are read, as far as can be told by now. */
  get choice(): Choice {
    this.#choice ??= this.#choose();
    return this.#choice;
  }

  /** Direct members of the scope's own group; null: not counted, or not yet. */
  get direct(): number | null {
    return this.#sizes[2] ?? null;
  }

  /** Whether everybody named so far has been read. */
  get haveAll(): boolean {
    return this.#read >= this.#named;
  }

  /** People whom the walk named and nobody could read. */
  get unresolved(): number {
    let unresolved = 0;
    for (const _ of this.#scopeParts.parts.known.unstatedListed()) unresolved += 1;
    return unresolved;
  }

  /** Takes ids that the walk found. */
  async take(ids: readonly ObjectId[]): Promise<void> {
    this.#sizes = await this.#counts;
    const fresh = ids.filter((id) => this.#scopeParts.parts.known.list(id));
    this.#named += fresh.length;
    this.#waiting.push(...fresh);
    while (this.#waiting.length >= peopleAtOnce) {
      while (this.#batches >= this.#batchesAtOnce) await Promise.race(this.#trips);
      // Whoever is not asked for now is known to be missing once the tenant has been read.
      if (this.#chosen() === 'tenant-scan') this.#waiting = [];
      else this.#ask(this.#waiting.splice(0, peopleAtOnce));
    }
  }

  /** Takes people who were read. */
  async arrived(people: readonly DecodedUser[]): Promise<void> {
    const { onPeople, parts } = this.#scopeParts;
    const waiting = new Set(
      people.flatMap(({ user }) => (parts.known.isStated(user.id) ? [] : [user.id])),
    );
    await onPeople(people);
    this.#read += waiting.size;
    parts.progress(this.#read, this.#named);
  }

  /** Asks for the rest of those who wait. */
  flush(): void {
    if (this.#waiting.length > 0) this.#ask(this.#waiting.splice(0));
  }

  /** Asks for those whom the tenant's list did not show. */
  askForMissed(): void {
    this.#waiting = [];
    const missed = [...this.#scopeParts.parts.known.unstatedListed()];
    for (const some of chunks(missed, peopleAtOnce)) this.#ask(some);
  }

  /** Chooses again where Graph turned out to refuse the cheaper way of asking by id. */
  #chosen(): Choice['people'] {
    if (this.#scopeParts.people.perTrip !== this.#perTrip) this.#choice = this.#choose();
    return this.choice.people;
  }

  #choose(): Choice {
    const { members, parts, people } = this.#scopeParts;
    const [tenant = null, inScope = null, direct = null] = this.#sizes;
    this.#perTrip = people.perTrip;
    const seen = members.largestPage;
    const isFull = direct !== null && direct > seen;
    return choose({
      tenant,
      members: inScope === null ? null : Math.max(0, inScope - this.#read),
      direct,
      pageSize: isFull && seen > 0 ? seen : usualPage,
      perTrip: this.#perTrip,
      width: parts.graph.width,
    });
  }

  #ask(ids: readonly ObjectId[]): void {
    const { people, tasks } = this.#scopeParts;
    const inBatch = this.#requestsInBatch();
    const batches = Math.ceil(ids.length / idsPerFilter / inBatch);
    this.#batches += batches;
    const trip = tasks
      .start(async () => await this.arrived(await people.byId(ids, inBatch)))
      .finally(() => {
        this.#trips.delete(trip);
        this.#batches -= batches;
      });
    this.#trips.add(trip);
  }

  #requestsInBatch(): number {
    const free = this.#batchesAtOnce - this.#batches;
    if (free >= small.from) return small.requests;
    return free >= middling.from ? middling.requests : batchSize;
  }
}
