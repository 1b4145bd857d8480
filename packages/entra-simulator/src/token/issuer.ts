import { randomBytes, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { GraphError } from '../graph-error.ts';
import type { Application } from './application.ts';

/** What a token of this simulator says. */
export interface TokenFacts {
  readonly tenantId: string;
  readonly application: Application;
  readonly audience: string;
}

function refused(message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    'WWW-Authenticate': 'Bearer realm="", authorization_uri="/common/oauth2/authorize"',
  });
}

/** Issues access tokens and checks them when they come back. */
export class TokenIssuer {
  readonly #key = randomBytes(32);
  readonly #now: () => number;
  readonly #seconds: number;
  readonly #checked = new Map<
    string,
    { exp: number; generation: number; roles: readonly string[] }
  >();
  #generation = 1;

  constructor(now: () => number, seconds: number) {
    this.#now = now;
    this.#seconds = seconds;
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** Every token issued so far is refused from now on. */
  revoke(): void {
    this.#generation += 1;
    this.#checked.clear();
  }

  async issue({ tenantId, application, audience }: TokenFacts): Promise<string> {
    const at = Math.floor(this.#now() / 1000);
    const roles =
      application.permissions.length === 0 ? {} : { roles: [...application.permissions] };
    return await new SignJWT({
      tid: tenantId,
      appid: application.clientId,
      oid: application.servicePrincipalId,
      sub: application.servicePrincipalId,
      idtyp: 'app',
      ver: '1.0',
      uti: randomUUID(),
      gen: this.#generation,
      ...roles,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(`https://sts.windows.net/${tenantId}/`)
      .setAudience(audience)
      .setIssuedAt(at)
      .setNotBefore(at)
      .setExpirationTime(at + this.#seconds)
      .sign(this.#key);
  }

  /** The roles of the token of an Authorization header; a 401 when it does not hold for this tenant. */
  async check(
    authorization: string | undefined,
    tenantId: string,
    audiences: readonly string[],
  ): Promise<readonly string[]> {
    const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw refused('Access token is empty.');
    const known = this.#checked.get(token) ?? (await this.#read(token, tenantId, audiences));
    if (known.exp * 1000 <= this.#now())
      throw refused('Lifetime validation failed, the token is expired.');
    if (known.generation < this.#generation) throw refused('Access token has been revoked.');
    return known.roles;
  }

  async #read(token: string, tenantId: string, audiences: readonly string[]) {
    const payload = await this.#payload(token);
    const named = [payload.aud].flat();
    if (!named.some((one) => one !== undefined && audiences.includes(one)))
      throw refused('Invalid audience.');
    if (payload['tid'] !== tenantId) throw refused('Invalid tenant.');
    const roles: unknown = payload['roles'];
    const known = {
      exp: payload.exp ?? 0,
      generation: Number(payload['gen']),
      roles: Array.isArray(roles) ? roles.map(String) : [],
    };
    if (this.#checked.size > 1000) this.#checked.clear();
    this.#checked.set(token, known);
    return known;
  }

  async #payload(token: string) {
    try {
      // The life of the token is judged by the simulator's own clock, afterwards.
      const { payload } = await jwtVerify(token, this.#key, {
        currentDate: new Date(0),
        clockTolerance: 1e12,
      });
      return payload;
    } catch {
      throw refused('CompactToken parsing failed with error code: 80049217');
    }
  }
}
