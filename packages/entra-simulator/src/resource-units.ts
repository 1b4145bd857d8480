import type { Query } from './odata/query.ts';

const costs: readonly (readonly [RegExp, number])[] = [
  [/^\/users$/, 2],
  [/^\/groups\/[^/]+\/members(?:\/|$)/, 3],
  [/^\/groups\/[^/]+\/transitivemembers(?:\/|$)/, 5],
  [/^\/users\/[^/]+\/(?:transitive)?memberof(?:\/|$)/, 2],
  [/^\/serviceprincipals\/[^/]+\/approleassignments$/, 2],
  [/^\/directoryobjects\/getbyids$/, 5],
];

/** What a read costs in resource units, by path and by the options that make it cheaper or dearer. */
export function resourceUnits(path: string, query: Query): number {
  const lower = path.toLowerCase();
  const base = costs.find(([pattern]) => pattern.test(lower))?.[1] ?? 1;
  const select = query.select === undefined ? 0 : -1;
  const expand = query.expand === undefined ? 0 : 1;
  const top = query.top !== undefined && query.top < 20 ? -1 : 0;
  return Math.max(1, base + select + expand + top);
}
