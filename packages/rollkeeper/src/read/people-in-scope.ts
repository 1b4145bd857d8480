import type { ObjectId } from '../directory/statement.ts';
import type { DecodedUser } from '../graph/decode.ts';
import type { Members } from './members.ts';
import type { People } from './people.ts';
import type { ReadParts, ResolvedScope } from './reading.ts';
import type { Tasks } from './tasks.ts';

/** People asked for in one round trip: a batch of twenty filters of fifteen ids. */
const peopleAtOnce = 300;
/** Round trips for people under way at once, beside the walk of the members. */
const tripsAtOnce = 8;

export interface ScopeParts {
  readonly parts: Pick<ReadParts, 'known' | 'progress'>;
  readonly people: People;
  readonly members: Members;
  readonly tasks: Tasks;
  /** Takes people as they arrive, some perhaps twice; resolves when there is room for more. */
  readonly onPeople: (people: readonly DecodedUser[]) => Promise<void>;
}

/**
 * Everyone in scope. The members of the scope's group are walked, and people are asked for by id as they are found;
 * where all users are in scope, the tenant's users are listed. Resolves when the last page was read, with the
 * number of people whom a listing named and nobody could read.
 */
export async function readPeopleInScope(
  scopeParts: ScopeParts,
  scope: ResolvedScope,
): Promise<number> {
  const { members, tasks } = scopeParts;
  if (scope.kind === 'all') {
    void tasks.start(async () => await listEveryone(scopeParts));
    await tasks.done();
    return 0;
  }
  const arrivals = new Arrivals(scopeParts);
  members.start([scope.groupId], {
    inClosure: true,
    follow: scope.membership === 'transitive',
    onUsers: async (ids) => await arrivals.take(ids),
  });
  await tasks.done();
  arrivals.flush();
  await tasks.done();
  return arrivals.unresolved;
}

async function listEveryone({ parts, people, onPeople }: ScopeParts): Promise<void> {
  let read = 0;
  for await (const page of people.all()) {
    await onPeople(page);
    read += page.length;
    parts.progress(read, read);
  }
}

/** Gathers the ids that the walk finds into round trips. */
class Arrivals {
  readonly #scopeParts: ScopeParts;
  readonly #trips = new Set<Promise<void>>();
  #waiting: ObjectId[] = [];
  #read = 0;
  #named = 0;
  unresolved = 0;

  constructor(scopeParts: ScopeParts) {
    this.#scopeParts = scopeParts;
  }

  async take(ids: readonly ObjectId[]): Promise<void> {
    const fresh = ids.filter((id) => this.#scopeParts.parts.known.list(id));
    this.#named += fresh.length;
    this.#waiting.push(...fresh);
    while (this.#waiting.length >= peopleAtOnce) {
      while (this.#trips.size >= tripsAtOnce) await Promise.race(this.#trips);
      this.#ask(this.#waiting.splice(0, peopleAtOnce));
    }
  }

  flush(): void {
    if (this.#waiting.length > 0) this.#ask(this.#waiting.splice(0));
  }

  #ask(ids: readonly ObjectId[]): void {
    const { onPeople, parts, people, tasks } = this.#scopeParts;
    const trip = tasks
      .start(async () => {
        const answered = await people.byId(ids);
        await onPeople(answered);
        this.unresolved += ids.length - answered.length;
        this.#read += answered.length;
        parts.progress(this.#read, this.#named);
      })
      .finally(() => this.#trips.delete(trip));
    this.#trips.add(trip);
  }
}
