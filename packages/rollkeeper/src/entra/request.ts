import {
  allowInsecureRequests,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
} from 'oauth4webapi';
import { RollkeeperError } from '../directory/error.ts';
import { quoted } from '../graph/explain.ts';
import { retried } from '../graph/retry.ts';
import { inTime, readAnswer } from '../graph/send.ts';
import { Tallying } from '../graph/tally.ts';
import { traced } from '../graph/trace.ts';
import type { OnRequest } from '../graph/trace.ts';
import type { Clock, Fetch, GraphRequest, Limits, Transport } from '../graph/transport.ts';
import { interrupted } from '../graph/wait.ts';
import type { TenantSettings, TokenCredential } from '../settings/settings.ts';
import { isLoopback } from '../settings/url.ts';
import { prove } from './client.ts';
import type { ConfiguredCredential } from './client.ts';
import { badTokenAnswer, isPassingRefusal, tokenRefused, tokenUnreachable } from './explain.ts';

/** A token, and until when it is good, in milliseconds since 1970. */
export interface FreshToken {
  readonly token: string;
  readonly expiresAt: number;
}

/** Asks for a new token, past all caches of ours. */
export type AskToken = (signal: AbortSignal) => Promise<FreshToken>;

export type TokenSettings = Pick<
  TenantSettings,
  'tenant' | 'applicationId' | 'credential' | 'graphUrl' | 'loginUrl'
>;

export interface AskOptions {
  readonly fetch: Fetch;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly onRequest?: OnRequest;
}

export function asking(settings: TokenSettings, options: AskOptions): AskToken {
  const scope = `${settings.graphUrl}/.default`;
  const { credential } = settings;
  if (credential.kind === 'given')
    return (signal) => askGiven(credential.credential, scope, signal);
  return granting({ ...settings, credential }, scope, options);
}

/**
 * The client credentials grant: each try with a proof of its own.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
function granting(
  settings: TokenSettings & { readonly credential: ConfiguredCredential },
  scope: string,
  { fetch, limits, clock, onRequest }: AskOptions,
): AskToken {
  const url = `${settings.loginUrl}/${settings.tenant}/oauth2/v2.0/token`;
  const server = { issuer: url, token_endpoint: url };
  const client = { client_id: settings.applicationId ?? '' };
  const secrets = new Set<string>();
  const scrub = (text: string): string => without(text, secrets);
  const tally = new Tallying();

  const send: Transport = async ({ headers }, signal) => {
    const proof = await prove(settings.credential, url, clock.now());
    for (const secret of proof.secrets) secrets.add(secret);
    return inTime(limits.requestTimeoutMs, signal, async (stop) => {
      const response = await clientCredentialsGrantRequest(
        server,
        client,
        proof.authenticate,
        { scope },
        {
          [customFetch]: (address, init) => fetch(address, init),
          [allowInsecureRequests]: isLoopback(new URL(url)),
          headers: { ...headers },
          signal: stop,
        },
      );
      return readAnswer(response, 'json');
    });
  };
  const request: GraphRequest = { method: 'POST', url, headers: {}, expect: 'json', attempt: 1 };
  const transport = retried(traced(send, tally, clock.now, onRequest), {
    limits,
    clock,
    tally,
    isTransient: isPassingRefusal,
    explain: (asked, failure, givenUp) => tokenUnreachable(asked, failure, givenUp, scrub),
  });

  return async (signal) => {
    const askedAt = clock.now();
    const { status, text, ...rest } = await transport(request, signal);
    if (status >= 400) throw tokenRefused(request, { status, text, ...rest }, scrub);
    if (status !== 200) throw badTokenAnswer(request, `with the status ${status}`);
    // The library's errors carry the whole answer, token included: none of them is passed on.
    const grant = await processClientCredentialsResponse(server, client, jsonResponse(text)).catch(
      () => null,
    );
    if (grant === null) throw badTokenAnswer(request, 'without a bearer token');
    return usable(grant.access_token, askedAt + (grant.expires_in ?? 3600) * 1000);
  };
}

const jsonResponse = (text: string): Response =>
  new Response(text, { headers: { 'content-type': 'application/json' } });

async function askGiven(
  credential: TokenCredential,
  scope: string,
  signal: AbortSignal,
): Promise<FreshToken> {
  const remedy = 'Look into the credential that the application gives to Rollkeeper.';
  let token: Awaited<ReturnType<TokenCredential['getToken']>>;
  try {
    token = await credential.getToken(scope, { abortSignal: signal });
  } catch (error) {
    if (signal.aborted) throw interrupted(signal);
    // Not as cause: what a foreign error carries is not known.
    const reason = quoted(error instanceof Error ? error.message : 'no reason given');
    const message = `The application's own credential gave no token: ${reason}`;
    throw new RollkeeperError('token.refused', message, { remedy });
  }
  if (token === null) {
    const message = "The application's own credential gave no token.";
    throw new RollkeeperError('token.refused', message, { remedy });
  }
  return usable(token.token, token.expiresOnTimestamp);
}

/** A token must do as a header: fetch would quote any other in its error. */
function usable(token: string, expiresAt: number): FreshToken {
  if (/^[\u0021-\u007e]+$/u.test(token)) return { token, expiresAt };
  throw new RollkeeperError(
    'token.refused',
    'The token that was given cannot be sent in a header.',
    {
      remedy: 'Look for white space or line breaks around the token where it is made.',
    },
  );
}

/** The text without the secrets, in any form that an answer may echo them in. */
function without(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    const formEncoded = new URLSearchParams({ secret }).toString().slice('secret='.length);
    const inJson = JSON.stringify(secret).slice(1, -1);
    for (const form of [secret, encodeURIComponent(secret), formEncoded, inJson]) {
      clean = clean.replaceAll(form, '…');
    }
  }
  return clean;
}
