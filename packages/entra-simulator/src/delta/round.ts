import { badRequest, GraphError, unsupportedQuery } from '../graph-error.ts';
import { idsOf, parseFilter } from '../odata/filter.ts';
import type { Call } from '../world.ts';

/** The collections that can be tracked. */
export type Tracked = 'users' | 'groups';

/** Where a reading of changes stands; sealed into its links. */
export interface Round {
  readonly tracked: Tracked;
  readonly select: readonly string[] | undefined;
  readonly ids: readonly string[] | undefined;
  /** The first round shows what stands; later ones what changed after `after`. */
  readonly first: boolean;
  readonly after: number;
  /** The change this round ends with, and the next one starts after. */
  readonly upTo: number;
  /** Where the next page starts: an index or a number of entries, and a place among members. */
  readonly at: number;
  readonly member: number;
  readonly page: number;
  readonly issued: number;
}

const week = 7 * 86_400_000;
const mostIds = 50;

function strings(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}

function unsealed(call: Call, tracked: Tracked, token: string, use: 'skip' | 'delta'): Round {
  const state = call.pageTokens.open(token);
  if (state === undefined || state['tracked'] !== tracked || state['use'] !== use) {
    throw badRequest('Badly formed token.');
  }
  return {
    tracked,
    select: strings(state['select']),
    ids: strings(state['ids']),
    first: state['first'] === true,
    after: Number(state['after']),
    upTo: Number(state['upTo']),
    at: Number(state['at']),
    member: Number(state['member']),
    page: Number(state['page']),
    issued: Number(state['issued']),
  };
}

function expired(call: Call, tracked: Tracked): GraphError {
  const message = 'The sync state is not found or has expired. Start again without a token.';
  switch (call.behaviour.expiredDelta) {
    case '410-syncStateNotFound':
      return new GraphError(410, 'syncStateNotFound', message);
    case '400-syncStateNotFound':
      return new GraphError(400, 'syncStateNotFound', message);
    case '410-location':
      return new GraphError(410, 'resyncRequired', 'Resync required.', {
        Location: `${call.url}/v1.0/${tracked}/delta?$deltatoken=`,
      });
    case '400-badRequest':
      return badRequest('Badly formed token.');
    case '410':
    default:
      return new GraphError(410, 'Gone', 'The resource is gone.');
  }
}

function idsFiltered(call: Call): readonly string[] | undefined {
  if (call.query.filter === undefined) return undefined;
  const ids = idsOf(parseFilter(call.query.filter));
  if (ids === undefined)
    throw unsupportedQuery('Only a filter by id is supported for change tracking.');
  if (ids.length > mostIds)
    throw badRequest(`At most ${mostIds} ids can be tracked by one filter.`);
  return ids.map((id) => id.toLowerCase());
}

/** The change that a round ends with: the latest, or the latest that is told already. */
const told = ({ behaviour, tenant }: Call, after = 0): number =>
  Math.max(after, tenant.changes.seq - behaviour.deltaBehind);

function fresh(call: Call, tracked: Tracked): Round {
  const { top, orderby, expand, search, select } = call.query;
  if ([top, orderby, expand, search].some((option) => option !== undefined)) {
    throw unsupportedQuery('The query option is not supported for change tracking.');
  }
  const now = told(call);
  const start = { at: 0, member: 0, page: 0, issued: call.now() };
  return { tracked, select, ids: idsFiltered(call), first: true, after: 0, upTo: now, ...start };
}

function latest(call: Call, tracked: Tracked): Round {
  const { deltaTokenLatest } = call.behaviour;
  if (deltaTokenLatest === 'refused') throw badRequest('Badly formed token.');
  const round = fresh(call, tracked);
  const select = deltaTokenLatest === 'ok' ? round.select : undefined;
  return { ...round, select, first: false, after: round.upTo };
}

/** Finds out where a request for changes stands: at the start, at `latest`, in a round, or after one. */
export function roundOf(call: Call, tracked: Tracked): Round {
  const { deltaToken, skipToken } = call.query;
  if (skipToken !== undefined) {
    if (call.query.select !== undefined)
      throw badRequest('$select cannot be given with $skiptoken.');
    const round = unsealed(call, tracked, skipToken, 'skip');
    const ends = round.issued + Math.min(call.behaviour.pageTokenSeconds * 1000, week);
    if (ends < call.now() || round.upTo > call.tenant.changes.seq) throw expired(call, tracked);
    return round;
  }
  if (deltaToken === undefined || deltaToken === '') return fresh(call, tracked);
  if (deltaToken.toLowerCase() === 'latest') return latest(call, tracked);
  const round = unsealed(call, tracked, deltaToken, 'delta');
  const { seq } = call.tenant.changes;
  if (round.issued + week < call.now() || round.upTo > seq) throw expired(call, tracked);
  const upTo = told(call, round.upTo);
  return { ...round, first: false, after: round.upTo, upTo, at: 0, member: 0, page: 0 };
}

/** The link to the next page of a round. */
export function nextLink(call: Call, round: Round, at: number, member: number): string {
  const state = { ...round, use: 'skip', at, member, page: round.page + 1, issued: call.now() };
  return `${call.url}/v1.0/${round.tracked}/delta?$skiptoken=${call.pageTokens.seal(state)}`;
}

/** The link to what changes after a round. */
export function deltaLink(call: Call, round: Round): string {
  const state = { ...round, use: 'delta', at: 0, member: 0, page: 0, issued: call.now() };
  return `${call.url}/v1.0/${round.tracked}/delta?$deltatoken=${call.pageTokens.seal(state)}`;
}
