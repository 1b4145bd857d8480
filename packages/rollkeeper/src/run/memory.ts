import type { Memory } from '../read/memory.ts';
import type { Store } from '../store/store.ts';

const pageSize = 1_000;

/** What the store's rows of a tenant say, for a delta read to ask. */
export function memoryOf(store: Store, tenantId: string): Memory {
  return {
    knownOf: async (ids) => await store.knownOf(tenantId, ids),
    nestings: async () => await store.nestings(tenantId),
    reportsOf: async (ids) => await store.reportsOf(tenantId, ids),
    async *membersOf(groupId) {
      for (let after: string | null = null; ;) {
        const page = await store.membersOf(tenantId, groupId, { after, limit: pageSize });
        if (page.length === 0) return;
        yield page;
        after = page.at(-1)?.memberId ?? null;
      }
    },
    groups: async () => {
      const groups = [];
      for (let after: string | null = null; ;) {
        const page = await store.groups(tenantId, { after, limit: pageSize });
        groups.push(...page);
        after = page.at(-1)?.id ?? null;
        if (after === null) return groups;
      }
    },
  };
}
