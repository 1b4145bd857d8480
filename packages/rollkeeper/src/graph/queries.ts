import { groupAttributes } from '../directory/attribute.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { Selection } from './decode.ts';

/** Graph's default limit of expressions in an `in`. https://learn.microsoft.com/graph/filter-query-parameter */
export const idsPerFilter = 15;

const pageSize = '$top=999';
const managerSelect = 'id,displayName,userPrincipalName,mail';

/** How a user's manager is asked for; each step is the fall-back of the one before. */
export type ManagerWay = 'expand-select' | 'expand' | 'separate';

const literal = (text: string): string => `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;
const segment = (text: string): string => encodeURIComponent(text);

const selectUsers = ({ attributes, extra }: Selection): string =>
  `$select=${['id', ...attributes.map(({ name }) => name), ...extra].map(segment).join(',')}`;
const selectGroups = `$select=id,${groupAttributes.map(({ name }) => name).join(',')}`;

function usersQuery(selection: Selection, way: ManagerWay): string {
  const select = selectUsers(selection);
  if (way === 'separate') return select;
  return way === 'expand'
    ? `${select}&$expand=manager`
    : `${select}&$expand=manager($select=${managerSelect})`;
}

/** The requests that readers make, as paths below the service root. Every one of them only reads. */
export const queries = {
  /** https://learn.microsoft.com/graph/api/organization-list */
  organization: () => '/organization?$select=id,displayName',
  /** https://learn.microsoft.com/graph/api/group-list */
  groupsNamed: (name: string) =>
    `/groups?$filter=displayName eq ${literal(name)}&${selectGroups}`.replaceAll(' ', '%20'),
  allGroups: () => `/groups?${selectGroups}&${pageSize}`,
  /** https://learn.microsoft.com/graph/api/group-get */
  group: (id: ObjectId) => `/groups/${segment(id)}?${selectGroups}`,
  /** https://learn.microsoft.com/graph/api/group-list-members */
  members: (groupId: ObjectId) => `/groups/${segment(groupId)}/members?$select=id&${pageSize}`,
  /** https://learn.microsoft.com/graph/api/user-list */
  allUsers: (selection: Selection, way: ManagerWay) =>
    `/users?${usersQuery(selection, way)}&${pageSize}`,
  /** At most `idsPerFilter` ids. */
  usersById: (ids: readonly ObjectId[], selection: Selection, way: ManagerWay) =>
    `/users?$filter=id%20in%20(${ids.map(literal).join(',')})&${usersQuery(selection, way)}`,
  /** By object id or user name. https://learn.microsoft.com/graph/api/user-get */
  user: (id: string, selection: Selection, way: ManagerWay) =>
    id.startsWith('$')
      ? `/users(${literal(id)})?${usersQuery(selection, way)}`
      : `/users/${segment(id)}?${usersQuery(selection, way)}`,
  usersWithMail: (mail: string, selection: Selection) =>
    `/users?$filter=mail%20eq%20${literal(mail)}&${usersQuery(selection, 'separate')}`,
  /** https://learn.microsoft.com/graph/api/user-list-manager */
  managerOf: (id: ObjectId) => `/users/${segment(id)}/manager?$select=${managerSelect}`,
  /** https://learn.microsoft.com/graph/api/user-list-memberof */
  memberOf: (id: ObjectId) => `/users/${segment(id)}/memberOf?$select=id&${pageSize}`,
  /** https://learn.microsoft.com/graph/api/directory-deleteditems-get */
  deletedItem: (id: ObjectId) => `/directory/deletedItems/${segment(id)}?$select=id`,
  /** https://learn.microsoft.com/graph/api/directory-deleteditems-list */
  deletedUsers: () => `/directory/deletedItems/microsoft.graph.user?$select=id&${pageSize}`,
} as const;
