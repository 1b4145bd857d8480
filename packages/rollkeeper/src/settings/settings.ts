import type { DeletionThreshold } from '../decide/threshold.ts';
import type { clouds } from './clouds.ts';

/** Microsoft's national clouds. https://learn.microsoft.com/graph/deployments */
export type Cloud = keyof typeof clouds;

/** What an application can ask a token with; `getToken` is that of `@azure/identity`. */
export interface TokenCredential {
  getToken(
    scopes: string | string[],
    options?: { abortSignal?: AbortSignal },
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
}

export type Credential =
  | { readonly kind: 'secret'; readonly secret: string }
  /** File that holds nothing but the secret; read again at each renewal. */
  | { readonly kind: 'secret-file'; readonly file: string }
  /** PEM file with the certificate and its private key. */
  | { readonly kind: 'certificate'; readonly file: string }
  /** File with a JWT of another issuer; read again at each renewal. */
  | { readonly kind: 'federated'; readonly file: string }
  | { readonly kind: 'given'; readonly credential: TokenCredential };

export type Scope =
  | { readonly kind: 'group-name'; readonly name: string }
  | { readonly kind: 'group-id'; readonly id: string }
  | { readonly kind: 'all' };

/** From this level up, lines are logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** When runs begin. A pattern is read in the settings' time zone. */
export type Schedule =
  | { readonly kind: 'every'; readonly ms: number }
  | { readonly kind: 'cron'; readonly pattern: string };

/** Somebody who may sign in to the pages: by object id, by user name, or as a member of a group, at any depth. */
export type Administrator =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly userPrincipalName: string }
  | { readonly kind: 'group'; readonly id: string };

/** Settings together with the tenant that they are used for. */
export type TenantSettings = Settings & { readonly tenant: string };

/**
 * What was configured, all of it checked. Secrets are in `credential`, `database`, `taskToken` and
 * `notifyUrl` only.
 */
export interface Settings {
  /** Lower case. GUID or verified domain. null: not set; the tenant that consented is used. */
  readonly tenant: string | null;
  readonly applicationId: string | null;
  readonly credential: Credential;
  readonly scope: Scope;
  readonly membership: 'transitive' | 'direct';
  /** Names or ids, as given. */
  readonly groupsToKeep: readonly string[];
  readonly disabledUsers: 'keep' | 'remove';
  readonly extraAttributes: readonly string[];
  readonly withoutAttributes: readonly string[];
  readonly cloud: Cloud;
  /** Without a trailing slash and without `/v1.0`. */
  readonly graphUrl: string;
  readonly loginUrl: string;
  /** `sqlite:…`, `file:…`, `postgres://…`. */
  readonly database: string;
  /** In PostgreSQL; default `rollkeeper`. SQLite has none. */
  readonly databaseSchema: string;
  /** null: `off`. */
  readonly deletionThreshold: DeletionThreshold | null;
  /** Milliseconds after which a soft-deleted row is purged; null: `off`, the default. */
  readonly purgeAfterMs: number | null;
  /** Milliseconds after which a success is too old; null: `off`. Default 26 hours. */
  readonly staleAfterMs: number | null;
  /** Where notices are posted; null: nowhere. A secret. */
  readonly notifyUrl: string | null;
  /** The command line's log on standard error; null: none, the default. */
  readonly logLevel: LogLevel | null;
  /** IANA name; default `UTC`. */
  readonly timeZone: string;
  /** `ROLLKEEPER_URL`: where the web application is reached, without a path; null where not set. */
  readonly url: string | null;
  /** When runs begin by themselves, where something starts the schedule; null: `off`. */
  readonly schedule: Schedule | null;
  /** Who may sign in to the pages. */
  readonly administrators: readonly Administrator[];
  /** What a scheduler or a metrics collector must show; null: neither is let in. A secret. */
  readonly taskToken: string | null;
  /** When the client secret runs out, as somebody wrote it down: ISO 8601. null: nobody did. */
  readonly secretExpires: string | null;
}
