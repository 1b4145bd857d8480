import type { Search } from '../store/search.ts';
import type { Store } from '../store/store.ts';
import type { Site } from './site.ts';

/** A tenant's rows, as the pages read them. */
export interface Rows {
  readonly tenantId: string;
  readonly store: Store & Search;
}

/** The rows of the tenant; null: no tenant is known yet, so that there are none. */
export async function rowsOf({ keeping }: Site): Promise<Rows | null> {
  const tenantId = await keeping.knownTenantId();
  return tenantId === null ? null : { tenantId, store: await keeping.store() };
}
