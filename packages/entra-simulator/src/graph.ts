import { randomUUID } from 'node:crypto';
import { Access } from './access.ts';
import { answerBatch, type Inner } from './batch.ts';
import { answerGroupsDelta } from './delta/groups-delta.ts';
import { answerUsersDelta } from './delta/users-delta.ts';
import type { Answer, Asked } from './exchange.ts';
import { badRequest, GraphError, unknownSegment, unparsable } from './graph-error.ts';
import { parseQuery } from './odata/query.ts';
import type { Quota } from './quota.ts';
import { resourceUnits } from './resource-units.ts';
import {
  answerDeletedItems,
  answerGetByIds,
  answerOrganization,
  answerServicePrincipals,
} from './routes/directory.ts';
import { answerGroups } from './routes/groups.ts';
import { answerUsers } from './routes/users.ts';
import type { Replicas } from './tenant/replicas.ts';
import type { Tenant } from './tenant/tenant.ts';
import { publicGraph } from './token/endpoint.ts';
import type { TokenIssuer } from './token/issuer.ts';
import type { Call, World } from './world.ts';

/** What Graph answers from. */
export interface GraphWorld extends World {
  readonly replicas: Replicas;
  readonly issuer: TokenIssuer;
  readonly quota: Quota;
}

/** Answers the requests inside a batch; the one who carries requests lays faults and latency over it. */
export type Carry = (inner: Inner, answer: () => Promise<Answer>) => Promise<Answer>;

type Route = (call: Call) => Answer | undefined;

const changes = /^(?:microsoft\.graph\.)?delta(?:\(\))?$/i;

/** Lists whose items are known by what stands before them, and not by the id of one object. */
const membership = /^(?:transitive)?members$/i;

/** Whether a path names one object, or what hangs on it; the members of a group are a list. */
function asksForOne([collection = '', ...rest]: readonly string[]): boolean {
  if (collection.toLowerCase() === 'directory') return rest.length > 1 && !rest[1]?.includes('.');
  const [key, relation = ''] = rest;
  return key !== undefined && key !== '$count' && !membership.test(relation);
}

function asksForChanges({ segments }: Pick<Call, 'segments'>): boolean {
  return segments.length === 2 && changes.test(segments[1] ?? '');
}

const reads: Readonly<Record<string, Route>> = {
  users: (call) => (asksForChanges(call) ? answerUsersDelta(call) : answerUsers(call)),
  groups: (call) => (asksForChanges(call) ? answerGroupsDelta(call) : answerGroups(call)),
  directory: answerDeletedItems,
  organization: answerOrganization,
  serviceprincipals: answerServicePrincipals,
};

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw unparsable('The request URL is not properly encoded.');
  }
}

/** The segments of a path; `users('x')` is `users`, `x`. */
function segmentsOf(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded)
    .flatMap((segment) => {
      const keyed = /^(\w+)\((?:(appId)=)?'(.*)'\)$/is.exec(segment);
      if (keyed === null) return [segment];
      const [, name = '', alternate, key = ''] = keyed;
      const plain = key.replaceAll("''", "'");
      return [name, alternate === undefined ? plain : `${alternate}=${plain}`];
    });
}

function route(call: Call): Answer {
  const [first = '', second] = call.segments;
  const name = first.toLowerCase();
  if (call.asked.method === 'POST') {
    if (name === 'directoryobjects' && second?.toLowerCase() === 'getbyids')
      return answerGetByIds(call);
    throw new GraphError(
      405,
      'Request_BadRequest',
      'Specified HTTP method is not allowed for the request target.',
    );
  }
  if (call.asked.method !== 'GET') {
    throw new GraphError(
      405,
      'Request_BadRequest',
      'Specified HTTP method is not allowed for the request target.',
    );
  }
  const answer = reads[name]?.(call);
  if (answer === undefined)
    throw unknownSegment(call.segments.at(reads[name] === undefined ? 0 : -1) ?? '');
  return answer;
}

const unitsHeader = (units: number): Record<string, string> => ({
  'x-ms-resource-unit': String(units),
});

function splitUrl(url: string): { path: string; search: string } {
  const at = url.indexOf('?');
  const path = (at < 0 ? url : url.slice(0, at)).replace(/(.)\/+$/, '$1');
  return { path, search: at < 0 ? '' : url.slice(at + 1) };
}

/** Pretends to be Graph: a request in, an answer out. */
export class Graph {
  readonly #world: GraphWorld;

  constructor(world: GraphWorld) {
    this.#world = world;
  }

  /** Answers a request whose URL stands below `/v1.0`; what goes wrong is in the answer. */
  async answer(asked: Asked, carry: Carry): Promise<Answer> {
    const requestId = randomUUID();
    const common = {
      'request-id': requestId,
      'client-request-id': asked.headers['client-request-id'] ?? requestId,
      Date: new Date(this.#world.now()).toUTCString(),
    };
    try {
      const { answer, headers } = await this.#read(asked, carry);
      return { ...answer, headers: { ...answer.headers, ...headers, ...common } };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      return this.#refusal(error, common);
    }
  }

  async #read(
    asked: Asked,
    carry: Carry,
  ): Promise<{ answer: Answer; headers: Record<string, string> }> {
    const { url, issuer } = this.#world;
    const tenantId = this.#world.tenant.id;
    const roles = await issuer.check(asked.headers['authorization'], tenantId, [url, publicGraph]);
    const { path, search } = splitUrl(asked.url);
    if (path.toLowerCase() === '/$batch') {
      if (asked.method !== 'POST') throw badRequest('A batch is sent by POST.');
      const { behaviour } = this.#world;
      const answer = await answerBatch(
        asked.body,
        behaviour,
        async (inner) => await this.#inner(asked, inner, carry),
      );
      // The requests inside are metered, each by itself; the envelope is not.
      return { answer, headers: unitsHeader(1) };
    }
    const query = parseQuery(search, asked.headers);
    const segments = segmentsOf(path);
    const access = new Access(roles);
    const tenant = this.#seenBy(segments);
    const call: Call = { ...this.#world, tenant, asked, path, segments, query, access };
    const units = resourceUnits(path, query);
    const headers = this.#charge(asked, units);
    return { answer: route(call), headers: { ...unitsHeader(units), ...headers } };
  }

  /** The tenant as it is seen by the part of Graph that answers. */
  #seenBy(segments: readonly string[]): Tenant {
    const { behaviour, replicas, tenant } = this.#world;
    if (asksForChanges({ segments })) return tenant;
    const part = asksForOne(segments) ? 'objects' : 'lists';
    return replicas.seenBy(part, behaviour[`${part}Behind`]);
  }

  #charge({ headers }: Asked, units: number): Record<string, string> {
    const { application, quota, tenant } = this.#world;
    return quota.charge({
      units,
      priority: headers['x-ms-throttle-priority'],
      appId: application.clientId,
      tenantId: tenant.id,
      users: tenant.roster.liveCount,
    });
  }

  async #inner(envelope: Asked, inner: Inner, carry: Carry): Promise<Answer> {
    const { authorization } = envelope.headers;
    const headers = { ...inner.headers, ...(authorization === undefined ? {} : { authorization }) };
    const asked: Asked = { method: inner.method, url: inner.url, headers, body: inner.body };
    return await carry(inner, async () => {
      const nested = splitUrl(inner.url).path.toLowerCase() === '/$batch';
      if (nested) return this.#refusal(badRequest('A batch cannot hold a batch.'), {});
      return await this.answer(asked, carry);
    });
  }

  #refusal(error: GraphError, common: Record<string, string>): Answer {
    const { behaviour, now } = this.#world;
    const inner = {
      ...error.inner,
      date: new Date(now()).toISOString().slice(0, 19),
      'request-id': common['request-id'] ?? '',
      'client-request-id': common['client-request-id'] ?? '',
    };
    return {
      status: error.status,
      headers: {
        'Content-Type': 'application/json',
        'x-ms-resource-unit': '1',
        ...error.headers,
        ...common,
      },
      body: { error: { code: error.code, message: error.message, [behaviour.errorCase]: inner } },
    };
  }
}
