import { randomBytes } from 'node:crypto';

/** What somebody signed in for: what the code they were given stands for. */
export interface Grant {
  readonly userId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly nonce: string | null;
  /** The S256 challenge; null: none was sent. */
  readonly challenge: string | null;
}

/** How an administrator answers the request for consent. `page`: a page asks. */
export type ConsentDecision = 'page' | 'grant' | 'cancel' | 'not-administrator';

/**
 * The pages of the login: what people do on them can be set beforehand, so that a test needs no clicks, or left to the
 * pages. Codes stand for a sign-in once.
 */
export class Desk {
  /** What the administrator does on the consent page. Default `page`. */
  consent: ConsentDecision = 'page';
  /** Permissions that consent grants. Default: those the application has. */
  grants: readonly string[] | null = null;
  /** So many token requests after consent are refused as if nobody had consented: replication. Default 0. */
  replicationRefusals = 0;
  /** Who signs in, by id or user name; `cancel`: nobody does; `page`: a page asks. Default `page`. */
  signsIn: string = 'page';
  /** The redirect URIs of the registration. Default null: any. */
  redirectUris: readonly string[] | null = null;
  readonly #grants = new Map<string, Grant>();
  #refusalsLeft = 0;

  /** Whether a redirect URI is one of the registration's, letter by letter. */
  isRegistered(redirectUri: string): boolean {
    return this.redirectUris === null || this.redirectUris.includes(redirectUri);
  }

  /** A code that stands for the grant. */
  issue(grant: Grant): string {
    const code = `0.${randomBytes(32).toString('base64url')}`;
    this.#grants.set(code, grant);
    return code;
  }

  /** What a code stood for; `undefined`: nothing, or it was redeemed before. */
  redeem(code: string): Grant | undefined {
    const grant = this.#grants.get(code);
    this.#grants.delete(code);
    return grant;
  }

  /** Consent was given just now. */
  consented(): void {
    this.#refusalsLeft = this.replicationRefusals;
  }

  /** Whether the consent has not yet reached the server that is asked for a token. */
  isReplicating(): boolean {
    if (this.#refusalsLeft === 0) return false;
    this.#refusalsLeft -= 1;
    return true;
  }
}
