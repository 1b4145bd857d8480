import type { Finding } from '../check/diagnose.ts';
import type { Progress } from '../run/parts.ts';
import type { RunResult } from '../run/report.ts';
import type { Settings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';
import type { Assets } from './assets.ts';
import type { Viewer } from './principal.ts';

/** What the pages are made from: everything that a route may touch. `open.ts` fills in the concrete parts. */
export interface Keeping {
  readonly settings: Settings;
  /** The database; opened at the first call. Failures are `database.*` errors. */
  store(): Promise<Store>;
  /** The tenant's GUID as far as it is known without asking Graph; null: no run and no consent yet. */
  knownTenantId(): Promise<string | null>;
  /** One run, as `Rollkeeper.sync`. */
  sync(options: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: Progress) => void;
  }): Promise<RunResult>;
  /** Goes through every precondition live. */
  check(signal: AbortSignal): AsyncIterable<Finding>;
}

/** One mounted web application. */
export interface Site {
  readonly keeping: Keeping;
  /** Where it is mounted, such as `/microsoft/graph`: begins with a slash, ends without one. */
  readonly prefix: string;
  /** The address of a page: `site.path('/people')`. Always use it; the prefix is the host's choice. */
  path(below: `/${string}`): string;
  readonly assets: Assets;
  /** Milliseconds since 1970; the one clock of the pages. */
  readonly now: () => number;
}

/** What a request carries through the routes: `context.get('viewer')`. */
export interface WebEnv {
  readonly Variables: { viewer: Viewer };
}
