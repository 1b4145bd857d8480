import type { Attribute, Kept } from '../directory/attribute.ts';
import { groupAttributes, userAttributes } from '../directory/attribute.ts';
import type { GroupStatement, ManagerStatement, UserStatement } from '../directory/statement.ts';

/** The columns of the CSV of users, in order. Stable. */
export const userColumns: readonly string[] = [
  'id',
  ...userAttributes.map(({ name }) => name),
  'managerId',
  'managerUserPrincipalName',
];

/** The columns of the CSV of groups, in order. Stable. */
export const groupColumns: readonly string[] = ['id', ...groupAttributes.map(({ name }) => name)];

type Cell = string | null;

export function userRow(
  { id, values }: Pick<UserStatement, 'id' | 'values'>,
  manager: Pick<ManagerStatement, 'id' | 'userPrincipalName'> | null,
): readonly Cell[] {
  return [
    id,
    ...cells(userAttributes, values),
    manager?.id ?? null,
    manager?.userPrincipalName ?? null,
  ];
}

export function groupRow({ id, values }: Pick<GroupStatement, 'id' | 'values'>): readonly Cell[] {
  return [id, ...cells(groupAttributes, values ?? [])];
}

const cells = (attributes: readonly Attribute[], values: readonly Kept[]): readonly Cell[] =>
  attributes.map(({ type }, at) => cell(type, values[at] ?? null));

/** Lists are joined by `; `, flags are `true` and `false`. */
function cell(type: Attribute['type'], value: Kept): Cell {
  if (value === null) return null;
  if (type === 'boolean') return value === 1 ? 'true' : 'false';
  if (type !== 'list') return String(value);
  const items: unknown = JSON.parse(String(value));
  return Array.isArray(items) ? items.map(String).join('; ') : String(value);
}
