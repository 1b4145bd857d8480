import type { ConsentRow, SessionRow, Ticket } from '../access.ts';
import type { Connection } from './connection.ts';
import { text, textOrNull } from '../row.ts';

export function openSession(
  connection: Connection,
  { idHash, subject, name, openedAt, expiresAt }: Omit<SessionRow, 'seenAt'> & { idHash: string },
): void {
  connection.transaction(() => {
    connection.run('DELETE FROM rollkeeper_sessions WHERE expires_at <= $at', { at: openedAt });
    connection.run(
      `INSERT INTO rollkeeper_sessions (id_hash, subject, name, opened_at, seen_at, expires_at)
       VALUES ($id, $subject, $name, $at, $at, $expires)`,
      { id: idHash, subject, name, at: openedAt, expires: expiresAt },
    );
  });
}

export function session(
  connection: Connection,
  idHash: string,
  { at, idleSince }: { readonly at: string; readonly idleSince: string },
): SessionRow | null {
  const row = connection.get(
    `SELECT subject, name, opened_at, seen_at, expires_at FROM rollkeeper_sessions
      WHERE id_hash = $id AND expires_at > $at AND seen_at >= $idle`,
    { id: idHash, at, idle: idleSince },
  );
  if (row === undefined) return null;
  const seenAt = text(row['seen_at']);
  if (Date.parse(at) - Date.parse(seenAt) >= noteEveryMs) note(connection, idHash, at);
  return {
    subject: text(row['subject']),
    name: textOrNull(row['name']),
    openedAt: text(row['opened_at']),
    seenAt,
    expiresAt: text(row['expires_at']),
  };
}

const noteEveryMs = 60_000;

/** A page does not fail because a run is writing: then this minute goes without a note. */
function note(connection: Connection, idHash: string, at: string): void {
  connection.unlessLocked(() => {
    connection.run('UPDATE rollkeeper_sessions SET seen_at = $at WHERE id_hash = $id', {
      id: idHash,
      at,
    });
  });
}

export function closeSession(connection: Connection, idHash: string): void {
  connection.run('DELETE FROM rollkeeper_sessions WHERE id_hash = $id', { id: idHash });
}

export function closeSessions(connection: Connection, subject: string): number {
  return connection.run('DELETE FROM rollkeeper_sessions WHERE subject = $subject', { subject });
}

export function issueTicket(connection: Connection, ticket: Ticket, at: string): void {
  const { idHash, purpose, holderHash, payload, expiresAt } = ticket;
  connection.transaction(() => {
    connection.run('DELETE FROM rollkeeper_tickets WHERE expires_at <= $at', { at });
    connection.run(
      `INSERT INTO rollkeeper_tickets (id_hash, purpose, holder_hash, payload, expires_at)
       VALUES ($id, $purpose, $holder, $payload, $expires)`,
      { id: idHash, purpose, holder: holderHash, payload, expires: expiresAt },
    );
  });
}

export function redeemTicket(
  connection: Connection,
  { idHash, purpose, holderHash }: Pick<Ticket, 'idHash' | 'purpose' | 'holderHash'>,
  at: string,
): string | null {
  const row = connection.get(
    `DELETE FROM rollkeeper_tickets
      WHERE id_hash = $id AND purpose = $purpose AND holder_hash = $holder AND expires_at > $at
  RETURNING payload`,
    { id: idHash, purpose, holder: holderHash, at },
  );
  return row === undefined ? null : text(row['payload']);
}

export function consentOf(connection: Connection, applicationId: string): ConsentRow | null {
  const row = connection.get(
    'SELECT tenant_id, given_at FROM rollkeeper_consents WHERE application_id = $application',
    { application: applicationId },
  );
  return row === undefined ? null : { tenantId: text(row['tenant_id']), at: text(row['given_at']) };
}

export function keepConsent(
  connection: Connection,
  applicationId: string,
  { tenantId, at }: ConsentRow,
): void {
  connection.run(
    `INSERT INTO rollkeeper_consents (application_id, tenant_id, given_at)
     VALUES ($application, $tenant, $at)
     ON CONFLICT (application_id) DO UPDATE SET tenant_id = excluded.tenant_id, given_at = excluded.given_at`,
    { application: applicationId, tenant: tenantId, at },
  );
}
