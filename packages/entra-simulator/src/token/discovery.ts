import type { Answer } from '../exchange.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { refusalAnswer, TokenRefusal } from './refusal.ts';
import { judgeTenant, type TokenWorld } from './endpoint.ts';

/** What the pages of the login besides its token endpoint answer from. */
export type DiscoveryWorld = Pick<TokenWorld, 'url' | 'tenant' | 'now' | 'idTokens'>;

const metadata = /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/;
const keys = /^\/[^/]+\/discovery\/v2\.0\/keys$/;
const instance = '/common/discovery/instance';

const anyTenant: readonly string[] = ['common', 'organizations', 'consumers'];

function json(body: unknown): Answer {
  return { status: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body };
}

function issuerOf(named: string, url: string, tenant: Tenant): string {
  const whose = anyTenant.includes(named.toLowerCase()) ? '{tenantid}' : tenant.id;
  return `${url}/${whose}/v2.0`;
}

/** https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc */
function configuration(named: string, { url, tenant, now }: DiscoveryWorld): Answer {
  if (!anyTenant.includes(named.toLowerCase())) {
    try {
      judgeTenant(named, tenant);
    } catch (error) {
      if (!(error instanceof TokenRefusal)) throw error;
      return refusalAnswer(error, url, now(), undefined);
    }
  }
  const at = `${url}/${named}`;
  return json({
    token_endpoint: `${at}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: `${at}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuerOf(named, url, tenant),
    request_uri_parameter_supported: false,
    authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'ver'],
    tenant_region_scope: 'EU',
    cloud_instance_name: new URL(url).host,
    msgraph_host: new URL(url).host,
  });
}

function instances({ url, tenant }: DiscoveryWorld): Answer {
  const { host } = new URL(url);
  return json({
    tenant_discovery_endpoint: `${url}/${tenant.id}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  });
}

/**
 * Answers what a client library asks of the login host before it asks for a token; `undefined` for any other path. The
 * key is that of id tokens; access tokens are for Graph alone to read.
 */
export async function answerDiscovery(
  path: string,
  world: DiscoveryWorld,
): Promise<Answer | undefined> {
  const named = metadata.exec(path)?.[1];
  if (named !== undefined) return configuration(named, world);
  if (path === instance) return instances(world);
  return keys.test(path) ? json(await world.idTokens.keys()) : undefined;
}
