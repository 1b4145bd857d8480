import { isObject } from '../graph/answer.ts';

/** What a token seems to say. Only Graph may judge its tokens: a hint for people, never a decision. */
export interface TokenHint {
  /** Application permissions that were granted when the token was made. */
  readonly roles: readonly string[];
  readonly applicationId: string | null;
  readonly tenantId: string | null;
}

/**
 * Decodes a token without verifying it; null where it cannot be decoded, which means nothing.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function tokenHint(token: string): TokenHint | null {
  const claims = claimsOf(token);
  if (!isObject(claims)) return null;
  const text = (name: string): string | null => {
    const value = claims[name];
    return typeof value === 'string' ? value : null;
  };
  const roles: unknown = claims['roles'];
  return {
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    applicationId: text('appid') ?? text('azp'),
    tenantId: text('tid'),
  };
}

function claimsOf(token: string): unknown {
  try {
    return JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    ) as unknown;
  } catch {
    return null;
  }
}
