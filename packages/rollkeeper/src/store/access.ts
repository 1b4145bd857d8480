/**
 * What the pages keep: who is signed in, what was begun and must come back once, and the tenant that consented. None of
 * it belongs to a tenant's rows; consent is kept by application, sessions and tickets by the hash of a secret that only
 * a browser holds.
 */

/** Somebody who is signed in. */
export interface SessionRow {
  /** The object id in Entra, or `one-time` for whoever came by the address on the terminal. */
  readonly subject: string;
  /** As the page's head shows it. */
  readonly name: string | null;
  readonly openedAt: string;
  readonly seenAt: string;
  readonly expiresAt: string;
}

/** Something that was begun and may be ended once: a consent, a sign-in. */
export interface Ticket {
  /** SHA-256 of the secret that goes out and comes back, in base64url. */
  readonly idHash: string;
  readonly purpose: 'consent' | 'sign-in';
  /** SHA-256 of the secret of the browser that began it: no other may end it. */
  readonly holderHash: string;
  /** What is needed to go on. Never a secret. */
  readonly payload: string;
  readonly expiresAt: string;
}

/** The tenant whose administrator consented. */
export interface ConsentRow {
  readonly tenantId: string;
  readonly at: string;
}

export interface AccessStore {
  /** Opens a session, and drops those that have expired at `openedAt`. */
  openSession(session: Omit<SessionRow, 'seenAt'> & { readonly idHash: string }): Promise<void>;
  /**
   * The session; null where there is none, where it has expired, or where it was not seen since `idleSince`. Notes it
   * as seen at `at`, at most once a minute, and not while another writes.
   */
  session(
    idHash: string,
    seen: { readonly at: string; readonly idleSince: string },
  ): Promise<SessionRow | null>;
  /** Ends a session. Nothing happens where there is none. */
  closeSession(idHash: string): Promise<void>;
  /** Ends every session of somebody. Returns how many there were. */
  closeSessions(subject: string): Promise<number>;

  /** Keeps a ticket, and drops those that have expired at `at`. */
  issueTicket(ticket: Ticket, at: string): Promise<void>;
  /**
   * Takes a ticket away and returns its payload; null where there is none of this purpose and holder, or where it has
   * expired at `at`. Of several callers at once one gets it.
   */
  redeemTicket(
    ticket: Pick<Ticket, 'idHash' | 'purpose' | 'holderHash'>,
    at: string,
  ): Promise<string | null>;

  /** The tenant that consented to an application; null: none. */
  consentOf(applicationId: string): Promise<ConsentRow | null>;
  /** Keeps the tenant that consented, instead of any before it. */
  keepConsent(applicationId: string, consent: ConsentRow): Promise<void>;
}
