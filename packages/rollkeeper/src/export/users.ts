import type { Selection } from '../graph/decode.ts';
import type { Graph } from '../graph/graph.ts';
import { Known } from '../read/known.ts';
import { Members } from '../read/members.ts';
import { readPeopleInScope } from '../read/people-in-scope.ts';
import { People } from '../read/people.ts';
import type { ResolvedScope } from '../read/reading.ts';
import { Tasks } from '../read/tasks.ts';
import type { Store } from '../store/store.ts';
import { userRow } from './columns.ts';
import type { WriteRows } from './csv.ts';

const pageSize = 1_000;

/** Rows of the people in scope, or of the whole tenant, as Graph has them now. Nothing is kept. */
export async function usersFromGraph(
  from: {
    readonly graph: Graph;
    readonly selection: Selection;
    readonly scope: ResolvedScope;
    readonly progress: (people: number, of: number) => void;
    readonly signal: AbortSignal;
  },
  write: WriteRows,
): Promise<void> {
  const tasks = new Tasks(from.signal);
  const known = new Known();
  const parts = { ...from, known, signal: tasks.signal, stage: async () => {} };
  await readPeopleInScope(
    {
      parts,
      people: new People(parts),
      members: new Members(parts, tasks),
      tasks,
      onPeople: async (people) => {
        const fresh = people.filter(({ user }) => known.state(user));
        await write(fresh.map(({ user, manager }) => userRow(user, manager)));
      },
    },
    from.scope,
  );
}

/** Rows of the people in scope as the database has them, in order of their id. */
export async function usersFromDatabase(
  store: Store,
  tenantId: string,
  write: WriteRows,
): Promise<void> {
  for (let after: string | null = null; ;) {
    const page = await store.users(tenantId, { after, limit: pageSize });
    await write(
      page.map((user) =>
        userRow(
          user,
          user.supervisorId === null
            ? null
            : { id: user.supervisorId, userPrincipalName: user.supervisorUserPrincipalName },
        ),
      ),
    );
    after = page.at(-1)?.id ?? null;
    if (after === null) return;
  }
}
