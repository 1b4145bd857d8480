import { RollkeeperError } from '../directory/error.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { Graph, JsonObject } from '../graph/graph.ts';

/** What the questions are asked of. */
export interface Ground {
  readonly graph: Graph;
  /** The group of the settings; null: everyone is in scope, or the group was not found. */
  readonly groupId: ObjectId | null;
  /** Resource units that the latest answer cost; null: it did not say. */
  readonly units: () => number | null;
  readonly signal: AbortSignal;
}

/** `not seen`: this tenant has nothing to tell it by, or a permission is missing. */
export type Reading = 'as expected' | 'otherwise' | 'not seen';

/** What a tenant answered: counts, statuses, codes and names of properties, never a name or an id of anybody. */
export interface Seen {
  readonly reading: Reading;
  readonly what: string;
}

/** A behaviour of Graph that the documentation leaves open, and how to see it without writing anything. */
export interface Question {
  /** Stable; `docs/verified.md` lists it. */
  readonly name: string;
  /** Why it is asked: not written down by Microsoft, or written down in two ways. */
  readonly doubt: 'not documented' | 'documented in two ways';
  readonly expected: string;
  /** What Rollkeeper does, whichever way it is. */
  readonly either: string;
  readonly ask: (ground: Ground) => Promise<Seen>;
}

export const seen = (what: string): Seen => ({ reading: 'as expected', what });
export const otherwise = (what: string): Seen => ({ reading: 'otherwise', what });
export const notSeen = (what: string): Seen => ({ reading: 'not seen', what });

/** An answer, or a refusal that may be what was to be seen. */
export type Answered =
  | { readonly ok: true; readonly body: JsonObject; readonly items: readonly JsonObject[] }
  | { readonly ok: false; readonly status: number; readonly code: string };

/** The header of the advanced query. */
export const eventual = { ConsistencyLevel: 'eventual' };

/** Asks once. Refusals are answers here; whatever else fails is thrown. */
export async function asked(
  { graph, signal }: Ground,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  try {
    const body = await graph.get(path, { headers, signal });
    return { ok: true, body, items: itemsOf(body) };
  } catch (error) {
    return refusalIn(error);
  }
}

/** The refusal that an error tells of; any other error is thrown on. */
export function refusalIn(error: unknown): Answered & { readonly ok: false } {
  const status = error instanceof RollkeeperError ? error.where?.status : undefined;
  if (!(error instanceof RollkeeperError) || status === undefined || !refusals.has(error.code)) {
    throw error;
  }
  return { ok: false, status, code: error.where?.graphCode ?? 'no code' };
}

const refusals: ReadonlySet<string> = new Set([
  'graph.forbidden',
  'graph.not_found',
  'graph.refused',
]);

/** The objects of a page. */
export function itemsOf({ value }: JsonObject): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

/** `400 Request_UnsupportedQuery` */
export const told = ({ status, code }: { readonly status: number; readonly code: string }) =>
  `${status} ${code}`;

/** The ids of users of the tenant, as many as a page has, so that something can be asked about them. */
export async function someUsers(ground: Ground, $top: number): Promise<readonly string[]> {
  const answer = await asked(ground, `/users?$select=id&$top=${$top}`);
  return answer.ok ? answer.items.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])) : [];
}
