import assert from 'node:assert/strict';
import { createHash, createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { decodeJwt, SignJWT } from 'jose';
import { selfSigned, type SelfSigned } from '../src/certificate.ts';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import { askToken, Client, signIn, type Body, type Got } from './client.ts';
import { serve } from './serving.ts';

const day = 86_400_000;
const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function certificateOf(from = -day, to = 365 * day): SelfSigned {
  const now = Date.now();
  return selfSigned({ hosts: ['test.example'], from: now + from, to: now + to, kind: 'rsa' });
}

const registered = certificateOf();
const stranger = certificateOf();

function thumbprint({ certificate }: SelfSigned, algorithm: 'sha1' | 'sha256'): string {
  const { raw } = new X509Certificate(certificate);
  return createHash(algorithm).update(raw).digest('base64url');
}

interface Assertion {
  readonly alg?: 'PS256' | 'RS256';
  readonly header?: Readonly<Record<string, string>>;
  /** Instead of the usual ones; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signer?: SelfSigned;
}

async function served(options: SimulatorOptions = {}): Promise<Simulator> {
  return await serve({ users: 10, odd: false, ...options });
}

const withCertificate: SimulatorOptions = {
  credentials: { certificatePem: registered.certificate },
};

/** What an application signs for this simulator, but for what a test changes. */
async function assertionFor(simulator: Simulator, given: Assertion = {}): Promise<string> {
  const { alg = 'PS256', signer = registered } = given;
  const id = simulator.settings.MSGRAPH_APPLICATION_ID;
  const at = Math.floor(Date.now() / 1000);
  const header = given.header ?? { 'x5t#S256': thumbprint(registered, 'sha256') };
  const claims = {
    aud: `${simulator.url}/${simulator.tenant.id}/oauth2/v2.0/token`,
    iss: id,
    sub: id,
    jti: randomUUID(),
    nbf: at,
    iat: at,
    exp: at + 600,
    ...given.claims,
  };
  return await new SignJWT(claims)
    .setProtectedHeader({ typ: 'JWT', ...header, alg })
    .sign(createPrivateKey(signer.key));
}

async function askWith(simulator: Simulator, assertion: string): Promise<Got> {
  return await askToken(simulator, {
    client_secret: undefined,
    client_assertion_type: jwtBearer,
    client_assertion: assertion,
  });
}

/** Holds a refusal to the shape that the login gives every one of them. */
function refusedWith(got: Got, status: number, error: string, number: number): void {
  const { body } = got;
  assert.equal(got.status, status, got.text);
  assert.equal(body['error'], error);
  assert.deepEqual(body['error_codes'], [number]);
  assert.match(
    String(body['error_description']),
    new RegExp(
      `^AADSTS${number}: .+\r\nTrace ID: ${String(body['trace_id'])}\r\nCorrelation ID: ${String(body['correlation_id'])}\r\nTimestamp: ${String(body['timestamp'])}$`,
    ),
  );
  assert.match(String(body['timestamp']), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
  assert.match(String(body['error_uri']), new RegExp(`/error\\?code=${number}$`));
  assert.equal(body['access_token'], undefined);
}

test('a secret earns a token that Graph accepts, for the tenant by id and by each of its domains', async () => {
  await using simulator = await served();
  for (const tenant of [simulator.tenant.id, ...simulator.tenant.verifiedDomains]) {
    const { status, body } = await askToken(simulator, {}, tenant);
    assert.equal(status, 200);
    assert.equal(body['token_type'], 'Bearer');
    assert.equal(body['expires_in'], 3599);
    const client = new Client(simulator, String(body['access_token']));
    assert.equal((await client.get('/organization')).body.value?.[0]?.id, simulator.tenant.id);
  }
});

test('a secret is accepted by HTTP Basic too', async () => {
  await using simulator = await served();
  const { MSGRAPH_APPLICATION_ID: id, MSGRAPH_CLIENT_SECRET: secret } = simulator.settings;
  const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`);
  const response = await fetch(`${simulator.url}/${simulator.tenant.id}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic.toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  assert.equal(response.status, 200);
});

test('a token tells tenant, application and granted roles, and has none where nothing is granted', async () => {
  await using simulator = await served({ permissions: ['User.Read.All'] });
  const claims = async () => decodeJwt(String((await askToken(simulator)).body['access_token']));
  const granted = await claims();
  assert.deepEqual(granted['roles'], ['User.Read.All']);
  assert.equal(granted['tid'], simulator.tenant.id);
  assert.equal(granted['appid'], simulator.application.clientId);
  assert.equal(granted['oid'], simulator.application.servicePrincipalId);
  simulator.application.permissions = [];
  assert.equal('roles' in (await claims()), false);
  const client = await signIn(simulator);
  const { status, body } = await client.get('/users');
  assert.equal(status, 403);
  assert.equal(body.error?.code, 'Authorization_RequestDenied');
});

test('a token keeps the roles of the moment it was issued', async () => {
  await using simulator = await served({ permissions: [] });
  const before = await signIn(simulator);
  simulator.application.permissions = ['User.Read.All'];
  const after = await signIn(simulator);
  assert.equal((await before.get('/users')).status, 403);
  assert.equal((await after.get('/users')).status, 200);
});

test('a certificate proves the application by PS256 with x5t#S256', async () => {
  await using simulator = await served(withCertificate);
  assert.equal((await askWith(simulator, await assertionFor(simulator))).status, 200);
});

test('a certificate proves the application by the older RS256 with x5t', async () => {
  await using simulator = await served(withCertificate);
  const header = { x5t: thumbprint(registered, 'sha1') };
  const assertion = await assertionFor(simulator, { alg: 'RS256', header });
  assert.equal((await askWith(simulator, assertion)).status, 200);
});

const at = Math.floor(Date.now() / 1000);

const badAssertions: readonly (readonly [what: string, given: Assertion, number: number])[] = [
  ['signed by another key', { signer: stranger }, 700_027],
  [
    'that names another certificate',
    { header: { 'x5t#S256': thumbprint(stranger, 'sha256') } },
    700_027,
  ],
  ['that names its certificate by SHA-1 under PS256', { header: { x5t: 'abc' } }, 700_027],
  ['that names no certificate', { header: {} }, 700_027],
  ['for another audience', { claims: { aud: 'https://elsewhere.example' } }, 50_013],
  ['about another subject', { claims: { sub: randomUUID() } }, 50_013],
  ['of another issuer', { claims: { iss: randomUUID() } }, 50_013],
  ['that has run out', { claims: { exp: at - 3600 } }, 500_133],
  ['that is not yet valid', { claims: { nbf: at + 3600 } }, 500_133],
  ['that never runs out', { claims: { exp: undefined } }, 500_133],
  ['without a jti', { claims: { jti: undefined } }, 50_027],
];

for (const [what, given, number] of badAssertions) {
  test(`a certificate's assertion ${what} is refused with AADSTS${number}`, async () => {
    await using simulator = await served(withCertificate);
    const got = await askWith(simulator, await assertionFor(simulator, given));
    refusedWith(got, 401, 'invalid_client', number);
  });
}

test('an assertion that is not a JWT is refused with AADSTS50027', async () => {
  await using simulator = await served(withCertificate);
  refusedWith(await askWith(simulator, 'not.a.jwt'), 401, 'invalid_client', 50_027);
});

test('an assertion where no certificate is registered is refused with AADSTS700027', async () => {
  await using simulator = await served();
  const got = await askWith(simulator, await assertionFor(simulator));
  refusedWith(got, 401, 'invalid_client', 700_027);
});

test('a certificate outside its validity is refused with AADSTS50012', async () => {
  const past = certificateOf(-30 * day, -day);
  await using simulator = await served({ credentials: { certificatePem: past.certificate } });
  const header = { 'x5t#S256': thumbprint(past, 'sha256') };
  const got = await askWith(simulator, await assertionFor(simulator, { header, signer: past }));
  refusedWith(got, 401, 'invalid_client', 50_012);
});

const issuer = 'https://token.actions.example';
const subject = 'repo:larkfield/people:ref:refs/heads/main';
const publicKeyPem = new X509Certificate(registered.certificate).publicKey
  .export({ type: 'spki', format: 'pem' })
  .toString();

const withFederation: SimulatorOptions = {
  credentials: { federated: { issuer, subject, publicKeyPem } },
};

const federatedClaims = { iss: issuer, sub: subject, aud: 'api://AzureADTokenExchange' };

test('an identity of the registered issuer proves the application', async () => {
  await using simulator = await served(withFederation);
  const assertion = await assertionFor(simulator, {
    alg: 'RS256',
    header: { kid: 'one' },
    claims: federatedClaims,
  });
  assert.equal((await askWith(simulator, assertion)).status, 200);
});

const badFederated: readonly (readonly [what: string, given: Assertion, number: number])[] = [
  ['for another audience', { claims: { aud: 'api://else' } }, 70_021],
  ['of another issuer', { claims: { iss: 'https://elsewhere.example' } }, 70_021],
  ['about another subject', { claims: { sub: 'repo:other/people' } }, 70_021],
  ['signed by another key', { signer: stranger }, 700_027],
  ['that has run out', { claims: { exp: at - 3600 } }, 500_133],
];

for (const [what, given, number] of badFederated) {
  test(`a federated assertion ${what} is refused with AADSTS${number}`, async () => {
    await using simulator = await served(withFederation);
    const assertion = await assertionFor(simulator, {
      alg: 'RS256',
      header: { kid: 'one' },
      ...given,
      claims: { ...federatedClaims, ...given.claims },
    });
    refusedWith(await askWith(simulator, assertion), 401, 'invalid_client', number);
  });
}

interface Refusal {
  readonly what: string;
  readonly options?: SimulatorOptions;
  readonly form?: Readonly<Record<string, string | undefined>>;
  readonly tenant?: string;
  readonly is: readonly [status: number, error: string, number: number];
}

const refusals: readonly Refusal[] = [
  {
    what: 'a wrong secret',
    form: { client_secret: 'the-id-of-the-secret' },
    is: [401, 'invalid_client', 7_000_215],
  },
  {
    what: 'a secret that has run out',
    options: { credentials: { secretExpired: true } },
    is: [401, 'invalid_client', 7_000_222],
  },
  {
    what: 'no credential',
    form: { client_secret: undefined },
    is: [401, 'invalid_client', 7_000_218],
  },
  {
    what: 'an application unknown to the tenant',
    form: { client_id: randomUUID() },
    is: [400, 'unauthorized_client', 700_016],
  },
  {
    what: 'an application that nobody consented to',
    options: { consented: false },
    is: [400, 'unauthorized_client', 700_016],
  },
  {
    what: 'an application that is disabled',
    options: { credentials: { disabled: true } },
    is: [400, 'unauthorized_client', 7_000_112],
  },
  {
    what: 'another tenant',
    tenant: randomUUID(),
    is: [400, 'invalid_request', 90_002],
  },
  {
    what: 'a domain of nobody',
    tenant: 'nobody.example',
    is: [400, 'invalid_request', 90_002],
  },
  {
    what: 'a tenant that is neither id nor domain',
    tenant: 'not a tenant',
    is: [400, 'invalid_request', 900_023],
  },
  { what: 'any tenant at all', tenant: 'common', is: [400, 'invalid_request', 9_001_023] },
  {
    what: 'a scope that is not /.default',
    form: { scope: 'https://graph.microsoft.com/User.Read.All' },
    is: [400, 'invalid_scope', 70_011],
  },
  {
    what: 'the Graph of another cloud',
    form: { scope: 'https://graph.microsoft.us/.default' },
    is: [400, 'invalid_resource', 500_011],
  },
  {
    what: 'two resources at once',
    form: { scope: 'https://graph.microsoft.com/.default https://vault.azure.net/.default' },
    is: [400, 'invalid_scope', 700_022],
  },
  {
    what: 'another grant',
    form: { grant_type: 'password' },
    is: [400, 'unsupported_grant_type', 70_003],
  },
  { what: 'no scope', form: { scope: undefined }, is: [400, 'invalid_request', 900_144] },
];

for (const { what, options, form, tenant, is } of refusals) {
  test(`${what} is refused with AADSTS${is[2]}`, async () => {
    await using simulator = await served(options);
    const named = tenant === undefined ? simulator.tenant.id : encodeURIComponent(tenant);
    refusedWith(await askToken(simulator, form, named), ...is);
  });
}

test('a token runs out by the clock, is refused after a revocation, and by nothing but Graph', async () => {
  let now = Date.now();
  await using simulator = await served({ now: () => now });
  const refused = async (client: Client, message: RegExp) => {
    const { status, body, headers } = await client.get('/users');
    assert.equal(status, 401);
    assert.equal(body.error?.code, 'InvalidAuthenticationToken');
    assert.match(body.error.message, message);
    assert.match(headers.get('www-authenticate') ?? '', /^Bearer /);
  };
  const client = await signIn(simulator);
  simulator.revokeTokens();
  await refused(client, /revoked/);
  const other = await signIn(simulator);
  now += 3600 * 1000;
  await refused(other, /Lifetime validation failed/);
  await refused(new Client(simulator, 'nonsense'), /CompactToken parsing failed/);
});

test('a client library finds its endpoints, and no tenant but this one', async () => {
  await using simulator = await served();
  const { id } = simulator.tenant;
  const ask = async (path: string): Promise<Body> =>
    Object(await (await fetch(`${simulator.url}${path}`)).json());
  const found = await ask(`/${id}/v2.0/.well-known/openid-configuration`);
  assert.equal(found['token_endpoint'], `${simulator.url}/${id}/oauth2/v2.0/token`);
  assert.equal(found['issuer'], `${simulator.url}/${id}/v2.0`);
  const shared = await ask('/common/v2.0/.well-known/openid-configuration');
  assert.equal(shared['issuer'], `${simulator.url}/{tenantid}/v2.0`);
  const refused = await ask('/nobody.example/v2.0/.well-known/openid-configuration');
  assert.deepEqual(refused['error_codes'], [90_002]);
  const instances = await ask('/common/discovery/instance?api-version=1.1');
  const { host } = new URL(simulator.url);
  assert.deepEqual(instances['metadata'], [
    { preferred_network: host, preferred_cache: host, aliases: [host] },
  ]);
});
