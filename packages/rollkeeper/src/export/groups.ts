import { decodeGroup } from '../graph/decode.ts';
import type { Graph } from '../graph/graph.ts';
import { queries } from '../graph/queries.ts';
import { listing } from '../read/listing.ts';
import { Known } from '../read/known.ts';
import { Members } from '../read/members.ts';
import type { ResolvedScope } from '../read/reading.ts';
import { Tasks } from '../read/tasks.ts';
import type { Statements } from '../directory/statement.ts';
import type { Store } from '../store/store.ts';
import { groupRow } from './columns.ts';
import type { WriteRows } from './csv.ts';

const pageSize = 1_000;
const onUsers = async (): Promise<void> => {};

/** Rows of every group of the tenant, as Graph has them now. */
export async function groupsFromGraph(
  graph: Graph,
  signal: AbortSignal,
  write: WriteRows,
): Promise<void> {
  const written = new Set<string>();
  for await (const page of listing(graph, queries.allGroups(), { signal })) {
    const groups = page.map((item) => decodeGroup(item, false));
    const fresh = groups.filter(({ id }) => !written.has(id));
    for (const { id } of fresh) written.add(id);
    await write(fresh.map(groupRow));
  }
}

/** Rows of the groups whose members are in scope, and of the groups to keep, as Graph has them now. */
export async function groupsInScopeFromGraph(
  graph: Graph,
  scope: ResolvedScope,
  signal: AbortSignal,
  write: WriteRows,
): Promise<void> {
  const tasks = new Tasks(signal);
  const parts = {
    graph,
    known: new Known(),
    selection: { attributes: [], extra: [] },
    progress: () => {},
    signal: tasks.signal,
    stage: async ({ groups = [] }: Statements) => await write(groups.map(groupRow)),
  };
  const members = new Members(parts, tasks);
  if (scope.kind === 'group') {
    const follow = scope.membership === 'transitive';
    members.start([scope.groupId], { inClosure: true, follow, onUsers });
    await tasks.done();
  }
  members.start(scope.groupsToKeep, { inClosure: false, follow: false, onUsers });
  await tasks.done();
}

/** Rows of the groups that the database keeps, in order of their id. */
export async function groupsFromDatabase(
  store: Store,
  tenantId: string,
  write: WriteRows,
): Promise<void> {
  for (let after: string | null = null; ;) {
    const page = await store.groups(tenantId, { after, limit: pageSize });
    await write(page.map(groupRow));
    after = page.at(-1)?.id ?? null;
    if (after === null) return;
  }
}
