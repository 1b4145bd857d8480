import type { Connected } from '../connect.ts';
import { groupColumns, userColumns } from '../export/columns.ts';
import { writeCsv } from '../export/csv.ts';
import { groupsFromDatabase, groupsFromGraph, groupsInScopeFromGraph } from '../export/groups.ts';
import { usersFromDatabase, usersFromGraph } from '../export/users.ts';
import type { Graph } from '../graph/graph.ts';
import type { ResolvedScope } from '../read/reading.ts';
import type { Connection } from '../run/parts.ts';
import { findScope } from '../run/scope.ts';
import type { Store } from '../store/store.ts';
import type { ExportOptions } from './rollkeeper.ts';

/** Where an export gets what it writes: from Graph or from the database, each opened only if it is asked. */
export interface Exporting {
  connect(): Promise<Connected>;
  opened(): Promise<Store>;
  tenantId(): Promise<string>;
  readonly signal: AbortSignal;
}

export async function exportUsers(from: Exporting, options: ExportOptions): Promise<number> {
  const { signal } = from;
  return await writeCsv(options.output, userColumns, async (write) => {
    if (options.from === 'database') {
      return await usersFromDatabase(await from.opened(), await from.tenantId(), write);
    }
    const { connection, graph: graphOf } = await from.connect();
    const graph = graphOf(options.priority ?? 'Low');
    const scope = await scopeOf(graph, connection, options, signal);
    const progress = (people: number, of: number): void =>
      options.onProgress?.({ phase: 'reading', people, of });
    const { selection } = connection;
    await usersFromGraph({ graph, selection, scope, progress, signal }, write);
  });
}

export async function exportGroups(from: Exporting, options: ExportOptions): Promise<number> {
  const { signal } = from;
  return await writeCsv(options.output, groupColumns, async (write) => {
    if (options.from === 'database') {
      return await groupsFromDatabase(await from.opened(), await from.tenantId(), write);
    }
    const { connection, graph: graphOf } = await from.connect();
    const graph = graphOf(options.priority ?? 'Low');
    if (options.scope !== true) return await groupsFromGraph(graph, signal, write);
    const scope = await scopeOf(graph, connection, options, signal);
    await groupsInScopeFromGraph(graph, scope, signal, write);
  });
}

async function scopeOf(
  graph: Graph,
  connection: Connection,
  { scope }: ExportOptions,
  signal: AbortSignal,
): Promise<ResolvedScope> {
  if (scope !== true) return { kind: 'all', groupsToKeep: [] };
  return (await findScope(graph, connection, null, signal)).scope;
}
