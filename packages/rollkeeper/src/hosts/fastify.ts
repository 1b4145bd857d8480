/** The pages in Fastify. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import { RollkeeperError } from '../directory/error.ts';
import type { Peer } from '../web/site.ts';
import type { WebHandler } from '../web/web.ts';
import { fetchRequest, goneSignal, isUnder, methods, withoutBody } from './request.ts';
import type { Asked } from './request.ts';

/** What is used of Fastify's request. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly originalUrl: string;
  readonly protocol: string;
  readonly host: string;
  readonly ip: string;
}

/** What is used of Fastify's reply. */
export interface FastifyReply {
  readonly raw: ServerResponse;
}

/** What is used of a Fastify instance. */
export interface FastifyInstance {
  readonly prefix: string;
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    contentType: string,
    parser: (request: FastifyRequest, payload: unknown, done: (error: null) => void) => void,
  ): unknown;
  route(options: {
    readonly method: string[];
    readonly url: string;
    readonly handler: (request: FastifyRequest, reply: FastifyReply) => Promise<Response>;
  }): unknown;
}

/** The pages as a plugin of Fastify. */
export interface FastifyPages {
  (instance: FastifyInstance): Promise<void>;
  /** `settingsFragment` of the pages, for a request of the host's. */
  readonly settingsFragment: (request: FastifyRequest) => Promise<string>;
}

/**
 * The pages for Fastify: `app.register(toFastify(keeper.web({ authorize })))`. `authorize` gets Fastify's request as its
 * second argument. The host's hooks see requests and answers; its parsers of bodies do not. Where the plugin is
 * registered with a prefix, the prefix of `web` must begin with it: that is the whole path, as a browser sees it.
 */
export function toFastify(web: WebHandler): FastifyPages {
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<Response> =>
    await web(fetchRequest(askedOf(request), goneSignal(reply.raw)), peerOf(request));
  const plugin = async (instance: FastifyInstance): Promise<void> => {
    const below = belowPrefix(web.prefix, instance.prefix);
    // Only in here: the host's own routes keep theirs.
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    for (const url of [below, `${below}/*`]) {
      instance.route({ method: [...methods], url, handler });
    }
  };
  return Object.assign(plugin, {
    settingsFragment: async (request: FastifyRequest) =>
      await web.settingsFragment(withoutBody(askedOf(request)), peerOf(request)),
  });
}

function belowPrefix(whole: string, registered: string): string {
  if (isUnder(registered, whole)) return whole.slice(registered.length);
  throw new RollkeeperError(
    'usage',
    `The pages stand under ${whole}, and were registered under ${registered}.`,
    { remedy: `Pass web() a prefix that begins with ${registered}: the whole path.` },
  );
}

const askedOf = ({ raw, originalUrl, protocol, host }: FastifyRequest): Asked => ({
  raw,
  target: originalUrl,
  protocol,
  host,
  body: undefined,
});

const peerOf = (request: FastifyRequest): Peer => ({ address: request.ip, host: request });
