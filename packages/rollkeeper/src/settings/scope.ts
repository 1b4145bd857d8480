import type { Scope } from './settings.ts';
import type { Fault, Found, Source } from './variable.ts';
import { find } from './variable.ts';

export const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu;

/** Whose people are kept; several faults at once are possible. */
export function readScope(source: Source): Scope | readonly Fault[] {
  const all = readFlag(find(source, 'MSGRAPH_SYNC_ALL_USERS'));
  const name = find(source, 'MSGRAPH_GROUP_NAME_TO_SYNC');
  const id = find(source, 'MSGRAPH_GROUP_ID_TO_SYNC');
  if (typeof all !== 'boolean') return [all];
  const set = [name?.variable, id?.variable, all ? 'MSGRAPH_SYNC_ALL_USERS' : undefined].filter(
    (variable) => variable !== undefined,
  );
  if (set.length > 1) return [severalScopes(set)];
  if (name !== null) return { kind: 'group-name', name: name.value };
  if (id !== null) return readGroupId(id);
  return all ? { kind: 'all' } : [noScope];
}

const noScope: Fault = {
  variable: 'MSGRAPH_GROUP_NAME_TO_SYNC',
  fault: 'is not set, so there is no telling whom to keep',
  remedy:
    'Set it to the name of a group, or set MSGRAPH_GROUP_ID_TO_SYNC, or MSGRAPH_SYNC_ALL_USERS=true for the whole tenant.',
};

const severalScopes = (set: readonly string[]): Fault => ({
  variable: set.join(' and '),
  fault: 'are set together; each chooses whom to keep',
  remedy: 'Keep one of them and unset the rest.',
});

function readGroupId({ variable, value }: Found): Scope | readonly Fault[] {
  if (guid.test(value)) return { kind: 'group-id', id: value.toLowerCase() };
  const remedy =
    'Give the object id from the overview page of the group; to give a name, set MSGRAPH_GROUP_NAME_TO_SYNC.';
  return [{ variable, fault: 'is not a GUID', remedy }];
}

function readFlag(found: Found | null): boolean | Fault {
  if (found === null || /^(?:false|0|no|off)$/iu.test(found.value)) return false;
  if (/^(?:true|1|yes|on)$/iu.test(found.value)) return true;
  return {
    variable: found.variable,
    fault: 'is neither true nor false',
    remedy: 'Set it to true, or unset it.',
  };
}
