import type { DecodedUser } from '../graph/decode.ts';
import { askForAbsentGroups } from './absent-groups.ts';
import { Arrivals } from './arrivals.ts';
import type { Members, Walk } from './members.ts';
import type { People } from './people.ts';
import type { ReadParts, ResolvedScope, Strategy } from './reading.ts';
import { scanTenant } from './scan.ts';
import type { Tasks } from './tasks.ts';

export interface ScopeParts {
  readonly parts: Pick<ReadParts, 'graph' | 'known' | 'progress' | 'signal' | 'stage'>;
  readonly people: People;
  readonly members: Members;
  readonly tasks: Tasks;
  /** As of a walk, for the groups in the scope's. */
  readonly onMissing?: Walk['onMissing'];
  /** Takes people as they arrive, some perhaps twice; resolves when there is room for more. */
  readonly onPeople: (people: readonly DecodedUser[]) => Promise<void>;
}

/** The people in scope were all read, but for those whom nobody could read. */
export interface PeopleRead {
  /** People whom a listing named and nobody could read. */
  readonly unresolved: number;
  readonly strategy: Strategy;
}

/**
 * Everyone in scope. The members of the scope's group are walked, and people are asked for by id as they are found, or
 * read from the tenant's list once all members are known: whichever takes fewer round trips one after another. Where all
 * users are in scope, the tenant's users are listed. Resolves when the last page was read.
 */
export async function readPeopleInScope(
  scopeParts: ScopeParts,
  scope: ResolvedScope,
): Promise<PeopleRead> {
  return scope.kind === 'all'
    ? await readEveryone(scopeParts)
    : await readMembers(scopeParts, scope);
}

async function readEveryone({ onPeople, parts, people, tasks }: ScopeParts): Promise<PeopleRead> {
  let read = 0;
  const strategy = await inTasks(tasks, async () =>
    scanTenant({
      parts,
      people,
      tasks,
      onPeople: async (page) => {
        for (const { user } of page) if (parts.known.list(user.id)) read += 1;
        await onPeople(page);
        parts.progress(read, read);
      },
      read: () => read,
    }),
  );
  return { unresolved: 0, strategy };
}

async function readMembers(
  scopeParts: ScopeParts,
  scope: Extract<ResolvedScope, { kind: 'group' }>,
): Promise<PeopleRead> {
  const { members, onMissing, parts, people, tasks } = scopeParts;
  const arrivals = new Arrivals(scopeParts, scope);
  const walk: Walk = {
    inClosure: true,
    follow: scope.membership === 'transitive',
    counted: (groupId) => (groupId === scope.groupId ? arrivals.direct : null),
    onUsers: async (ids) => await arrivals.take(ids),
    ...(onMissing === undefined ? {} : { onMissing }),
  };
  members.start([scope.groupId], walk);
  await members.done();
  // The last few need not wait for those who are under way.
  if (arrivals.choice.people === 'by-id') arrivals.flush();
  await tasks.done();
  if (walk.follow) await askForAbsentGroups(parts, scopeParts, walk);
  let strategy: Strategy = { people: 'by-id', lanes: 1, because: arrivals.choice.because };
  if (arrivals.choice.people === 'tenant-scan') {
    const scanned = await inTasks(tasks, async () =>
      scanTenant({
        parts,
        people,
        tasks,
        onPeople: async (page) => await arrivals.arrived(page),
        wanted: (id) => parts.known.isListed(id),
        enough: () => arrivals.haveAll,
      }),
    );
    strategy = { ...scanned, because: `${arrivals.choice.because}; ${scanned.because}` };
    arrivals.askForMissed();
  }
  arrivals.flush();
  await tasks.done();
  return { unresolved: arrivals.unresolved, strategy };
}

/** The result of one task, when all tasks have ended. */
async function inTasks<Result>(tasks: Tasks, work: () => Promise<Result>): Promise<Result> {
  const results: Result[] = [];
  void tasks.start(async () => {
    results.push(await work());
  });
  await tasks.done();
  const [result] = results;
  if (result === undefined) throw new Error('A task ended without a failure and without a result.');
  return result;
}
