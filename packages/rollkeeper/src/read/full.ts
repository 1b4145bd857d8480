import type { ObjectId } from '../directory/statement.ts';
import { askForAbsent } from './absence.ts';
import { Members } from './members.ts';
import { People } from './people.ts';
import type { Reading, ReadParts, ResolvedScope } from './reading.ts';
import { stateUsers } from './state.ts';
import { Tasks } from './tasks.ts';

/** People asked for in one round trip: a batch of twenty filters of fifteen ids. */
const peopleAtOnce = 300;
/** Round trips for people under way at once, beside the walk of the members. */
const tripsAtOnce = 8;

/**
 * A full read: everything in scope. The members of the scope's group are walked and people are asked for by id as
 * they are found; where all users are in scope, the tenant's users are listed. Whoever is missed is then asked for.
 * Resolves when the last page of every listing was read, or throws.
 */
export async function readFull(parts: ReadParts, scope: ResolvedScope): Promise<Reading> {
  const tasks = new Tasks(parts.signal);
  const guarded: ReadParts = { ...parts, signal: tasks.signal };
  const people = new People(guarded);
  const members = new Members(guarded, tasks);
  const arrivals = new Arrivals(guarded, people, tasks);

  if (scope.kind === 'all') {
    void tasks.start(async () => await listEveryone(guarded, people));
  } else {
    members.start([scope.groupId], {
      inClosure: true,
      follow: scope.membership === 'transitive',
      onUsers: async (ids) => await arrivals.take(ids),
    });
  }
  await tasks.done();
  const closure = members.walked;
  arrivals.flush();
  members.start(scope.groupsToKeep, {
    inClosure: false,
    follow: false,
    onUsers: async () => {},
  });
  await tasks.done();

  await askAgain(guarded, people);
  await askForAbsent(guarded, people, scope.kind === 'all' ? null : new Set(closure));
  await stateLosses(guarded);
  return { closure, ignored: members.ignored, unresolved: arrivals.unresolved };
}

/** Gathers the ids that the walk finds into round trips. */
class Arrivals {
  readonly #parts: ReadParts;
  readonly #people: People;
  readonly #tasks: Tasks;
  readonly #trips = new Set<Promise<void>>();
  #waiting: ObjectId[] = [];
  #read = 0;
  #named = 0;
  unresolved = 0;

  constructor(parts: ReadParts, people: People, tasks: Tasks) {
    this.#parts = parts;
    this.#people = people;
    this.#tasks = tasks;
  }

  async take(ids: readonly ObjectId[]): Promise<void> {
    const fresh = ids.filter((id) => this.#parts.known.list(id));
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
    const trip = this.#tasks
      .start(async () => {
        const people = await this.#people.byId(ids);
        await stateUsers(this.#parts, people);
        this.unresolved += ids.length - people.length;
        this.#read += people.length;
        this.#parts.progress(this.#read, this.#named);
      })
      .finally(() => this.#trips.delete(trip));
    this.#trips.add(trip);
  }
}

async function listEveryone(parts: ReadParts, people: People): Promise<void> {
  let read = 0;
  for await (const page of people.all()) {
    await stateUsers(parts, page);
    read += page.length;
    parts.progress(read, read);
  }
}

/** Two different things were said of these people in one reading: what is true now? */
async function askAgain(parts: ReadParts, people: People): Promise<void> {
  const ids = parts.known.takeConflicts();
  if (ids.length === 0) return;
  const users = (await people.singly(ids)).map(({ user }) => user);
  await parts.stage({ users });
}

/** What was known of groups and memberships and is no longer said. */
async function stateLosses({ known, stage }: ReadParts): Promise<void> {
  const groups = [...known.unstatedGroups()];
  await stage({ groups: groups.map((id) => ({ id, values: null, inClosure: false })) });
  for (const membership of known.unstatedMemberships()) await stage({ memberships: [membership] });
}
