import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import type { Tenant } from '../tenant/tenant.ts';
import type { Grant } from './desk.ts';

/** Signs id tokens; the key is made when it is first needed. */
export class IdTokens {
  readonly #kid = randomUUID();
  #pair: ReturnType<typeof generateKeyPair> | undefined;

  /** The key that id tokens are verified with. */
  async keys(): Promise<{ readonly keys: readonly JWK[] }> {
    const { publicKey } = await this.#keys();
    const key = await exportJWK(publicKey);
    return { keys: [{ ...key, kid: this.#kid, use: 'sig', alg: 'RS256' }] };
  }

  /** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
  async issue(grant: Grant, tenant: Tenant, url: string, now: number): Promise<string> {
    const { privateKey } = await this.#keys();
    const user = tenant.user(grant.userId);
    const at = Math.floor(now / 1000);
    return await new SignJWT({
      tid: tenant.id,
      oid: grant.userId,
      preferred_username: user?.userPrincipalName ?? '',
      name: user?.displayName ?? '',
      ver: '2.0',
      ...(grant.nonce === null ? {} : { nonce: grant.nonce }),
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: this.#kid })
      .setIssuer(`${url}/${tenant.id}/v2.0`)
      .setSubject(`${grant.userId}-for-${grant.clientId}`)
      .setAudience(grant.clientId)
      .setIssuedAt(at)
      .setNotBefore(at)
      .setExpirationTime(at + 3600)
      .sign(privateKey);
  }

  async #keys(): ReturnType<typeof generateKeyPair> {
    this.#pair ??= generateKeyPair('RS256');
    return await this.#pair;
  }
}
