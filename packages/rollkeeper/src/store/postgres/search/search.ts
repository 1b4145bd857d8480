import { Freshener } from '../../freshener.ts';
import type { Search } from '../../search.ts';
import type { Database } from '../connection.ts';
import { changesOf } from './changes.ts';
import { freshen, freshness } from './freshen.ts';
import { group, groupsAround, groupsOf, searchGroups } from './groups.ts';
import { managers, reports, tops } from './lines.ts';
import { departments, searchPeople } from './people.ts';
import { failedRuns, plannedCounts, plannedOf, waitingOf } from './runs.ts';

const filled = ['rollkeeper_users', 'rollkeeper_search_people', 'rollkeeper_search_changes'];

/** What the pages ask, on connections of the pool. `close` waits for the step that is under way. */
export function searchOn(database: Database): {
  readonly search: Search;
  readonly close: () => Promise<void>;
} {
  const freshener = new Freshener({
    freshness: async (tenantId) => await freshness(database, tenantId),
    work: async (tenantId, goOn) => {
      const all = (await freshness(database, tenantId)) === 'absent';
      while (goOn() && (await freshen(database, tenantId)));
      // Until autovacuum comes by, the planner would take tables that were just filled for small ones.
      if (all && goOn()) await database.vacuum(filled);
    },
  });
  /** Reads what is kept for searching, once it is up to date. */
  const look =
    <Args extends readonly unknown[], Answer>(
      read: (session: Database, tenantId: string, ...args: Args) => Promise<Answer>,
    ) =>
    async (tenantId: string, ...args: Args): Promise<Answer> => {
      await freshener.freshen(tenantId);
      return await read(database, tenantId, ...args);
    };
  const search: Search = {
    freshen: async (tenantId) => await freshener.freshen(tenantId),
    searchPeople: look(searchPeople),
    departments: look(departments),
    managers: async (tenantId, objectId) => await managers(database, tenantId, objectId),
    reports: look(reports),
    tops: look(tops),
    searchGroups: look(searchGroups),
    group: look(group),
    groupsAround: look(groupsAround),
    groupsOf: look(groupsOf),
    changesOf: look(changesOf),
    plannedCounts: async (tenantId, runId) => await plannedCounts(database, tenantId, runId),
    plannedOf: async (tenantId, runId, kinds, page) =>
      await plannedOf(database, tenantId, runId, kinds, page),
    waitingOf: async (tenantId, runId) => await waitingOf(database, tenantId, runId),
    failedRuns: async (tenantId, limit) => await failedRuns(database, tenantId, limit),
  };
  return { search, close: async () => await freshener.close() };
}
