import { nearest } from './nearest.ts';
import type { Fault, Source } from './variable.ts';
import { find, variables } from './variable.ts';

/** Names that people try and that are further from ours than a slip of the finger. */
const triedNames: Readonly<Record<string, (typeof variables)[number]>> = {
  MSGRAPH_CLIENT_ID: 'MSGRAPH_APPLICATION_ID',
  MSGRAPH_APP_ID: 'MSGRAPH_APPLICATION_ID',
  MSGRAPH_TENANT: 'MSGRAPH_TENANT_ID',
  MSGRAPH_SECRET: 'MSGRAPH_CLIENT_SECRET',
  MSGRAPH_APPLICATION_SECRET: 'MSGRAPH_CLIENT_SECRET',
  MSGRAPH_CERTIFICATE_FILE: 'MSGRAPH_CLIENT_CERTIFICATE_FILE',
  MSGRAPH_GROUP: 'MSGRAPH_GROUP_NAME_TO_SYNC',
  MSGRAPH_GROUP_NAME: 'MSGRAPH_GROUP_NAME_TO_SYNC',
  MSGRAPH_GROUP_ID: 'MSGRAPH_GROUP_ID_TO_SYNC',
  MSGRAPH_GROUP_TO_SYNC: 'MSGRAPH_GROUP_NAME_TO_SYNC',
  MSGRAPH_ALL_USERS: 'MSGRAPH_SYNC_ALL_USERS',
  MSGRAPH_URL: 'MSGRAPH_GRAPH_URL',
  ROLLKEEPER_DATABASE: 'ROLLKEEPER_DATABASE_URL',
  ROLLKEEPER_THRESHOLD: 'ROLLKEEPER_DELETION_THRESHOLD',
};

/** A name of ours that nothing reads, and that looks like one that is read. */
export function misspellings(source: Source): readonly Fault[] {
  const known: readonly string[] = variables;
  return Object.keys(source).flatMap((name) => {
    const ours = /^(?:msgraph|rollkeeper)_/iu.test(name);
    if (!ours || known.includes(name) || find(source, name) === null) return [];
    const meant = triedNames[name.toUpperCase()] ?? nearest(name, known);
    if (meant === null) return [];
    return [{ variable: name, fault: 'is not a setting', remedy: `Did you mean ${meant}?` }];
  });
}
