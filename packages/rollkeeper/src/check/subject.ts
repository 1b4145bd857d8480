import type { Graph } from '../graph/graph.ts';
import type { Connection } from '../run/parts.ts';
import type { TenantSettings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';

/** What is looked at; nothing of it is written to but the database's own schema. */
export interface Subject {
  readonly settings: TenantSettings;
  readonly connection: Connection;
  readonly graph: Graph;
  readonly token: (signal: AbortSignal) => Promise<string>;
  /** Roles that a token names; null where it cannot be told. A hint, never a proof. */
  readonly rolesOf: (token: string) => readonly string[] | null;
  readonly openStore: () => Promise<Store>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly signal: AbortSignal;
}
