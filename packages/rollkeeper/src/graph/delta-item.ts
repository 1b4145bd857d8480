import type { Kept } from '../directory/attribute.ts';
import { groupAttributes, userAttributes } from '../directory/attribute.ts';
import { RollkeeperError } from '../directory/error.ts';
import type { KnownUser } from '../directory/known.ts';
import type { ManagerStatement, ObjectId, UserStatement } from '../directory/statement.ts';
import { isObject } from './answer.ts';
import type { DecodedMember, Selection } from './decode.ts';
import { decodeId, decodeMember, kept, userStatement } from './decode.ts';
import type { JsonObject } from './graph.ts';

/** Whether an item says that its object is gone, and for good. null: it does not say so. */
export function removal(item: JsonObject): 'restorable' | 'for good' | null {
  const removed = item['@removed'];
  if (removed === undefined || removed === null) return null;
  return isObject(removed) && removed['reason'] === 'deleted' ? 'for good' : 'restorable';
}

export interface MemberChange extends DecodedMember {
  /** false: no longer a member, whatever the reason given. */
  readonly member: boolean;
}

/** A slice of the members that came or went; nothing where none did. */
export function memberChanges(item: JsonObject): readonly MemberChange[] {
  return links(item, 'members@delta').map((link) => ({
    ...decodeMember(link),
    member: removal(link) === null,
  }));
}

/**
 * The manager that an item names: undefined where it says nothing of them, null where there is none any more. A
 * replaced manager may come as two entries, the old one as removed, in any order.
 */
export function managerChange(item: JsonObject): DecodedMember | null | undefined {
  const entries = links(item, 'manager@delta');
  if (entries.length === 0) return undefined;
  const standing = entries.findLast((entry) => removal(entry) === null);
  return standing === undefined ? null : decodeMember(standing);
}

function links(item: JsonObject, name: string): readonly JsonObject[] {
  const value = item[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/**
 * Our row with what an item says laid over it: what it leaves out stays, an explicit null clears (rule 9).
 * `manager`: who it is now.
 */
export function mergedUser(
  known: KnownUser,
  item: JsonObject,
  selection: Selection,
  manager: ObjectId | null,
): UserStatement {
  requireUserName(item);
  const asked = new Set(selection.attributes);
  const values = userAttributes.map((attribute, at) => {
    if (!asked.has(attribute)) return null;
    const value = item[attribute.name];
    return value === undefined ? (known.values[at] ?? null) : kept(attribute.type, value);
  });
  return userStatement(known.id, values, mergedExtra(known.extra, item, selection.extra), manager);
}

function mergedExtra(
  known: string | null,
  item: JsonObject,
  names: readonly string[],
): string | null {
  if (names.length === 0) return null;
  const before: unknown = known === null ? {} : JSON.parse(known);
  const old = isObject(before) ? before : {};
  const value = (name: string): unknown =>
    item[name] === undefined ? (old[name] ?? null) : item[name];
  return JSON.stringify(Object.fromEntries(names.toSorted().map((name) => [name, value(name)])));
}

/** A user name of null is a lost permission, as in a full read. */
function requireUserName(item: JsonObject): void {
  if (item['userPrincipalName'] !== null) return;
  const id = decodeId(item);
  throw new RollkeeperError(
    'graph.permission_lost',
    `Graph names user ${id} but withholds userPrincipalName, which every user has: the application may no longer read users.`,
    {
      remedy:
        'Grant the application permission User.Read.All and give admin consent again, then run `rollkeeper check`. No row was changed.',
      facts: { id },
    },
  );
}

/** A manager outside the scope, with what an item says laid over them. */
export function mergedManager(known: ManagerStatement, item: JsonObject): ManagerStatement {
  const text = (name: string, before: string | null): string | null => {
    const value = item[name];
    if (value === undefined) return before;
    return typeof value === 'string' ? value : null;
  };
  return {
    ...known,
    userPrincipalName: text('userPrincipalName', known.userPrincipalName),
    displayName: text('displayName', known.displayName),
    mail: text('mail', known.mail),
  };
}

/** Whether an item says anything of a group's own attributes that our row does not. */
export function groupDiffers(values: readonly Kept[], item: JsonObject): boolean {
  return groupAttributes.some(({ name, type }, at) => {
    const value = item[name];
    return value !== undefined && kept(type, value) !== (values[at] ?? null);
  });
}

/**
 * What an item shows of the attributes that were selected: `all` where it has one that only a selection brings and every
 * user has; `default` where it has a user name, which every user has too, and not that one; else it is only a part.
 */
export function shows(item: JsonObject): 'all' | 'default' | 'part' {
  if ('accountEnabled' in item) return 'all';
  return 'userPrincipalName' in item && 'displayName' in item ? 'default' : 'part';
}
