import { stat } from 'node:fs/promises';

import { RollkeeperError } from '../../directory/error.ts';
import type { Search } from '../search.ts';
import type { Store } from '../store.ts';
import { Freshener } from '../freshener.ts';
import { pathOf } from './location.ts';
import type { Method, SynchronousStore } from './synchronous.ts';
import { Thread } from './thread.ts';

/**
 * Opens a store in an SQLite file: `sqlite:path`, `file:path`, a bare path, or `sqlite::memory:`. A file that is not
 * there is created, readable by its owner alone; its schema is brought up to date, or with `migrate: false` only looked at.
 *
 * A run's calls have one thread, and what is read for people to see another, which is started when it is first needed: no
 * page waits for a run.
 */
export async function openSqlite(
  location: string,
  options: { readonly migrate?: boolean } = {},
): Promise<Store & Search> {
  const path = pathOf(location);
  const writing = new Thread(path, options);
  await writing.opened;
  const opened = await identityOf(path);
  // What pages look for lies all over the file.
  const reader = lazily(() => (path === ':memory:' ? writing : new Thread(path, { cache: 64 })));
  const freshener = new Freshener({
    freshness: async (tenantId) => await reader.get().ask('freshness', [tenantId]),
    work: async (tenantId, goOn) => {
      // In memory no other thread sees the rows. In a file the work has one for as long as there is something to do.
      const thread = path === ':memory:' ? writing : new Thread(path);
      try {
        while (goOn() && (await thread.ask('freshen', [tenantId])));
      } finally {
        if (thread !== writing) await thread.close();
      }
    },
  });
  const call =
    <Name extends Method>(method: Name) =>
    async (...args: Parameters<SynchronousStore[Name]>): Promise<Answer<Name>> =>
      await writing.ask(method, args);
  const read =
    <Name extends Method>(method: Name) =>
    async (...args: Parameters<SynchronousStore[Name]>): Promise<Answer<Name>> =>
      await reader.get().ask(method, args);
  /** Reads what is kept for searching, once it is up to date. */
  const look =
    <Name extends keyof Search>(method: Name) =>
    async (...args: Parameters<SynchronousStore[Name]>): Promise<Answer<Name>> => {
      await freshener.freshen(args[0]);
      return await reader.get().ask(method, args);
    };
  return {
    location: path,
    tenantNamed: call('tenantNamed'),
    nameTenant: call('nameTenant'),
    tenants: read('tenants'),
    ready: async () => {
      if ((await identityOf(path)) !== opened) throw fileGone(path);
      await reader.get().ask('ready', []);
    },
    remembered: call('remembered'),
    claim: call('claim'),
    renew: call('renew'),
    enter: call('enter'),
    become: call('become'),
    knownPeople: call('knownPeople'),
    knownMemberships: call('knownMemberships'),
    knownGroups: call('knownGroups'),
    knownOf: call('knownOf'),
    membersOf: call('membersOf'),
    nestings: call('nestings'),
    reportsOf: call('reportsOf'),
    stage: call('stage'),
    unstage: call('unstage'),
    draw: call('draw'),
    planSummary: call('planSummary'),
    hold: call('hold'),
    plannedSubjects: call('plannedSubjects'),
    totals: call('totals'),
    apply: call('apply'),
    finish: call('finish'),
    held: read('held'),
    reject: call('reject'),
    cancel: call('cancel'),
    pause: call('pause'),
    resume: call('resume'),
    paused: call('paused'),
    told: call('told'),
    tell: call('tell'),
    tellFirst: call('tellFirst'),
    lastApplied: call('lastApplied'),
    runs: read('runs'),
    run: read('run'),
    planned: read('planned'),
    users: read('users'),
    people: read('people'),
    person: read('person'),
    groups: read('groups'),
    changes: read('changes'),
    purge: call('purge'),
    forget: call('forget'),
    openSession: call('openSession'),
    session: read('session'),
    closeSession: call('closeSession'),
    closeSessions: call('closeSessions'),
    issueTicket: call('issueTicket'),
    redeemTicket: call('redeemTicket'),
    consentOf: read('consentOf'),
    keepConsent: call('keepConsent'),
    erasures: read('erasures'),
    freshen: async (tenantId) => await freshener.freshen(tenantId),
    searchPeople: look('searchPeople'),
    departments: look('departments'),
    managers: read('managers'),
    reports: look('reports'),
    tops: look('tops'),
    searchGroups: look('searchGroups'),
    group: look('group'),
    groupsAround: look('groupsAround'),
    groupsOf: look('groupsOf'),
    changesOf: look('changesOf'),
    plannedCounts: read('plannedCounts'),
    plannedOf: read('plannedOf'),
    waitingOf: read('waitingOf'),
    failedRuns: read('failedRuns'),
    close: async () => {
      await freshener.close();
      await reader.existing()?.close();
      await writing.close();
    },
  };
}

/** What tells a file from another in its place: who has it open would go on with one that nobody sees. null: there is none. */
async function identityOf(path: string): Promise<string | null> {
  if (path === ':memory:') return path;
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return null;
  }
}

const fileGone = (path: string): RollkeeperError =>
  new RollkeeperError('database.missing', `${path} is not the file any more that was opened.`, {
    remedy: 'Bring it back, or start the process again: what it writes now is lost.',
  });

type Answer<Name extends Method> = ReturnType<SynchronousStore[Name]>;

function lazily<Value>(make: () => Value): { get(): Value; existing(): Value | undefined } {
  let value: Value | undefined;
  return { get: () => (value ??= make()), existing: () => value };
}
