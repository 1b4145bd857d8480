import { badRequest, GraphError, unparsable, unsupportedQuery } from '../graph-error.ts';
import type { Entity, ObjectKind } from '../tenant/directory-object.ts';
import type { Call } from '../world.ts';
import { parseFilter, type Filter } from './filter.ts';
import { judgeFilter } from './filter-rules.ts';
import { matching, type Matches } from './matching.ts';
import { schemas, type Schema } from './schema.ts';
import { propertyOf } from './select.ts';

/** Objects in a lasting order, from a place on, each with the place after it. */
export interface Source {
  readonly from: (place: number) => Iterable<readonly [Entity, number]>;
  /** How many there are, when that is known without a walk. */
  readonly total?: () => number;
}

/** A list to answer with. */
export interface Listing {
  readonly kind: ObjectKind | 'directoryObject';
  /** What the context names. */
  readonly context: string;
  readonly source: Source;
  readonly show: (entity: Entity) => unknown;
  /** A source that serves the filter by itself, such as a look-up by id. */
  readonly narrowed?: (filter: Filter) => Source | undefined;
  /** Counts lag: only objects up to this place are counted. Default all. */
  readonly countedUpTo?: number;
  /** The largest page, when it is smaller than that of every list. */
  readonly largestPage?: number;
}

interface Chosen {
  readonly source: Source;
  readonly matches: Matches | undefined;
}

const defaultPage = 100;
const everything: Matches = () => true;

/** A source over objects at hand. */
export function sourceOf(entities: readonly Entity[]): Source {
  return {
    *from(place) {
      for (let at = place; at < entities.length; at += 1) {
        const entity = entities[at];
        if (entity !== undefined) yield [entity, at + 1];
      }
    },
    total: () => entities.length,
  };
}

/** How many items a page holds. */
export function pageSize(call: Call, largest: number): number {
  const { top } = call.query;
  const { topTooLarge, maxPageSize } = call.behaviour;
  const most = Math.min(maxPageSize, largest);
  const usual = Math.min(defaultPage, most);
  if (top === undefined) return usual;
  if (top <= 999) return Math.min(top, most);
  if (topTooLarge === 'error') {
    throw badRequest(`Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`);
  }
  return topTooLarge === 'clamp' ? most : usual;
}

function schemaOf(kind: Listing['kind']): Schema {
  return kind === 'directoryObject'
    ? new Map(Object.values(schemas).flatMap((one) => [...one]))
    : schemas[kind];
}

function textOf(entity: Entity, property: string): string {
  const value = entity.read(property);
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function searched(search: string, schema: Schema): Matches {
  const terms = [...search.matchAll(/"(\w+):((?:[^"\\]|\\.)*)"/g)].map(
    ([, name = '', text = '']) => ({
      name: propertyOf(schema, name)?.name,
      text: text.toLowerCase(),
    }),
  );
  if (terms.length === 0 || terms.some(({ name }) => name === undefined)) {
    throw badRequest('Syntax error: the $search clause must have the form "property:value".');
  }
  const any = / OR /.test(search);
  const holds = (entity: Entity, { name, text }: (typeof terms)[number]): boolean =>
    textOf(entity, name ?? '').includes(text);
  return (entity) =>
    any ? terms.some((term) => holds(entity, term)) : terms.every((term) => holds(entity, term));
}

function filtered(call: Call, listing: Listing): Chosen {
  const { filter, advanced, eventual } = call.query;
  if (filter === undefined) return { source: listing.source, matches: undefined };
  const parsed = parseFilter(filter);
  const schema = schemaOf(listing.kind);
  const type = `microsoft.graph.${listing.kind}`;
  judgeFilter(parsed, { schema, type, advanced, eventual, behaviour: call.behaviour });
  const source = listing.narrowed?.(parsed) ?? listing.source;
  return { source, matches: matching(parsed, schema) };
}

function chosen(call: Call, listing: Listing): Chosen {
  const { search, eventual } = call.query;
  const { source, matches } = filtered(call, listing);
  if (search === undefined) return { source, matches };
  if (!eventual) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  }
  const found = searched(search, schemaOf(listing.kind));
  return { source, matches: (entity) => found(entity) && (matches?.(entity) ?? true) };
}

function ordered(call: Call, listing: Listing, { source, matches }: Chosen): Chosen {
  const { orderby, advanced, filter } = call.query;
  if (orderby === undefined) return { source, matches };
  const [name = '', direction = 'asc'] = orderby.trim().split(/\s+/);
  const property = propertyOf(schemaOf(listing.kind), name);
  if (property === undefined)
    throw unparsable(
      `Could not find a property named '${name}' on type 'microsoft.graph.${listing.kind}'.`,
    );
  const simple =
    ['displayName', 'userPrincipalName'].includes(property.name) && filter === undefined;
  if (!advanced && !simple) throw unsupportedQuery('Sorting not supported for current query.');
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  const entities = walk(source, matches ?? everything);
  const keyed = entities.map((entity) => ({
    entity,
    key: textOf(entity, property.name),
  }));
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0));
  return { source: sourceOf(keyed.map(({ entity }) => entity)), matches: undefined };
}

function walk(source: Source, matches: Matches): Entity[] {
  const entities: Entity[] = [];
  for (const [entity] of source.from(0)) if (matches(entity)) entities.push(entity);
  return entities;
}

function counted({ source, matches }: Chosen, upTo = Infinity): number {
  const missing = source.total === undefined ? 0 : [...source.from(upTo)].length;
  if (matches === undefined && source.total !== undefined) return source.total() - missing;
  let count = 0;
  for (const [entity, place] of source.from(0)) {
    if (place > upTo) break;
    if (matches === undefined || matches(entity)) count += 1;
  }
  return count;
}

interface Standing {
  readonly at: number;
  readonly page: number;
}

function standing(call: Call): Standing {
  const { skipToken } = call.query;
  if (skipToken === undefined) return { at: 0, page: 0 };
  const state = call.pageTokens.open(skipToken);
  if (state === undefined || state['path'] !== call.path.toLowerCase()) {
    throw badRequest('The specified page token value is malformed.');
  }
  if (Number(state['issued']) + call.behaviour.pageTokenSeconds * 1000 < call.now()) {
    throw new GraphError(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and can no longer be included in your request.',
    );
  }
  return { at: Number(state['at']), page: Number(state['page']) };
}

function nextLink(call: Call, at: number, page: number): string {
  const token = call.pageTokens.seal({
    path: call.path.toLowerCase(),
    at,
    page,
    issued: call.now(),
  });
  const carried = call.query.carried === '' ? '' : `${call.query.carried}&`;
  return `${call.url}/v1.0${call.path}?${carried}$skiptoken=${token}`;
}

/** A page of a list, with its next link and, on the first page of an advanced query, its count. */
export function list(call: Call, listing: Listing): Record<string, unknown> {
  const { at, page } = standing(call);
  const size = pageSize(call, listing.largestPage ?? 999);
  const choice = chosen(call, listing);
  const { source, matches } = ordered(call, listing, choice);
  const value: unknown[] = [];
  const body: Record<string, unknown> = {
    '@odata.context': `${call.url}/v1.0/$metadata#${listing.context}`,
  };
  if (call.query.advanced && page === 0)
    body['@odata.count'] = counted(choice, listing.countedUpTo);
  if (call.behaviour.emptyPages && page % 3 === 1) {
    return { ...body, '@odata.nextLink': nextLink(call, at, page + 1), value };
  }
  let place = at;
  for (const [entity, next] of source.from(at)) {
    if (matches !== undefined && !matches(entity)) continue;
    if (value.length === size) {
      body['@odata.nextLink'] = nextLink(call, place, page + 1);
      break;
    }
    value.push(listing.show(entity));
    place = next;
  }
  return { ...body, value };
}

/** The answer of a `/$count` segment; 400 without the header. */
export function countOf(call: Call, listing: Listing): string {
  if (!call.query.eventual) throw badRequest('$count is not currently supported.');
  const counting: Call = { ...call, query: { ...call.query, advanced: true } };
  return String(counted(chosen(counting, listing), listing.countedUpTo));
}

/** The name of a context with what was selected. */
export function contextOf(collection: string, select: readonly string[] | undefined): string {
  return select === undefined ? collection : `${collection}(${select.join(',')})`;
}
