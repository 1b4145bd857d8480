import { userAttributes } from '../directory/attribute.ts';
import { nearest } from './nearest.ts';
import type { Fault, Found } from './variable.ts';
import { listOf } from './variable.ts';

/** Graph answers 501 where these are asked for in a list. https://learn.microsoft.com/graph/api/user-list */
const oneUserAtATime: readonly string[] = [
  'aboutMe',
  'birthday',
  'hireDate',
  'interests',
  'mySite',
  'pastProjects',
  'preferredName',
  'responsibilities',
  'schools',
  'skills',
  'mailboxSettings',
];

/** Links to other objects, which `$select` does not read. */
const relationships: readonly string[] = [
  'manager',
  'directReports',
  'memberOf',
  'transitiveMemberOf',
  'ownedObjects',
  'ownedDevices',
  'registeredDevices',
  'photo',
  'extensions',
];

const columns = userAttributes.map(({ name }) => name);
const among = (names: readonly string[], name: string): boolean =>
  names.some((other) => other.toLowerCase() === name.toLowerCase());

/** What is wrong with the attributes to be kept beside those that have a column. */
export function extraFaults(found: Found | null): readonly Fault[] {
  if (found === null) return [];
  const names = listOf(found);
  return names.flatMap((name, position) => {
    const fault = extraFault(name) ?? repeated(names, name, position);
    return fault === null ? [] : [{ variable: found.variable, ...fault }];
  });
}

type Said = Pick<Fault, 'fault' | 'remedy'>;

function extraFault(name: string): Said | null {
  const remove = `Remove ${name} from the list.`;
  if (!/^[a-z]\w*$/iu.test(name)) {
    const remedy =
      'Separate attributes with commas and write them as Graph does, e.g. employeeType.';
    return { fault: `names ${JSON.stringify(name)}, which no attribute is called`, remedy };
  }
  if (name.toLowerCase() === 'id' || among(columns, name)) {
    return { fault: `names ${name}, which is kept in a column of its own already`, remedy: remove };
  }
  if (among(oneUserAtATime, name)) {
    return {
      fault: `names ${name}, which Graph gives for one user at a time only`,
      remedy: remove,
    };
  }
  if (name.toLowerCase() === 'signinactivity') {
    const remedy = `${remove} It needs a premium licence and AuditLog.Read.All, and delta reads do not see it change.`;
    return { fault: 'names signInActivity, which cannot be kept in step', remedy };
  }
  if (among(relationships, name)) {
    return { fault: `names ${name}, which is a relationship and not an attribute`, remedy: remove };
  }
  return null;
}

function repeated(names: readonly string[], name: string, position: number): Said | null {
  if (!among(names.slice(0, position), name)) return null;
  return { fault: `names ${name} twice`, remedy: 'Name it once.' };
}

/** What is wrong with the attributes to be left out. */
export function withoutFaults(
  found: Found | null,
  disabledUsers: 'keep' | 'remove',
): readonly Fault[] {
  if (found === null) return [];
  return listOf(found).flatMap((name) => {
    const said = withoutFault(name, disabledUsers);
    return said === null ? [] : [{ variable: found.variable, ...said }];
  });
}

function withoutFault(name: string, disabledUsers: 'keep' | 'remove'): Said | null {
  if (name === 'id' || name === 'userPrincipalName') {
    const remedy = `Remove ${name} from the list.`;
    return { fault: `leaves out ${name}, which people cannot be told apart without`, remedy };
  }
  if (name === 'accountEnabled' && disabledUsers === 'remove') {
    const remedy = 'Keep accountEnabled, or set MSGRAPH_DISABLED_USERS=keep.';
    const fault = 'leaves out accountEnabled, which MSGRAPH_DISABLED_USERS=remove depends on';
    return { fault, remedy };
  }
  if (columns.includes(name)) return null;
  const meant = nearest(name, columns);
  const remedy = meant === null ? `Choose among ${columns.join(', ')}.` : `Did you mean ${meant}?`;
  return { fault: `names ${JSON.stringify(name)}, which has no column`, remedy };
}
