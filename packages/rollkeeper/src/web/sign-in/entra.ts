import type { Context } from 'hono';
import * as client from 'openid-client';

import { RollkeeperError } from '../../directory/error.ts';
import type { ClientProof } from '../../entra/client.ts';
import { isLoopback } from '../../settings/url.ts';
import { leave } from '../leave.ts';
import type { Site, WebEnv } from '../site.ts';
import { issueTicket, redeemTicket } from '../ticket.ts';
import type { Account } from './listed.ts';
import { isListed } from './listed.ts';
import type { SignedIn } from './session.ts';

/** From the way to Entra until the way back. */
const signInMs = 15 * 60_000;

/** Where Entra sends people back to: from the settings, never from what a request says. null: not set. */
export function signInRedirectUri({ keeping, path }: Site): string | null {
  const { url } = keeping.settings;
  return url === null ? null : `${new URL(url).origin}${path('/sign-in/answer')}`;
}

/** Sends the browser to Entra: the code flow, with PKCE and a nonce that this browser alone can make again. */
export async function beginSignIn(context: Context<WebEnv>, site: Site): Promise<Response> {
  const { configuration, redirectUri } = await provider(context, site);
  const state = await issueTicket(context, site, { purpose: 'sign-in', payload: '', ms: signInMs });
  const { verifier, nonce } = secretsOf(context, state);
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    prompt: 'select_account',
  });
  return await leave(context, site, url.href);
}

/** Whoever comes back from Entra; throws `token.refused` where nobody signed in, or somebody who is not listed. */
export async function endSignIn(context: Context<WebEnv>, site: Site): Promise<SignedIn> {
  const answer = new URL(context.req.url).searchParams;
  const state = answer.get('state') ?? '';
  if ((await redeemTicket(context, site, 'sign-in', state)) === null) {
    throw refusal('This answer does not belong to a sign-in that was begun here.', begin);
  }
  const error = answer.get('error');
  if (error !== null) {
    const said = (answer.get('error_description') ?? error).slice(0, 400);
    throw refusal(`Nobody signed in. Entra says: “${said}”`, begin);
  }
  const { configuration, redirectUri, tenantId } = await provider(context, site);
  const { verifier, nonce } = secretsOf(context, state);
  const claims = await redeemed(configuration, `${redirectUri}?${answer.toString()}`, {
    pkceCodeVerifier: verifier,
    expectedNonce: nonce,
    expectedState: state,
    idTokenExpected: true,
  });
  const who = personOf(claims, tenantId);
  if (await isListed(site, who, context.req.raw.signal)) return who;
  throw refusal(
    `${who.shownName ?? who.subject} signed in, but is not listed.`,
    `Add the object id ${who.subject} to ROLLKEEPER_ADMINISTRATORS.`,
  );
}

const begin = 'Begin again from the sign-in page.';

const refusal = (message: string, remedy: string): RollkeeperError =>
  new RollkeeperError('token.refused', message, { remedy });

/** The library says more about the body than fetch does; what it sends is a form or nothing. */
const reaching =
  (send: typeof fetch): client.CustomFetch =>
  async (url, { body, headers, method, redirect, signal }) =>
    await send(url, {
      body: body instanceof URLSearchParams ? body : null,
      headers,
      method,
      redirect,
      signal: signal ?? null,
    });

interface Provider {
  readonly configuration: client.Configuration;
  readonly redirectUri: string;
  readonly tenantId: string;
}

async function provider(context: Context<WebEnv>, site: Site): Promise<Provider> {
  const { keeping } = site;
  const { loginUrl, applicationId } = keeping.settings;
  const redirectUri = signInRedirectUri(site);
  const tenantId = await keeping.tenantId(context.req.raw.signal);
  const authority = `${loginUrl}/${tenantId}`;
  const proof = await keeping.prove(`${authority}/oauth2/v2.0/token`);
  if (redirectUri === null || applicationId === null || proof === null) {
    throw new RollkeeperError('settings.invalid', 'Signing in is not set up.', {
      remedy: 'Set ROLLKEEPER_URL, MSGRAPH_APPLICATION_ID and a credential of the application.',
    });
  }
  const configuration = await discovered(site, authority, applicationId, proof.authenticate);
  return { configuration, redirectUri, tenantId };
}

async function discovered(
  { keeping }: Site,
  authority: string,
  applicationId: string,
  authenticate: ClientProof['authenticate'],
): Promise<client.Configuration> {
  const server = new URL(`${authority}/v2.0`);
  try {
    // oxlint-disable-next-line typescript/no-misused-promises -- the library waits for it, and does not say so
    return await client.discovery(server, applicationId, undefined, authenticate, {
      [client.customFetch]: reaching(keeping.fetch),
      // The library looks for this very function before it asks over http.
      execute: isLoopback(server) ? [client.allowInsecureRequests] : [],
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no reason given';
    throw new RollkeeperError(
      'token.unreachable',
      `${authority} does not tell how to sign in: ${why}.`,
      {
        remedy: 'Check MSGRAPH_LOGIN_URL, MSGRAPH_CLOUD and the network.',
        cause: error,
      },
    );
  }
}

function secretsOf(context: Context<WebEnv>, state: string): { verifier: string; nonce: string } {
  const browser = context.get('browser');
  return { verifier: browser.derive(`verifier ${state}`), nonce: browser.derive(`nonce ${state}`) };
}

/** The library's errors carry the whole answer, tokens included: none of them is passed on. */
async function redeemed(
  configuration: client.Configuration,
  url: string,
  checks: client.AuthorizationCodeGrantChecks,
): Promise<client.IDToken> {
  let why = 'there is no id token in it';
  try {
    const tokens = await client.authorizationCodeGrant(configuration, new URL(url), checks);
    const claims = tokens.claims();
    if (claims !== undefined) return claims;
  } catch (error) {
    why = error instanceof Error ? error.message : 'no reason given';
  }
  throw refusal(`Entra’s answer was not accepted: ${why}.`, begin);
}

interface EntraPerson extends SignedIn, Account {
  /** What the account calls itself, whoever gave it. */
  readonly shownName: string | null;
}

/** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
function personOf(claims: client.IDToken, tenantId: string): EntraPerson {
  const text = (name: string): string | null => {
    const value = claims[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const subject = text('oid')?.toLowerCase() ?? null;
  if (subject === null || text('tid')?.toLowerCase() !== tenantId) {
    throw refusal('The account that signed in does not belong to this tenant.', begin);
  }
  // Absent: this tenant itself, which says so in either of two spellings where it does say so.
  const home = text('idp')?.toLowerCase() ?? claims.iss;
  // A guest's account is another tenant's, or a personal one: its user name is not of our giving.
  const isGuest = home !== claims.iss && !home.endsWith(`/${tenantId}/`);
  const shownName = text('preferred_username');
  return { subject, name: text('name'), shownName, userName: isGuest ? null : shownName };
}
