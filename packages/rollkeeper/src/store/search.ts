/**
 * What the pages ask of a database: people by words and filters, whom they report to, their groups, what happened to
 * them. Part of the interface of `store.ts`; the same rules hold.
 *
 * What answers is kept beside the rows, in tables of its own, so that a run does not pay for it: it is brought up to
 * date when somebody asks after a run. Rows themselves are always read as they are. A question never waits for a run
 * that is being applied; while what is kept for it is far behind (after a first run of many people) it is answered by
 * what there is.
 */
import type { RemovalKind } from '../decide/threshold.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { ChangeRow, GroupRow, PersonRow, PlannedRow, RunRow } from './store.ts';

/** `in_scope`: active and disabled. */
export type StatusFilter = PersonRow['status'] | 'in_scope';
export type PeopleSort = 'name' | 'department' | 'since';

export interface PeopleQuery {
  /**
   * Words in any order. Somebody is found when each begins a word of their display name, user name, mail, job title or
   * department; letter case and marks do not count. Empty: everyone.
   */
  readonly text: string;
  /** null: whatever their status. */
  readonly status: StatusFilter | null;
  /** Exactly so, as `departments` gives it; `''`: those without one; null: any. */
  readonly department: string | null;
  /** true: guests only; false: without guests; null: both. */
  readonly guests: boolean | null;
  /** Direct members of this group only; null: of any or none. */
  readonly group: ObjectId | null;
  readonly sort: PeopleSort;
  readonly descending: boolean;
}

/** A page of a list that is read forwards and backwards. */
export interface ListPage {
  /** `next` or `previous` of another page of the same list; null, or not a cursor: from the start. */
  readonly cursor: string | null;
  /** At most this many. */
  readonly limit: number;
}

/** People who are found by words, or in a group, are counted up to so many: to count them all costs more than the page. */
export const countedAtMost = 1_000;

export interface Listed<Item> {
  readonly items: readonly Item[];
  /** How many there are on all pages. */
  readonly total: number;
  /** true: there are more than `total`, and they were not counted. */
  readonly more: boolean;
  /** The cursor of the page after this one; null: this is the last. */
  readonly next: string | null;
  /** The cursor of the page before this one; null: this is the first. */
  readonly previous: string | null;
}

export interface Department {
  /** `''`: none. */
  readonly name: string;
  /** People in scope. */
  readonly people: number;
}

export interface ManagerChain {
  /** The manager, the manager's manager, and so on; nobody twice. */
  readonly people: readonly PersonRow[];
  /** `top`: the last one has no manager. `cycle`: the last one's manager is in the chain, or the person themselves.
   *  `long`: it goes on beyond 50. */
  readonly end: 'top' | 'cycle' | 'long';
  /** Where `end` is `cycle`: whom it comes back to. */
  readonly backTo: ObjectId | null;
}

export interface Report extends PersonRow {
  /** How many people in scope report to them. */
  readonly reports: number;
}

export interface GroupListed extends GroupRow {
  /** Direct members in scope. */
  readonly people: number;
  /** Groups directly in it. */
  readonly groups: number;
}

export interface GroupOf extends GroupRow {
  /** false: a member because a group in it has them. */
  readonly direct: boolean;
}

/** A change with the names of whom and what it speaks of, as far as they are still known. */
export interface ChangeListed extends ChangeRow {
  /** Name of the old supervisor, or of the group that was left. */
  readonly oldName: string | null;
  /** Name of the new supervisor, or of the group that was joined. */
  readonly newName: string | null;
}

export interface Search {
  /** Brings what answers up to the rows before somebody asks; resolves when a question would be answered. */
  freshen(tenantId: string): Promise<void>;
  /** People by words and filters, those of a status `outside` included where it is asked for. */
  searchPeople(tenantId: string, query: PeopleQuery, page: ListPage): Promise<Listed<PersonRow>>;
  /** Departments of people in scope, by name; at most 1,000. */
  departments(tenantId: string): Promise<readonly Department[]>;
  /** Whom somebody reports to, upwards. */
  managers(tenantId: string, objectId: ObjectId): Promise<ManagerChain>;
  /** People in scope who report to somebody, by name. Whom nobody may report to any more has none. */
  reports(tenantId: string, objectId: ObjectId, page: ListPage): Promise<Listed<Report>>;
  /** People in scope, and managers outside it, who have no manager and have reports: those with the most first. */
  tops(tenantId: string, limit: number): Promise<readonly Report[]>;

  /** Groups by the beginnings of words of their name or mail, by name. */
  searchGroups(tenantId: string, text: string, page: ListPage): Promise<Listed<GroupListed>>;
  group(tenantId: string, groupId: ObjectId): Promise<GroupListed | null>;
  /** Groups directly in a group, and those that it is directly in; by name, at most 1,000 of each. */
  groupsAround(
    tenantId: string,
    groupId: ObjectId,
  ): Promise<{ readonly within: readonly GroupListed[]; readonly above: readonly GroupListed[] }>;
  /** Groups of a person or a group, direct ones first, then by name; at most 1,000. */
  groupsOf(tenantId: string, memberId: ObjectId): Promise<readonly GroupOf[]>;

  /** What happened to a person, newest first. */
  changesOf(tenantId: string, objectId: ObjectId, page: ListPage): Promise<Listed<ChangeListed>>;

  /** Operations of a run's plan by kind. Kinds without any are absent. */
  plannedCounts(
    tenantId: string,
    runId: number,
  ): Promise<Readonly<Partial<Record<PlannedRow['kind'], number>>>>;
  /** Operations of these kinds in a run's plan, in order. */
  plannedOf(
    tenantId: string,
    runId: number,
    kinds: readonly PlannedRow['kind'][],
    page: ListPage,
  ): Promise<Listed<PlannedRow>>;
  /** How many removals of each kind that a run has held still wait for a decision. */
  waitingOf(tenantId: string, runId: number): Promise<Readonly<Record<RemovalKind, number>>>;
  /** Runs that ended with an error, newest first. */
  failedRuns(tenantId: string, limit: number): Promise<readonly RunRow[]>;
}
