import { randomUUID } from 'node:crypto';
import type { Tallying } from './tally.ts';
import type { GraphResponse, Transport } from './transport.ts';
import { shownPath } from './link.ts';

/** One HTTP exchange with Graph or the login host, for logs and metrics. */
export interface RequestEvent {
  readonly method: string;
  /** Path and query without host; page tokens are left out. */
  readonly path: string;
  /** null: no answer that could be read. */
  readonly status: number | null;
  readonly ms: number;
  /** From 1. */
  readonly attempt: number;
  readonly clientRequestId: string;
  /** Microsoft's id of the request; null where there is none. */
  readonly requestId: string | null;
  /** Resource units that the request cost; null where Graph does not say. */
  readonly units: number | null;
}

export type OnRequest = (event: RequestEvent) => void;

/** Marks each exchange with an id of its own, counts it, and tells the hook. */
export function traced(
  next: Transport,
  tally: Tallying,
  now: () => number,
  onRequest?: OnRequest,
): Transport {
  return async (request, signal) => {
    const clientRequestId = randomUUID();
    const began = now();
    let response: GraphResponse | null = null;
    tally.send(request.url);
    try {
      const headers = {
        'user-agent': 'rollkeeper',
        ...request.headers,
        'client-request-id': clientRequestId,
      };
      response = await next({ ...request, headers }, signal);
      if (response.status === 429) tally.throttled += 1;
      return response;
    } finally {
      const units = Number(response?.headers.get('x-ms-resource-unit') ?? Number.NaN);
      onRequest?.({
        method: request.method,
        path: shownPath(request.url),
        status: response?.status ?? null,
        ms: now() - began,
        attempt: request.attempt,
        clientRequestId,
        requestId:
          response?.headers.get('request-id') ?? response?.headers.get('x-ms-request-id') ?? null,
        units: Number.isFinite(units) ? units : null,
      });
    }
  };
}
