import type { WorkerStart } from './messages.ts';
import type { Search } from '../search.ts';
import type { Store } from '../store.ts';
import {
  closeSession,
  closeSessions,
  consentOf,
  issueTicket,
  keepConsent,
  openSession,
  redeemTicket,
  session,
} from './access.ts';
import { apply } from './apply/apply.ts';
import { become, claim, enter, renew } from './claims.ts';
import { Connection } from './connection.ts';
import { knownOf, membersOf, nestings, reportsOf } from './known-of.ts';
import { knownGroups, knownMemberships, knownPeople } from './known.ts';
import { draw } from './draw.ts';
import { erasures, forget, purge } from './erasing.ts';
import { finish } from './finish.ts';
import { cancel, reject } from './held/decisions.ts';
import { hold } from './held/hold.ts';
import { held } from './held/listing.ts';
import type { Owner } from '../owner.ts';
import { changes, groups } from './listings.ts';
import { migrate, requireSchema } from './migrate.ts';
import { tell, tellFirst, told } from './notices.ts';
import { Pairs } from './pairs.ts';
import { pause, paused, resume } from './pauses.ts';
import { people, person, users } from './people.ts';
import { planned, planSummary } from './plan.ts';
import { plannedSubjects } from './planned-subjects.ts';
import { lastApplied, run, runs } from './runs.ts';
import { createStaging } from './staged.ts';
import { changesOf } from './search/changes.ts';
import { freshen, freshness } from './search/freshen.ts';
import { group, groupsAround, groupsOf, searchGroups } from './search/groups.ts';
import { managers, reports, tops } from './search/lines.ts';
import { departments, searchPeople } from './search/people.ts';
import { failedRuns, plannedCounts, plannedOf, waitingOf } from './search/runs.ts';
import { stage, unstage } from './staging.ts';
import { nameTenant, remembered, tenantNamed, tenants } from './tenants.ts';
import { totals } from './totals.ts';

type Asked = Store & Search;
type Asynchronous = Exclude<keyof Asked, 'location' | 'close'>;

/** A store as a worker has it: the same calls, answered at once. */
export type SynchronousStore = {
  readonly [Name in Asynchronous]: (
    ...args: Parameters<Asked[Name]>
  ) => Awaited<ReturnType<Asked[Name]>>;
} & {
  readonly freshness: (tenantId: string) => ReturnType<typeof freshness>;
  readonly freshen: (tenantId: string) => boolean;
  readonly close: () => void;
};

export type Method = Exclude<keyof SynchronousStore, 'close'>;

/**
 * Opens a file, brings its schema up to date where it may, and gives every call its implementation.
 */
export function openSynchronously(
  path: string,
  owner: Owner,
  how: Pick<WorkerStart, 'cache' | 'migrate'>,
): SynchronousStore {
  const connection = new Connection(path, how.cache);
  try {
    if (how.migrate) migrate(connection);
    else requireSchema(connection);
    createStaging(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  const pairs = new Pairs(connection);
  return {
    tenantNamed: (name) => tenantNamed(connection, name),
    nameTenant: (name, tenantId) => nameTenant(connection, name, tenantId),
    tenants: () => tenants(connection),
    ready: () => void tenants(connection),
    remembered: (tenantId) => remembered(connection, tenantId),
    claim: (tenantId, options) => claim(connection, owner, tenantId, options),
    renew: (mine, leaseSeconds) => renew(connection, mine, leaseSeconds),
    enter: (mine, status) => enter(connection, mine, status),
    become: (mine, kind) => become(connection, mine, kind),
    knownPeople: (tenantId, page) => knownPeople(connection, tenantId, page),
    knownMemberships: (tenantId, page) => knownMemberships(connection, tenantId, page),
    knownGroups: (tenantId) => knownGroups(connection, tenantId),
    knownOf: (tenantId, ids) => knownOf(connection, tenantId, ids),
    membersOf: (tenantId, groupId, page) => membersOf(connection, tenantId, groupId, page),
    nestings: (tenantId) => nestings(connection, tenantId),
    reportsOf: (tenantId, ids) => reportsOf(connection, tenantId, ids),
    stage: (mine, statements) => stage(connection, mine, statements),
    unstage: (mine) => unstage(connection, mine),
    draw: (mine, policy, from) => draw(connection, pairs, mine, policy, from),
    planSummary: (mine) => planSummary(connection, mine),
    plannedSubjects: (mine, page) => plannedSubjects(connection, mine, page),
    hold: (mine, holding) => hold(connection, mine, holding),
    totals: (tenantId, since) => totals(connection, tenantId, since),
    apply: (mine, options) => apply(connection, mine, options),
    finish: (mine, end) => finish(connection, mine, end),
    held: (tenantId, runId, page) => held(connection, tenantId, runId, page),
    reject: (tenantId, runId, decider) => reject(connection, owner, tenantId, runId, decider),
    cancel: (tenantId, runId, decider) => cancel(connection, tenantId, runId, decider),
    pause: (tenantId, what) => pause(connection, tenantId, what),
    resume: (tenantId) => resume(connection, tenantId),
    paused: (tenantId) => paused(connection, tenantId),
    told: (tenantId) => told(connection, tenantId),
    tell: (tenantId, condition, what) => tell(connection, tenantId, condition, what),
    tellFirst: (tenantId, condition, what) => tellFirst(connection, tenantId, condition, what),
    lastApplied: (tenantId) => lastApplied(connection, tenantId),
    runs: (tenantId, page) => runs(connection, tenantId, page),
    run: (tenantId, runId) => run(connection, tenantId, runId),
    planned: (tenantId, runId, page) => planned(connection, tenantId, runId, page),
    users: (tenantId, page) => users(connection, tenantId, page),
    people: (tenantId, page) => people(connection, tenantId, page),
    person: (tenantId, objectId) => person(connection, tenantId, objectId),
    groups: (tenantId, page) => groups(connection, tenantId, page),
    changes: (tenantId, page) => changes(connection, tenantId, page),
    purge: (tenantId, options) => purge(connection, owner, tenantId, options),
    forget: (tenantId, id, done) => forget(connection, owner, tenantId, id, done),
    erasures: (tenantId, page) => erasures(connection, tenantId, page),
    openSession: (opened) => openSession(connection, opened),
    session: (idHash, seen) => session(connection, idHash, seen),
    closeSession: (idHash) => closeSession(connection, idHash),
    closeSessions: (subject) => closeSessions(connection, subject),
    issueTicket: (ticket, at) => issueTicket(connection, ticket, at),
    redeemTicket: (ticket, at) => redeemTicket(connection, ticket, at),
    consentOf: (applicationId) => consentOf(connection, applicationId),
    keepConsent: (applicationId, consent) => keepConsent(connection, applicationId, consent),
    searchPeople: (tenantId, query, page) => searchPeople(connection, tenantId, query, page),
    departments: (tenantId) => departments(connection, tenantId),
    managers: (tenantId, id) => managers(connection, tenantId, id),
    reports: (tenantId, id, page) => reports(connection, tenantId, id, page),
    tops: (tenantId, limit) => tops(connection, tenantId, limit),
    searchGroups: (tenantId, words, page) => searchGroups(connection, tenantId, words, page),
    group: (tenantId, id) => group(connection, tenantId, id),
    groupsAround: (tenantId, id) => groupsAround(connection, tenantId, id),
    groupsOf: (tenantId, id) => groupsOf(connection, tenantId, id),
    changesOf: (tenantId, id, page) => changesOf(connection, tenantId, id, page),
    plannedCounts: (tenantId, runId) => plannedCounts(connection, tenantId, runId),
    plannedOf: (tenantId, runId, kinds, page) =>
      plannedOf(connection, tenantId, runId, kinds, page),
    waitingOf: (tenantId, runId) => waitingOf(connection, tenantId, runId),
    failedRuns: (tenantId, limit) => failedRuns(connection, tenantId, limit),
    freshness: (tenantId) => freshness(connection, tenantId),
    freshen: (tenantId) => freshen(connection, tenantId),
    close: () => connection.close(),
  };
}
