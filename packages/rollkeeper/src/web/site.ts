import type { Finding } from '../check/finding.ts';
import type { Trial } from '../consent/establish.ts';
import type { ClientProof } from '../entra/client.ts';
import type { Conductor } from '../schedule/conductor.ts';
import type { Settings } from '../settings/settings.ts';
import type { Search } from '../store/search.ts';
import type { Store } from '../store/store.ts';
import type { Assets } from './assets.ts';
import type { Browser } from './browser.ts';
import type { Viewer } from './principal.ts';

/** How the application proves itself, and until when. */
export interface CredentialFacts {
  readonly kind: Settings['credential']['kind'];
  /** ISO 8601; null: not known. */
  readonly expiresAt: string | null;
}

/** An account in Entra. */
export interface AccountFacts {
  readonly userPrincipalName: string | null;
  /** Whether one can sign in with it. */
  readonly enabled: boolean;
}

/** What the pages are made from: everything that a route may touch. `keeping.ts` fills in the concrete parts. */
export interface Keeping {
  readonly settings: Settings;
  /**
   * The database, by a connection of the pages' own, so that a run's work does not hold them up; opened at the first
   * call. Failures are `database.*` errors.
   */
  readonly store: () => Promise<Store & Search>;
  /** The tenant's GUID as far as it is known without asking Graph; null: no run and no consent yet. */
  readonly knownTenantId: () => Promise<string | null>;
  /** The tenant's GUID. Asks Graph where the settings name a domain that no run has resolved. */
  readonly tenantId: (signal: AbortSignal) => Promise<string>;
  /** The runs of this process: begin one, see how it goes. */
  readonly conductor: Conductor;
  /** When the next run begins by itself; null: nothing was scheduled in this process. */
  readonly nextRun: () => Date | null;
  /** Goes through every precondition live. */
  readonly check: (signal: AbortSignal) => AsyncIterable<Finding>;
  /** Asks for a fresh token of this tenant and reads `/organization` with it. Throws what went wrong. */
  readonly tryTenant: (tenantId: string, signal: AbortSignal) => Promise<Trial>;
  /** Whether a user is in a group, at any depth, as Graph has it now. */
  readonly isMember: (groupId: string, userId: string, signal: AbortSignal) => Promise<boolean>;
  /** An account of the tenant, as Graph has it now; null: there is none of this id. */
  readonly account: (userId: string, signal: AbortSignal) => Promise<AccountFacts | null>;
  readonly credential: () => Promise<CredentialFacts>;
  /** How the application proves itself to a token endpoint; null: its credential gives tokens only. */
  readonly prove: (tokenUrl: string) => Promise<ClientProof | null>;
  /** Reaches the login host. */
  readonly fetch: typeof fetch;
}

/** One mounted web application. */
export interface Site {
  readonly keeping: Keeping;
  /** Where it is mounted, such as `/microsoft/graph`: begins with a slash, ends without one. */
  readonly prefix: string;
  /** The address of a page: `site.path('/people')`. Always use it; the prefix is the host's choice. */
  readonly path: (below: `/${string}`) => string;
  readonly assets: Assets;
  /** Milliseconds since 1970; the one clock of the pages. */
  readonly now: () => number;
  /** When the handler was made, by that clock: its parts are made at the first request only. */
  readonly startedAt: number;
}

/** What a host knows of a request beside the request itself. */
export interface Peer {
  /** The address at the other end; attempts to sign in are counted by it. Default: all are one. */
  readonly address?: string;
  /** Handed to `authorize`: the request, or the context, of the host's framework. */
  readonly host?: unknown;
}

/** What a request carries through the routes: `context.get('viewer')`. */
export interface WebEnv {
  readonly Bindings: Peer;
  readonly Variables: {
    viewer: Viewer;
    browser: Browser;
    /** Asks once more: for answers that take long. */
    isStillAdmitted: () => Promise<boolean>;
  };
}
