import { graphError } from './answer.ts';
import { absoluteLink } from './link.ts';
import type { Transport } from './transport.ts';

/** Where the bearer token comes from. */
export interface Tokens {
  /** A token that is good for a while; cached, and shared by concurrent callers. */
  token(signal: AbortSignal): Promise<string>;
  /**
   * A new token, because Graph refused the one before. `refused` is that one: where it has been replaced
   * already, the replacement is given and nothing is asked for again.
   */
  renew(signal: AbortSignal, refused?: string): Promise<string>;
}

/**
 * Adds the bearer token, for addresses under the root and for no other (`graph.foreign_link`). Where Graph finds the
 * token expired or invalid it is renewed, once.
 */
export function authorised(next: Transport, root: string, tokens: Tokens): Transport {
  return async (request, signal) => {
    absoluteLink(root, request.url);
    const send = (token: string) => {
      const headers = { ...request.headers, authorization: `Bearer ${token}` };
      return next({ ...request, headers }, signal);
    };
    const token = await tokens.token(signal);
    const response = await send(token);
    if (!isStaleToken(response.status, response.json)) return response;
    return send(await tokens.renew(signal, token));
  };
}

/** A 401 that a new token may cure: any but those that say who the application is, and that it may not. */
export function isStaleToken(status: number, body: unknown): boolean {
  return status === 401 && !/^authorization_/iu.test(graphError(body).code ?? '');
}
