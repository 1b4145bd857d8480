import { createHash, timingSafeEqual } from 'node:crypto';
import type { Answer, Asked } from '../exchange.ts';
import type { Desk } from '../sign-in/desk.ts';
import type { IdTokens } from '../sign-in/id-token.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { Application } from './application.ts';
import { judgeAssertion } from './assertion.ts';
import type { TokenIssuer } from './issuer.ts';
import { invalidClient, invalidRequest, refusalAnswer, TokenRefusal } from './refusal.ts';

/** What the token endpoint answers from. */
export interface TokenWorld {
  readonly url: string;
  readonly tenant: Tenant;
  readonly application: Application;
  readonly issuer: TokenIssuer;
  readonly desk: Desk;
  readonly idTokens: IdTokens;
  readonly now: () => number;
}

/** The public Graph, whose `/.default` is accepted besides the simulator's own. */
export const publicGraph = 'https://graph.microsoft.com';

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const tenantForm = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w-]+(?:\.[\w-]+)+)$/;
const path = /^\/([^/]+)\/oauth2\/v2\.0\/token$/;

/** The tenant segment of a token URL, or `undefined` for any other path. */
export function tenantOfTokenPath(pathname: string): string | undefined {
  return path.exec(pathname)?.[1];
}

/** Refuses what is not this tenant, by id or by one of its domains. */
export function judgeTenant(named: string, tenant: Tenant): void {
  const lower = named.toLowerCase();
  if (['common', 'organizations', 'consumers'].includes(lower)) {
    throw invalidRequest(
      9001023,
      'The grant type is not supported over the /common or /consumers endpoints. Please use a tenant-specific endpoint.',
    );
  }
  if (!tenantForm.test(lower)) {
    throw invalidRequest(
      900_023,
      `Specified tenant identifier '${named}' is neither a valid DNS name, nor a valid external domain.`,
    );
  }
  if (lower !== tenant.id && !tenant.verifiedDomains.includes(lower)) {
    throw invalidRequest(
      90002,
      `Tenant '${named}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    );
  }
}

/** Takes the credentials of HTTP Basic into the form, as the endpoint accepts them there too. */
function formOf(asked: Asked): URLSearchParams {
  const form = new URLSearchParams(asked.body);
  const basic = /^Basic\s+(\S+)$/i.exec(asked.headers['authorization'] ?? '')?.[1];
  if (basic === undefined) return form;
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString().split(':');
  if (!form.has('client_id')) form.set('client_id', decodeURIComponent(id));
  if (!form.has('client_secret')) form.set('client_secret', decodeURIComponent(secret.join(':')));
  return form;
}

function need(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === '') {
    throw invalidRequest(
      900144,
      `The request body must contain the following parameter: '${name}'.`,
    );
  }
  return value;
}

function judgeEnabled({ clientId, disabled }: Application): void {
  if (!disabled) return;
  throw new TokenRefusal(
    'unauthorized_client',
    7_000_112,
    `Application '${clientId}' (Application under test) is disabled.`,
  );
}

function judgeApplication(clientId: string, { application, tenant, desk }: TokenWorld): void {
  const known = clientId.toLowerCase() === application.clientId.toLowerCase();
  if (known && application.consented && !desk.isReplicating()) return judgeEnabled(application);
  throw new TokenRefusal(
    'unauthorized_client',
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${tenant.displayName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  );
}

function same(one: string, other: string): boolean {
  const left = Buffer.from(one);
  const right = Buffer.from(other);
  return left.length === right.length && timingSafeEqual(left, right);
}

function judgeSecret(secret: string, application: Application): void {
  if (!same(secret, application.clientSecret)) {
    throw invalidClient(
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${application.clientId}'.`,
    );
  }
  if (application.secretExpired) {
    throw invalidClient(
      7000222,
      `The provided client secret keys for app '${application.clientId}' are expired. Create new keys for your app.`,
    );
  }
}

async function judgeCredential(
  form: URLSearchParams,
  clientId: string,
  named: string,
  world: TokenWorld,
): Promise<void> {
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  if (assertion !== null && form.get('client_assertion_type') === jwtBearer) {
    const tenants = [named, world.tenant.id, ...world.tenant.verifiedDomains];
    await judgeAssertion(assertion, {
      application: world.application,
      clientId,
      audiences: tenants.flatMap((tenant) => [
        `${world.url}/${tenant}/oauth2/v2.0/token`,
        `${world.url}/${tenant}/v2.0`,
      ]),
      now: world.now(),
    });
  } else if (secret !== null && secret !== '') {
    judgeSecret(secret, world.application);
  } else {
    throw invalidClient(
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  }
}

function audienceOf(scope: string, url: string): string {
  const resources = scope.split(/\s+/);
  const [first = ''] = resources;
  if (resources.length > 1) {
    throw new TokenRefusal(
      'invalid_scope',
      700_022,
      `The provided value for the input parameter 'scope' isn't valid because it contains more than one resource. Scope ${scope} isn't valid.`,
    );
  }
  if (!first.endsWith('/.default')) {
    throw new TokenRefusal(
      'invalid_scope',
      70_011,
      `The provided value for the input parameter 'scope' isn't valid. The scope ${scope} isn't valid.`,
    );
  }
  const resource = first.slice(0, -'/.default'.length);
  if (resource !== url && resource !== publicGraph) {
    throw new TokenRefusal(
      'invalid_resource',
      500_011,
      `The resource principal named ${resource} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    );
  }
  return resource;
}

async function grant(asked: Asked, named: string, world: TokenWorld): Promise<Answer> {
  judgeTenant(named, world.tenant);
  if (asked.method !== 'POST')
    throw invalidRequest(900561, 'The endpoint only accepts POST requests.');
  const form = formOf(asked);
  const grantType = need(form, 'grant_type');
  if (grantType !== 'client_credentials' && grantType !== 'authorization_code') {
    throw new TokenRefusal(
      'unsupported_grant_type',
      70003,
      `The app requested an unsupported grant type '${grantType}'.`,
    );
  }
  const clientId = need(form, 'client_id');
  judgeApplication(clientId, world);
  await judgeCredential(form, clientId, named, world);
  if (grantType === 'authorization_code') return await redeem(form, world);
  const audience = audienceOf(need(form, 'scope'), world.url);
  const { issuer, tenant, application } = world;
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store, no-cache',
    },
    body: {
      token_type: 'Bearer',
      expires_in: issuer.seconds,
      ext_expires_in: issuer.seconds,
      access_token: await issuer.issue({ tenantId: tenant.id, application, audience }),
    },
  };
}

/** A code for the tokens of whoever signed in. */
async function redeem(form: URLSearchParams, world: TokenWorld): Promise<Answer> {
  const { desk, idTokens, issuer, tenant, url, now } = world;
  const signedIn = desk.redeem(need(form, 'code'));
  if (signedIn === undefined) {
    throw new TokenRefusal(
      'invalid_grant',
      54_005,
      'OAuth2 Authorization code was already redeemed.',
    );
  }
  if (need(form, 'redirect_uri') !== signedIn.redirectUri) {
    throw new TokenRefusal(
      'invalid_grant',
      500_112,
      'The reply address does not match the one of the code.',
    );
  }
  const verifier = form.get('code_verifier') ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  if (signedIn.challenge !== null && challenge !== signedIn.challenge) {
    throw new TokenRefusal(
      'invalid_grant',
      501_481,
      'The code verifier does not match the code challenge.',
    );
  }
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store, no-cache',
    },
    body: {
      token_type: 'Bearer',
      scope: 'openid profile email',
      expires_in: issuer.seconds,
      access_token: `for-the-userinfo-of-${signedIn.userId}`,
      id_token: await idTokens.issue(signedIn, tenant, url, now()),
    },
  };
}

/** Answers a request for a token: checks tenant, application, credential and scope, in that order. */
export async function answerToken(asked: Asked, named: string, world: TokenWorld): Promise<Answer> {
  try {
    return await grant(asked, named, world);
  } catch (error) {
    if (!(error instanceof TokenRefusal)) throw error;
    return refusalAnswer(error, world.url, world.now(), asked.headers['client-request-id']);
  }
}
