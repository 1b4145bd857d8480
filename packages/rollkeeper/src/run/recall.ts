import { Known } from '../read/known.ts';
import type { Store } from '../store/store.ts';

const pageSize = 10_000;

/**
 * What our rows say, in the compact form that a full read carries.
 * `afresh`: every person is decided again, even those whose statement is the one that their row was made from.
 */
export async function recall(store: Store, tenantId: string, afresh: boolean): Promise<Known> {
  const known = new Known();
  for (let after: string | null = null; ;) {
    const page = await store.knownPeople(tenantId, { after, limit: pageSize });
    for (const [at, id] of page.ids.entries()) {
      known.addPerson(
        id,
        afresh ? Number.NaN : (page.fingerprints[at] ?? Number.NaN),
        page.deleted[at] ?? 0,
      );
    }
    after = page.ids.at(-1) ?? null;
    if (after === null) break;
  }
  for (const id of await store.knownGroups(tenantId)) known.addGroup(id);
  for (let after: readonly [string, string] | null = null; ;) {
    const page = await store.knownMemberships(tenantId, { after, limit: pageSize });
    for (const [at, groupId] of page.groupIds.entries()) {
      const [isGroup, held] = [page.groups[at] === 1, page.held[at] === 1];
      known.addMembership(groupId, page.memberIds[at] ?? '', isGroup, held);
    }
    const group = page.groupIds.at(-1);
    const member = page.memberIds.at(-1);
    if (group === undefined || member === undefined) return known;
    after = [group, member];
  }
}
