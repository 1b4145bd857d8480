/** The pages in whatever takes Node's requests: Express, Nest on Express, Connect, a plain server. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Peer } from '../web/site.ts';
import type { WebHandler } from '../web/web.ts';
import { fetchRequest, goneSignal, isUnder, methods, withoutBody } from './request.ts';
import type { Asked } from './request.ts';
import { send } from './response.ts';

/** Node's request, with what Express adds to it. */
export type NodeRequest = IncomingMessage & {
  readonly originalUrl?: string;
  readonly protocol?: string;
  readonly host?: string;
  readonly ip?: string | undefined;
  readonly body?: unknown;
};

/** The pages as a handler, or middleware, of Node's requests. */
export interface NodeHandler {
  /**
   * Answers what stands under the prefix. Everything else goes on to `next`; without one, it is answered with 404.
   * Failures go to `next` as well; without one the promise rejects.
   */
  (request: NodeRequest, response: ServerResponse, next?: (error?: unknown) => void): Promise<void>;
  /** `settingsFragment` of the pages, for a request of the host's. */
  readonly settingsFragment: (request: NodeRequest) => Promise<string>;
}

/**
 * The pages for Express, Nest and Node's own server: `app.use(toNode(keeper.web({ authorize })))`. `authorize` gets the
 * host's request as its second argument. May stand before or after what reads bodies, at the root or under a path:
 * the prefix of `web` is the whole path, as a browser sees it.
 */
export function toNode(web: WebHandler): NodeHandler {
  const handle: (...given: Parameters<NodeHandler>) => Promise<void> = async (
    request,
    response,
    next,
  ) => {
    const asked = askedOf(request);
    if (!methods.includes(request.method ?? '') || !isUnder(web.prefix, asked.target)) {
      if (next !== undefined) return next();
      response.writeHead(404).end();
      return;
    }
    try {
      const answer = await web(fetchRequest(asked, goneSignal(response)), peerOf(request));
      await send(answer, response);
    } catch (error) {
      if (next === undefined) throw error;
      next(error);
    }
  };
  return Object.assign(handle, {
    settingsFragment: async (request: NodeRequest) =>
      await web.settingsFragment(withoutBody(askedOf(request)), peerOf(request)),
  });
}

/** Express takes its mount path off `url`, and keeps the whole in `originalUrl`. */
function askedOf(request: NodeRequest): Asked {
  const { originalUrl, url = '/', protocol, host, headers, socket, body } = request;
  return {
    raw: request,
    target: originalUrl ?? url,
    protocol: protocol ?? ('encrypted' in socket ? 'https' : 'http'),
    host: host ?? headers.host ?? 'localhost',
    body,
  };
}

function peerOf(request: NodeRequest): Peer {
  const address = request.ip ?? request.socket.remoteAddress;
  return { host: request, ...(address === undefined ? {} : { address }) };
}
