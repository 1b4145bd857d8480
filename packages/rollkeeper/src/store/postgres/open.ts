import { performance } from 'node:perf_hooks';

import { thisProcess } from '../owner.ts';
import type { Search } from '../search.ts';
import type { Store } from '../store.ts';
import * as access from './access.ts';
import { apply } from './apply/apply.ts';
import { become, claim, enter, renew } from './claims.ts';
import { Database } from './connection.ts';
import { draw } from './draw.ts';
import { erasures, forget, purge } from './erasing.ts';
import { finish } from './finish.ts';
import { cancel, reject } from './held/decisions.ts';
import { hold } from './held/hold.ts';
import { held } from './held/listing.ts';
import { knownOf, membersOf, nestings, reportsOf } from './known-of.ts';
import { knownGroups, knownMemberships, knownPeople } from './known.ts';
import { changes, groups } from './listings.ts';
import { readLocation } from './location.ts';
import { migrate, requireSchema } from './migrate.ts';
import { tell, tellFirst, told } from './notices.ts';
import { Pairs } from './pairs.ts';
import { pause, paused, resume } from './pauses.ts';
import { people, person, users } from './people.ts';
import { planned, planSummary } from './plan.ts';
import { plannedSubjects } from './planned-subjects.ts';
import { lastApplied, run, runs } from './runs.ts';
import { searchOn } from './search/search.ts';
import { Staged } from './staged.ts';
import { stage, unstage } from './staging.ts';
import { nameTenant, remembered, tenantNamed, tenants } from './tenants.ts';
import { totals } from './totals.ts';

export interface PostgresOptions {
  /** Where everything is kept. Default `rollkeeper`. */
  readonly schema?: string;
  /** Bring the schema up to date. false: throw `database.outdated` where it is not. Default true. */
  readonly migrate?: boolean;
}

/**
 * Opens a store in a PostgreSQL database: `postgres://…` or `postgresql://…`. Its connections are of a pool of its own, and
 * are made when they are needed; idle ones do not keep the process alive.
 */
export async function openPostgres(
  url: string,
  options: PostgresOptions = {},
): Promise<Store & Search> {
  const database = await connect(url, options);
  try {
    await (options.migrate === false ? requireSchema(database) : migrate(database));
  } catch (error) {
    await database.close();
    throw error;
  }
  return storeOn(database);
}

/** A pool that has reached the server. With `sslmode=prefer` it goes without TLS where the server has none. */
export async function connect(url: string, { schema }: PostgresOptions): Promise<Database> {
  const location = readLocation(url);
  const database = new Database(location, schema ?? 'rollkeeper');
  try {
    await database.get('SELECT 1');
    return database;
  } catch (error) {
    await database.close();
    if (location.tls !== 'prefer' || !hasNoTls(error)) throw error;
  }
  const client = { ...location.client, ssl: false };
  return new Database({ ...location, client, tls: 'disable' }, database.schema);
}

const hasNoTls = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  error.cause.message.includes('does not support SSL');

function storeOn(database: Database): Store & Search {
  const owner = thisProcess(Math.floor(performance.timeOrigin));
  const staged = new Staged();
  const pairs = new Pairs(database, staged);
  const { search, close: stopSearching } = searchOn(database);
  return {
    ...search,
    location: database.location.text,
    tenantNamed: async (name) => await tenantNamed(database, name),
    nameTenant: async (name, tenantId) => await nameTenant(database, name, tenantId),
    tenants: async () => await tenants(database),
    ready: async () => void (await database.all('SELECT 1')),
    remembered: async (tenantId) => await remembered(database, tenantId),
    claim: async (tenantId, options) => await claim(database, owner, tenantId, options),
    renew: async (mine, leaseSeconds) => await renew(database, mine, leaseSeconds),
    enter: async (mine, status) => await enter(database, mine, status),
    become: async (mine, kind) => await become(database, mine, kind),
    knownPeople: async (tenantId, page) => await knownPeople(database, tenantId, page),
    knownMemberships: async (tenantId, page) => await knownMemberships(database, tenantId, page),
    knownGroups: async (tenantId) => await knownGroups(database, tenantId),
    knownOf: async (tenantId, ids) => await knownOf(database, tenantId, ids),
    membersOf: async (tenantId, groupId, page) =>
      await membersOf(database, tenantId, groupId, page),
    nestings: async (tenantId) => await nestings(database, tenantId),
    reportsOf: async (tenantId, ids) => await reportsOf(database, tenantId, ids),
    stage: async (mine, statements) => await stage(database, staged, mine, statements),
    unstage: async (mine) => await unstage(database, staged, mine),
    draw: async (mine, policy, from) => await draw(database, pairs, mine, policy, from),
    planSummary: async (mine) => await planSummary(database, mine),
    plannedSubjects: async (mine, page) => await plannedSubjects(database, mine, page),
    hold: async (mine, holding) => await hold(database, mine, holding),
    totals: async (tenantId, since) => await totals(database, tenantId, since),
    apply: async (mine, options) => await apply(database, mine, options),
    finish: async (mine, end) => {
      staged.forget(mine);
      await finish(database, mine, end);
    },
    held: async (tenantId, runId, page) => await held(database, tenantId, runId, page),
    reject: async (tenantId, runId, decider) =>
      await reject(database, owner, tenantId, runId, decider),
    cancel: async (tenantId, runId, decider) => await cancel(database, tenantId, runId, decider),
    pause: async (tenantId, what) => await pause(database, tenantId, what),
    resume: async (tenantId) => await resume(database, tenantId),
    paused: async (tenantId) => await paused(database, tenantId),
    told: async (tenantId) => await told(database, tenantId),
    tell: async (tenantId, condition, what) => await tell(database, tenantId, condition, what),
    tellFirst: async (tenantId, condition, what) =>
      await tellFirst(database, tenantId, condition, what),
    lastApplied: async (tenantId) => await lastApplied(database, tenantId),
    runs: async (tenantId, page) => await runs(database, tenantId, page),
    run: async (tenantId, runId) => await run(database, tenantId, runId),
    planned: async (tenantId, runId, page) => await planned(database, tenantId, runId, page),
    users: async (tenantId, page) => await users(database, tenantId, page),
    people: async (tenantId, page) => await people(database, tenantId, page),
    person: async (tenantId, objectId) => await person(database, tenantId, objectId),
    groups: async (tenantId, page) => await groups(database, tenantId, page),
    changes: async (tenantId, page) => await changes(database, tenantId, page),
    purge: async (tenantId, options) => await purge(database, owner, tenantId, options),
    forget: async (tenantId, id, done) => await forget(database, owner, tenantId, id, done),
    erasures: async (tenantId, page) => await erasures(database, tenantId, page),
    openSession: async (opened) => await access.openSession(database, opened),
    session: async (idHash, seen) => await access.session(database, idHash, seen),
    closeSession: async (idHash) => await access.closeSession(database, idHash),
    closeSessions: async (subject) => await access.closeSessions(database, subject),
    issueTicket: async (ticket, at) => await access.issueTicket(database, ticket, at),
    redeemTicket: async (ticket, at) => await access.redeemTicket(database, ticket, at),
    consentOf: async (applicationId) => await access.consentOf(database, applicationId),
    keepConsent: async (applicationId, consent) =>
      await access.keepConsent(database, applicationId, consent),
    close: async () => {
      await stopSearching();
      await database.close();
    },
  };
}
