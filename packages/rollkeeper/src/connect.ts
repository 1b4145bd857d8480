import type { Subject } from './check/subject.ts';
import { userAttributes } from './directory/attribute.ts';
import { RollkeeperError } from './directory/error.ts';
import { tokenHint } from './entra/hint.ts';
import { tokenSource } from './entra/token.ts';
import type { Tokens } from './graph/authorise.ts';
import type { Selection } from './graph/decode.ts';
import type { Graph } from './graph/graph.ts';
import { openGraph } from './graph/open.ts';
import type { OnRequest } from './graph/trace.ts';
import type { Limits, Priority } from './graph/transport.ts';
import type { Logger } from './observe/logger.ts';
import type { Connection } from './run/parts.ts';
import type { Settings, TenantSettings, TokenCredential } from './settings/settings.ts';
import type { Store } from './store/store.ts';

export interface OpenOptions {
  /** Asks for tokens instead of the credential in the settings: any `@azure/identity` credential. */
  readonly credential?: TokenCredential;
  /** Instead of Node's own; Graph and the login host are reached through it. */
  readonly fetch?: typeof fetch;
  /** Ends everything that this object does. */
  readonly signal?: AbortSignal;
  /** Bounds of the requests to Graph; each has its default. */
  readonly limits?: Partial<Limits>;
  /** Called after every request to Graph and to the login host. */
  readonly onRequest?: OnRequest;
  /**
   * Bring the schema of the database up to date. false, for a role that may not: throw `database.outdated` where it is not.
   * Default true.
   */
  readonly migrate?: boolean;
  /** Where runs are told of, a pino or anything like it. Default: nowhere. */
  readonly logger?: Logger;
  /** The clock of runs, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** The concrete parts that belong to one tenant. */
export interface Connected {
  readonly settings: TenantSettings;
  readonly connection: Connection;
  readonly tokens: Tokens;
  /** Tells of every request to the login host, until what it returns is called. */
  readonly watchTokens: (watcher: OnRequest) => () => void;
  /** Each command has its own: its tally is that command's. `onRequest` is told beside that of the options. */
  readonly graph: (priority: Priority, onRequest?: OnRequest) => Graph;
}

export function connect(settings: TenantSettings, options: OpenOptions): Connected {
  const watchers = new Set<OnRequest>();
  const tokens = tokenSource(settings, {
    ...options,
    onRequest: (event) => {
      options.onRequest?.(event);
      for (const watcher of watchers) watcher(event);
    },
  });
  return {
    settings,
    connection: connectionOf(settings),
    tokens,
    watchTokens: (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    graph: (priority, more = () => {}) => {
      const onRequest: OnRequest = (event) => {
        options.onRequest?.(event);
        more(event);
      };
      return openGraph({ graphUrl: settings.graphUrl, tokens, ...options, priority, onRequest });
    },
  };
}

/** The tenant of the settings, or the one that consented to the application. Throws `settings.invalid`: neither. */
export async function tenantOf(settings: Settings, store: () => Promise<Store>): Promise<string> {
  if (settings.tenant !== null) return settings.tenant;
  const consent =
    settings.applicationId === null
      ? null
      : await (await store()).consentOf(settings.applicationId);
  if (consent !== null) return consent.tenantId;
  throw new RollkeeperError(
    'settings.invalid',
    'No tenant is known: MSGRAPH_TENANT_ID is not set, and no administrator has consented here.',
    {
      remedy:
        'Set MSGRAPH_TENANT_ID to the tenant id or to a verified domain of the tenant; or have an administrator consent, with rollkeeper consent or on the consent page.',
      facts: { variables: ['MSGRAPH_TENANT_ID'] },
    },
  );
}

/** What `diagnose` looks at. */
export function subjectOf(
  { settings, connection, tokens, graph }: Connected,
  options: OpenOptions,
  openStore: () => Promise<Store>,
): Subject {
  return {
    settings,
    connection,
    graph: graph('Normal'),
    token: async (signal) => await tokens.token(signal),
    rolesOf: (token) => tokenHint(token)?.roles ?? null,
    openStore,
    fetch: options.fetch ?? fetch,
    now: Date.now,
    signal: options.signal ?? new AbortController().signal,
  };
}

function connectionOf(settings: TenantSettings): Connection {
  const { tenant, scope, membership, groupsToKeep, disabledUsers, deletionThreshold } = settings;
  return {
    tenant,
    scope,
    membership,
    groupsToKeep,
    policy: { disabledUsers },
    selection: selectionOf(settings),
    threshold: deletionThreshold,
    staleAfterMs: settings.staleAfterMs,
  };
}

function selectionOf(settings: Settings): Selection {
  const without = new Set(settings.withoutAttributes.map((name) => name.toLowerCase()));
  return {
    attributes: userAttributes.filter(({ name }) => !without.has(name.toLowerCase())),
    extra: settings.extraAttributes,
  };
}
