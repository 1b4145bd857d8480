import { groupAttributes } from '../directory/attribute.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { Selection } from './decode.ts';
import { literal, query, segment } from './odata.ts';

/** Graph's default limit of expressions in an `in`. https://learn.microsoft.com/graph/filter-query-parameter */
export const idsPerFilter = 15;

/** How many ids a filter of a delta query may name. https://learn.microsoft.com/graph/api/group-delta */
export const idsPerDelta = 50;

/** Where a delta begins: at what there is now, or with all of it. */
export type DeltaWay = 'latest' | 'initial';

const pageSize = 999;
/** Of managers outside the scope; and every user has a user name and is enabled or not. */
const always = ['userPrincipalName', 'displayName', 'mail', 'accountEnabled'];

const managerSelect = 'id,displayName,userPrincipalName,mail';

/** How a user's manager is asked for; each step is the fall-back of the one before. */
export type ManagerWay = 'expand-select' | 'expand' | 'separate';

const selectGroups = ['id', ...groupAttributes.map(({ name }) => name)].join(',');

function users(selection: Selection, way: ManagerWay): { $select: string; $expand?: string } {
  const { attributes, extra } = selection;
  const $select = ['id', ...attributes.map(({ name }) => name), ...extra].join(',');
  if (way === 'separate') return { $select };
  return { $select, $expand: way === 'expand' ? 'manager' : `manager($select=${managerSelect})` };
}

/** The smallest page that brings a count: `$count=true` answers in JSON, which has one meaning inside a batch. */
const counting = { $count: true, $top: 1, $select: 'id' } as const;

const begins = (beginnings: readonly string[]): string =>
  beginnings.map((one) => `startsWith(userPrincipalName,${literal(one)})`).join(' or ');

const latest = (way: DeltaWay): { $deltatoken?: string } =>
  way === 'latest' ? { $deltatoken: 'latest' } : {};

/** What a delta of users tells of: what is kept, what shows an answer to be whole, and the manager. */
export function deltaSelect({ attributes, extra }: Selection): string {
  const names = [...attributes.map(({ name }) => name), ...extra];
  return [...new Set([...names, ...always]), 'manager'].join(',');
}

/** The requests that readers make, as paths below the service root. Every one of them only reads. */
export const queries = {
  /** https://learn.microsoft.com/graph/api/organization-list */
  organization: () => query('/organization', { $select: 'id,displayName' }),
  /** https://learn.microsoft.com/graph/api/group-list */
  groupsNamed: (name: string) =>
    query('/groups', { $filter: `displayName eq ${literal(name)}`, $select: selectGroups }),
  allGroups: ($top = pageSize) => query('/groups', { $select: selectGroups, $top }),
  /** https://learn.microsoft.com/graph/api/group-get */
  group: (id: ObjectId) => query(`/groups/${segment(id)}`, { $select: selectGroups }),
  /** https://learn.microsoft.com/graph/api/group-list-members */
  members: (groupId: ObjectId) =>
    query(`/groups/${segment(groupId)}/members`, { $select: 'id', $top: pageSize }),
  /** https://learn.microsoft.com/graph/api/user-list */
  allUsers: (selection: Selection, way: ManagerWay, $top = pageSize) =>
    query('/users', { ...users(selection, way), $top }),
  /** Users whose names begin in one of these ways; at most fifteen. */
  usersBeginning: (beginnings: readonly string[], selection: Selection, way: ManagerWay) =>
    query('/users', { $filter: begins(beginnings), ...users(selection, way), $top: pageSize }),
  /** At most `idsPerFilter` ids. */
  usersById: (ids: readonly ObjectId[], selection: Selection, way: ManagerWay) =>
    query('/users', { $filter: `id in (${ids.map(literal).join(',')})`, ...users(selection, way) }),
  /** By object id or user name. https://learn.microsoft.com/graph/api/user-get */
  user: (id: string, selection: Selection, way: ManagerWay) =>
    query(
      id.startsWith('$') ? `/users(${segment(literal(id))})` : `/users/${segment(id)}`,
      users(selection, way),
    ),
  /** Whether one can sign in with an account, and what it is called now. */
  account: (id: ObjectId) =>
    query(`/users/${segment(id)}`, { $select: 'id,userPrincipalName,accountEnabled' }),
  /** How many users there are, or whose names begin so; an advanced query, see `counts`. */
  countUsers: (beginnings?: readonly string[]) =>
    query('/users', {
      ...counting,
      $filter: beginnings === undefined ? undefined : begins(beginnings),
    }),
  countMembers: (groupId: ObjectId) => query(`/groups/${segment(groupId)}/members`, counting),
  /** Users only: of the group, or of those in it too. https://learn.microsoft.com/graph/api/group-list-transitivemembers */
  countPeople: (groupId: ObjectId, membership: 'transitive' | 'direct') =>
    query(
      `/groups/${segment(groupId)}/${membership === 'direct' ? 'members' : 'transitiveMembers'}/microsoft.graph.user`,
      counting,
    ),
  usersWithMail: (mail: string, selection: Selection) =>
    query('/users', { $filter: `mail eq ${literal(mail)}`, ...users(selection, 'separate') }),
  /** https://learn.microsoft.com/graph/api/user-list-manager */
  managerOf: (id: ObjectId) => query(`/users/${segment(id)}/manager`, { $select: managerSelect }),
  /** https://learn.microsoft.com/graph/api/user-list-memberof */
  memberOf: (id: ObjectId) =>
    query(`/users/${segment(id)}/memberOf`, { $select: 'id', $top: pageSize }),
  /** https://learn.microsoft.com/graph/api/group-list-memberof */
  groupMemberOf: (id: ObjectId) =>
    query(`/groups/${segment(id)}/memberOf`, { $select: 'id', $top: pageSize }),
  /** https://learn.microsoft.com/graph/api/user-list-directreports */
  directReports: (id: ObjectId) =>
    query(`/users/${segment(id)}/directReports`, { $select: 'id', $top: pageSize }),
  /** `latest`: only what happens from now on. https://learn.microsoft.com/graph/api/user-delta */
  usersDelta: (select: string, way: DeltaWay) =>
    query('/users/delta', { $select: select, ...latest(way) }),
  /** At most `idsPerDelta` ids. https://learn.microsoft.com/graph/api/group-delta */
  groupsDelta: (ids: readonly ObjectId[], way: DeltaWay) =>
    query('/groups/delta', {
      $select: `${groupAttributes.map(({ name }) => name).join(',')},members`,
      $filter: ids.map((id) => `id eq ${literal(id)}`).join(' or '),
      ...latest(way),
    }),
  /** https://learn.microsoft.com/graph/api/directory-deleteditems-get */
  deletedItem: (id: ObjectId) => query(`/directory/deletedItems/${segment(id)}`, { $select: 'id' }),
  /** https://learn.microsoft.com/graph/api/directory-deleteditems-list */
  deletedUsers: ($top = pageSize) =>
    query('/directory/deletedItems/microsoft.graph.user', { $select: 'id', $top }),
} as const;
