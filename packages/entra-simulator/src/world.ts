import type { Access } from './access.ts';
import type { Asked } from './exchange.ts';
import type { Query } from './odata/query.ts';
import type { PageTokens } from './odata/page-token.ts';
import type { Behaviour } from './options.ts';
import type { Tenant } from './tenant/tenant.ts';
import type { Application } from './token/application.ts';

/** What a route answers from. */
export interface World {
  /** The root of every link, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly tenant: Tenant;
  readonly behaviour: Behaviour;
  readonly application: Application;
  readonly pageTokens: PageTokens;
  readonly now: () => number;
}

/** One request to Graph, read. */
export interface Call extends World {
  readonly asked: Asked;
  /** The path below `/v1.0`, as it was written. */
  readonly path: string;
  readonly segments: readonly string[];
  readonly query: Query;
  readonly access: Access;
}
