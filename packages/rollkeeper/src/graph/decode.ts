import { hash } from 'node:crypto';

import type { Attribute, Kept } from '../directory/attribute.ts';
import { groupAttributes, userAttributes } from '../directory/attribute.ts';
import { RollkeeperError } from '../directory/error.ts';
import type {
  GroupStatement,
  ManagerStatement,
  ObjectId,
  UserStatement,
} from '../directory/statement.ts';
import { isObject } from './answer.ts';
import type { JsonObject } from './graph.ts';

/** What is asked of users: columns and extra attributes. */
export interface Selection {
  readonly attributes: readonly Attribute[];
  /** Further names, kept as a JSON object. */
  readonly extra: readonly string[];
}

export interface DecodedUser {
  readonly user: UserStatement;
  readonly manager: ManagerStatement | null;
}

/** A directory object of a mixed collection. `kind` is Graph's type without its prefix; null: none was given. */
export interface DecodedMember {
  readonly id: ObjectId;
  readonly kind: string | null;
}

/**
 * A user of a list or of an answer by id, with the manager that `$expand` brought.
 * Throws `graph.permission_lost` where `userPrincipalName` is null: every user has one, so the application may no longer
 * read it. https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
export function decodeUser(item: JsonObject, selection: Selection): DecodedUser {
  const id = decodeId(item);
  if (typeof item['userPrincipalName'] !== 'string') {
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
  const values = userAttributes.map((attribute) =>
    selection.attributes.includes(attribute) ? kept(attribute.type, item[attribute.name]) : null,
  );
  const manager = isObject(item['manager']) ? decodeManager(item['manager']) : null;
  const extra = decodeExtra(item, selection.extra);
  return { user: userStatement(id, values, extra, manager?.id ?? null), manager };
}

/** A user's statement, with its fingerprint. */
export function userStatement(
  id: ObjectId,
  values: readonly Kept[],
  extra: string | null,
  manager: ObjectId | null,
): UserStatement {
  const text = JSON.stringify([values, extra, manager]);
  const fingerprint = Number.parseInt(hash('sha256', text, 'hex').slice(0, 12), 16);
  return { id, values, extra, manager, fingerprint };
}

export function decodeManager(item: JsonObject): ManagerStatement {
  return {
    id: decodeId(item),
    kind: kindOf(item) === 'orgContact' ? 'orgContact' : 'user',
    userPrincipalName: textOrNull(item['userPrincipalName']),
    displayName: textOrNull(item['displayName']),
    mail: textOrNull(item['mail']),
  };
}

export function decodeGroup(item: JsonObject, inClosure: boolean): GroupStatement {
  const values = groupAttributes.map((attribute) => kept(attribute.type, item[attribute.name]));
  return { id: decodeId(item), values, inClosure };
}

export function decodeMember(item: JsonObject): DecodedMember {
  return { id: decodeId(item), kind: kindOf(item) };
}

export function decodeId(item: JsonObject): ObjectId {
  const id = item['id'];
  if (typeof id === 'string' && id !== '') return id;
  throw new RollkeeperError('graph.bad_answer', 'Graph answered with an object that has no id.', {
    remedy:
      'Run the command again; if it happens again, something between this machine and Graph alters the answers. No row was changed.',
  });
}

function kindOf(item: JsonObject): string | null {
  const type = item['@odata.type'];
  return typeof type === 'string' ? type.replace(/^#?microsoft\.graph\./iu, '') : null;
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** A value as it is kept. */
export function kept(type: Attribute['type'], value: unknown): Kept {
  if (value === null || value === undefined) return null;
  if (type === 'boolean') return value === true ? 1 : 0;
  return typeof value === 'string' && type === 'text' ? value : JSON.stringify(value);
}

function decodeExtra(item: JsonObject, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const sorted = names.toSorted();
  return JSON.stringify(Object.fromEntries(sorted.map((name) => [name, item[name] ?? null])));
}
