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
import { claim, enter, finish, renew } from './claims.ts';
import { Connection } from './connection.ts';
import { knownGroups, knownMemberships, knownPeople } from './known.ts';
import { draw } from './draw.ts';
import { erasures, forget, purge } from './erasing.ts';
import type { Owner } from './lease.ts';
import { changes, groups } from './listings.ts';
import { migrate } from './migrate.ts';
import { Pairs } from './pairs.ts';
import { people, person, users } from './people.ts';
import { planned, planSummary } from './plan.ts';
import { run, runs } from './runs.ts';
import { createStaging } from './staged.ts';
import { stage } from './staging.ts';
import { nameTenant, remembered, tenantNamed, tenants } from './tenants.ts';
import { totals } from './totals.ts';

export type Method = Exclude<keyof Store, 'location' | 'close'>;

/** A store as the worker has it: the same calls, answered at once. */
export type SynchronousStore = {
  readonly [Name in Method]: (...args: Parameters<Store[Name]>) => Awaited<ReturnType<Store[Name]>>;
} & { close(): void };

/** Opens a file, brings its schema up to date, and gives every call its implementation. */
export function openSynchronously(path: string, owner: Owner): SynchronousStore {
  const connection = new Connection(path);
  try {
    migrate(connection);
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
    remembered: (tenantId) => remembered(connection, tenantId),
    claim: (tenantId, options) => claim(connection, owner, tenantId, options),
    renew: (held, leaseSeconds) => renew(connection, held, leaseSeconds),
    enter: (held, status) => enter(connection, held, status),
    knownPeople: (tenantId, page) => knownPeople(connection, tenantId, page),
    knownMemberships: (tenantId, page) => knownMemberships(connection, tenantId, page),
    knownGroups: (tenantId) => knownGroups(connection, tenantId),
    stage: (held, statements) => stage(connection, held, statements),
    draw: (held, policy, from) => draw(connection, pairs, held, policy, from),
    planSummary: (held) => planSummary(connection, held),
    totals: (tenantId, since) => totals(connection, tenantId, since),
    apply: (held, options) => apply(connection, held, options),
    finish: (held, end) => finish(connection, held, end),
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
    close: () => connection.close(),
  };
}
