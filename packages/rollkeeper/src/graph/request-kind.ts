const named: ReadonlySet<string> = new Set([
  'users',
  'groups',
  'directory',
  'deletedItems',
  'organization',
  'members',
  'transitiveMembers',
  'memberOf',
  'manager',
  'delta',
  '$count',
  '$batch',
]);

/** A request without what makes it one of many: `/groups/{id}/members`, for counting. Absolute URL or path. */
export function requestKind(url: string): string {
  const path = url.replace(/^[a-z]+:\/\/[^/]+(?:\/v1\.0)?/iu, '').split('?')[0] ?? '';
  const segments = path.split('/').filter((segment) => segment !== '');
  const shown = segments.map((segment) =>
    named.has(segment) || segment.startsWith('microsoft.graph.') ? segment : '{id}',
  );
  return `/${shown.join('/')}`;
}
