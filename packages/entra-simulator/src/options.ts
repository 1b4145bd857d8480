import type { JWK } from 'jose';
import type { Told } from './exchange.ts';

/**
 * What Graph's documentation leaves open, or what services have been seen to do differently.
 * Every switch can be turned while the simulator serves.
 */
export interface Behaviour {
  /** A `$top` above the maximum: cut to it, ignored (the default page size), or 400. Default `clamp`. */
  topTooLarge: 'clamp' | 'ignore' | 'error';
  /** The largest page of a list, and the default one when it is below 100. Default 999. */
  maxPageSize: number;
  /** The size of a delta page. Default 200. */
  deltaPageSize: number;
  /** How many members one entry of a group's `members@delta` holds before the group repeats. Default 1000. */
  memberSlice: number;
  /** An empty page with a next link now and then. Default false. */
  emptyPages: boolean;
  /** `$expand=manager` on the list: answered, 400, or silently without effect. Default `ok`. */
  expandManager: 'ok' | 'refused' | 'silent';
  /** `$expand=manager($select=…)` on the list. Default `ok`. */
  expandManagerSelect: 'ok' | 'refused' | 'silent';
  /** `$filter=id in (…)`. Default `ok`. */
  idIn: 'ok' | 'refused';
  /** Whether an OData cast of members needs the advanced query. Default false. */
  castNeedsAdvanced: boolean;
  /** Members of a hidden-membership group without Member.Read.Hidden. Default `forbidden`. */
  hiddenMembership: 'forbidden' | 'empty' | 'nulls';
  /** `startsWith(userPrincipalName,…)` without the advanced query. Default `ok`. */
  startsWithUpn: 'ok' | 'refused';
  /** `startsWith(…) or startsWith(…)` without the advanced query. Default `ok`. */
  orOfStartsWith: 'ok' | 'refused';
  /** So many of the latest users are not in any count yet: the index behind counts lags. Default 0. */
  countLag: number;
  /** `userPrincipalName ge …` without the advanced query. Default `refused`. */
  geUpn: 'ok' | 'refused';
  /** `$deltatoken=latest`; `ignores-select` gives a link that tracks the default properties. Default `ok`. */
  deltaTokenLatest: 'ok' | 'refused' | 'ignores-select';
  /** The reason given for a link that went while both ends stay. Default `deleted`. */
  removedLinkReason: 'deleted' | 'changed';
  /** A replaced manager in `manager@delta`: the old one as removed and the new one, or the new one only. Default `both`. */
  replacedManager: 'both' | 'new-only';
  /** Soft-deleted users shown as `@removed` in the first delta round. Default true. */
  removedInFirstRound: boolean;
  /** How a delta token older than seven days is refused. Default `410-syncStateNotFound`. */
  expiredDelta:
    | '410'
    | '410-syncStateNotFound'
    | '400-syncStateNotFound'
    | '410-location'
    | '400-badRequest';
  /** The spelling of the inner error. Default `innerError`. */
  errorCase: 'innerError' | 'innererror';
  /** What may not be read comes as nulls with 200; otherwise 403. Default true. */
  nullsWithoutPermission: boolean;
  /** A user without manager under `$expand=manager`: property absent, or null. Default `omitted`. */
  absentManager: 'omitted' | 'null';
  /** Service principals in `/groups/{id}/members`, which v1.0 does not list. Default `omitted`. */
  servicePrincipalMembers: 'omitted' | 'listed';
  /** Responses of a batch in another order than the requests. Default true. */
  shuffleBatch: boolean;
  /** How header names are spelt in batch responses. Default `canonical`. */
  headerCase: 'canonical' | 'lower' | 'upper';
  /** Objects repeated within a delta round. Default false. */
  deltaRepeats: boolean;
  /** The objects of a delta round, the slices of an object's links and the links themselves, in any order. Default `as-made`. */
  deltaOrder: 'as-made' | 'any';
  /** So many of the latest changes are told by a later delta round only. Default 0. */
  deltaBehind: number;
  /** So many of the latest changes are not in any list yet, `$expand` and the members of groups included. Default 0. */
  listsBehind: number;
  /** So many of the latest changes are not seen yet where an object, or what hangs on it, is asked for by id. Default 0. */
  objectsBehind: number;
  /** The form of Retry-After on a 429 that brings none of its own. Default `seconds`. */
  retryAfter: 'seconds' | 'fraction' | 'date' | 'none';
  /**
   * The resource units that the application may use in ten seconds: no limit, what is documented for a tenant of this
   * size (3,500, 5,000 or 8,000), or a number. Requests with `x-ms-throttle-priority: Low` are refused from 90 % on.
   * Default `none`.
   */
  quota: 'none' | 'by-tenant-size' | number;
  /** How long a next link is accepted, in seconds. Default Infinity. */
  pageTokenSeconds: number;
}

/** The behaviour unless told otherwise: what the documentation says, else the wide practice. */
export const defaultBehaviour: Readonly<Behaviour> = {
  topTooLarge: 'clamp',
  maxPageSize: 999,
  deltaPageSize: 200,
  memberSlice: 1000,
  emptyPages: false,
  expandManager: 'ok',
  expandManagerSelect: 'ok',
  idIn: 'ok',
  castNeedsAdvanced: false,
  hiddenMembership: 'forbidden',
  startsWithUpn: 'ok',
  orOfStartsWith: 'ok',
  countLag: 0,
  geUpn: 'refused',
  deltaTokenLatest: 'ok',
  removedLinkReason: 'deleted',
  replacedManager: 'both',
  removedInFirstRound: true,
  expiredDelta: '410-syncStateNotFound',
  errorCase: 'innerError',
  nullsWithoutPermission: true,
  absentManager: 'omitted',
  servicePrincipalMembers: 'omitted',
  shuffleBatch: true,
  headerCase: 'canonical',
  deltaRepeats: false,
  deltaOrder: 'as-made',
  deltaBehind: 0,
  listsBehind: 0,
  objectsBehind: 0,
  retryAfter: 'seconds',
  quota: 'none',
  pageTokenSeconds: Infinity,
};

/** An identity of another issuer that may stand in for the application's secret. */
export interface FederatedCredential {
  issuer: string;
  subject: string;
  /** Default `api://AzureADTokenExchange`. */
  audience?: string;
  /** The issuer's public key; one of the two is needed. */
  jwk?: JWK;
  publicKeyPem?: string;
}

/** How the registered application proves itself. */
export interface Credentials {
  /** Default: a GUID derived from the seed. */
  clientId?: string;
  /** Default: a secret derived from the seed. */
  clientSecret?: string;
  /** The secret has run out: AADSTS7000222. Default false. */
  secretExpired?: boolean;
  /** The application is disabled: AADSTS7000112. Default false. */
  disabled?: boolean;
  /** The registered certificate, PEM. Default none. */
  certificatePem?: string;
  federated?: FederatedCredential;
}

/** How to set up a simulated tenant; every option has a default. */
export interface SimulatorOptions {
  /** What the tenant is generated from: the same seed gives the same tenant. Default 1. */
  seed?: number;
  /** Users in the tenant. Default 1000. */
  users?: number;
  /** The name of the group to synchronise. Default `kbuk`. */
  groupName?: string;
  /** Users in that group, directly or by nested groups. Default 80 % of `users`. */
  members?: number;
  /** The group holds groups (with a cycle), devices, service principals and contacts too. Default true. */
  nested?: boolean;
  /** The odd cases, listed in `Tenant.oddities`; they need about 50 members. Default true. */
  odd?: boolean;
  /** Charged per request, and a tenth of it more per request inside a batch, in milliseconds. Default 0. */
  latencyMs?: number;
  /**
   * Requests wait for each other: those that arrive while none is answered are answered together, once no further one
   * arrives. `requests.rounds` then tells how many round trips went one after another. Default false.
   */
  inRounds?: boolean;
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** HTTPS with a certificate made at the start, which the simulator gives back. Default false. */
  tls?: boolean;
  /** Told of every answer, those inside a batch too, as it was before any fault. Default: nobody is. */
  onAnswer?: (told: Told) => void;
  behaviour?: Partial<Behaviour>;
  credentials?: Credentials;
  /** Granted application permissions. Default `User.Read.All` and `GroupMember.Read.All`. */
  permissions?: readonly string[];
  /** Whether an administrator consented, so that a service principal stands in the tenant. Default true. */
  consented?: boolean;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  now?: () => number;
  /** How long a token is good, in seconds. Default 3599. */
  tokenSeconds?: number;
  /** How many requests the log keeps; `count` goes on. Default 10,000. */
  keepRequests?: number;
}
