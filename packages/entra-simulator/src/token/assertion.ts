import { createHash, createPublicKey, type X509Certificate } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload } from 'jose';
import type { Application } from './application.ts';
import { invalidClient, TokenRefusal } from './refusal.ts';

/** What an assertion is held against. */
export interface AssertionRules {
  readonly application: Application;
  readonly clientId: string;
  /** Every form of this token endpoint's address. */
  readonly audiences: readonly string[];
  /** In milliseconds since 1970. */
  readonly now: number;
}

type Header = ReturnType<typeof decodeProtectedHeader>;

/** Clocks may differ by this much, in seconds. */
const skew = 300;

function read(assertion: string): { header: Header; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    throw invalidClient(50027, 'JWT token is invalid or malformed.');
  }
}

function includesAudience(claims: JWTPayload, audiences: readonly string[]): boolean {
  const claimed = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  return claimed.some((one) => one !== undefined && audiences.includes(one));
}

function judgeTimes(claims: JWTPayload, now: number): void {
  const seconds = now / 1000;
  if (claims.exp === undefined || claims.exp + skew < seconds) {
    throw invalidClient(500133, 'Assertion is not within its valid time range.');
  }
  if (claims.nbf !== undefined && claims.nbf - skew > seconds) {
    throw invalidClient(500133, 'Assertion is not within its valid time range.');
  }
}

async function verify(
  assertion: string,
  key: Parameters<typeof compactVerify>[1],
  algorithms: string[],
): Promise<void> {
  try {
    await compactVerify(assertion, key, { algorithms });
  } catch {
    throw invalidClient(
      700027,
      'The certificate with identifier used to sign the client assertion is not registered on application, or the signature is wrong.',
    );
  }
}

function thumbprint(certificate: X509Certificate, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(certificate.raw).digest('base64url');
}

function named(header: Header, certificate: X509Certificate): boolean {
  const strong: unknown = header['x5t#S256'];
  if (header.alg === 'PS256') return strong === thumbprint(certificate, 'sha256');
  return (
    header.alg === 'RS256' &&
    (header.x5t === thumbprint(certificate, 'sha1') || strong === thumbprint(certificate, 'sha256'))
  );
}

async function judgeCertificate(
  assertion: string,
  header: Header,
  claims: JWTPayload,
  rules: AssertionRules,
): Promise<void> {
  const { certificate } = rules.application;
  if (certificate === undefined || !named(header, certificate)) {
    throw invalidClient(
      700027,
      'The certificate with identifier used to sign the client assertion is not registered on application.',
    );
  }
  await verify(assertion, certificate.publicKey, ['PS256', 'RS256']);
  if (
    Date.parse(certificate.validTo) < rules.now ||
    Date.parse(certificate.validFrom) > rules.now
  ) {
    throw invalidClient(
      50012,
      'The certificate used to sign the client assertion is not within its validity.',
    );
  }
  if (claims.jti === undefined || claims.jti === '') {
    throw invalidClient(50027, 'JWT token is invalid or malformed: the claim jti is missing.');
  }
  if (claims.sub !== rules.clientId) {
    throw invalidClient(50013, 'Assertion failed: subject and issuer must both be the client id.');
  }
  if (!includesAudience(claims, rules.audiences)) {
    throw invalidClient(50013, 'Assertion failed: the audience is not this token endpoint.');
  }
  judgeTimes(claims, rules.now);
}

async function judgeFederated(
  assertion: string,
  claims: JWTPayload,
  rules: AssertionRules,
): Promise<void> {
  const { federated } = rules.application;
  const fits =
    federated !== undefined &&
    claims.iss === federated.issuer &&
    claims.sub === federated.subject &&
    includesAudience(claims, [federated.audience]);
  if (!fits) {
    throw invalidClient(
      70021,
      `No matching federated identity record found for presented assertion. Assertion Issuer: '${claims.iss ?? ''}'. Assertion Subject: '${claims.sub ?? ''}'. Assertion Audience: '${String(claims.aud)}'.`,
    );
  }
  const { jwk, publicKeyPem } = federated;
  const key =
    jwk === undefined
      ? createPublicKey(publicKeyPem ?? '')
      : await importJWK(jwk, decodeProtectedHeader(assertion).alg);
  await verify(assertion, key, ['RS256', 'PS256', 'ES256']);
  judgeTimes(claims, rules.now);
}

/** Checks a client assertion for real; throws a {@link TokenRefusal} when it does not hold. */
export async function judgeAssertion(assertion: string, rules: AssertionRules): Promise<void> {
  const { header, claims } = read(assertion);
  if (claims.iss === rules.clientId) {
    await judgeCertificate(assertion, header, claims, rules);
    return;
  }
  if (header.x5t !== undefined || header['x5t#S256'] !== undefined) {
    throw new TokenRefusal(
      'invalid_client',
      50013,
      'Assertion failed: subject and issuer must both be the client id.',
    );
  }
  await judgeFederated(assertion, claims, rules);
}
