import type { ConsentRow, SessionRow, Ticket } from '../access.ts';
import type { Database, Session } from './connection.ts';
import { flag, text, textOrNull } from '../row.ts';

export async function openSession(
  database: Database,
  { idHash, subject, name, openedAt, expiresAt }: Omit<SessionRow, 'seenAt'> & { idHash: string },
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.run('DELETE FROM rollkeeper_sessions WHERE expires_at <= $at', {
      at: openedAt,
    });
    await transaction.run(
      `INSERT INTO rollkeeper_sessions (id_hash, subject, name, opened_at, seen_at, expires_at)
       VALUES ($id, $subject, $name, $at, $at, $expires)`,
      { id: idHash, subject, name, at: openedAt, expires: expiresAt },
    );
  });
}

/** Notes at most once a minute, and not where another has just done so. */
export async function session(
  database: Database,
  idHash: string,
  { at, idleSince }: { readonly at: string; readonly idleSince: string },
): Promise<SessionRow | null> {
  const row = await database.get(
    `SELECT subject, name, opened_at, seen_at, expires_at, seen_at <= $at::timestamptz - interval '1 minute' AS due
       FROM rollkeeper_sessions
      WHERE id_hash = $id AND expires_at > $at::timestamptz AND seen_at >= $idle`,
    { id: idHash, at, idle: idleSince },
  );
  if (row === undefined) return null;
  if (flag(row['due'])) {
    await database.run(
      'UPDATE rollkeeper_sessions SET seen_at = greatest(seen_at, $at::timestamptz) WHERE id_hash = $id',
      { id: idHash, at },
    );
  }
  return {
    subject: text(row['subject']),
    name: textOrNull(row['name']),
    openedAt: text(row['opened_at']),
    seenAt: text(row['seen_at']),
    expiresAt: text(row['expires_at']),
  };
}

export async function closeSession(database: Session, idHash: string): Promise<void> {
  await database.run('DELETE FROM rollkeeper_sessions WHERE id_hash = $id', { id: idHash });
}

export async function closeSessions(database: Session, subject: string): Promise<number> {
  return await database.run('DELETE FROM rollkeeper_sessions WHERE subject = $subject', {
    subject,
  });
}

export async function issueTicket(database: Database, ticket: Ticket, at: string): Promise<void> {
  const { idHash, purpose, holderHash, payload, expiresAt } = ticket;
  await database.transaction(async (transaction) => {
    await transaction.run('DELETE FROM rollkeeper_tickets WHERE expires_at <= $at', { at });
    await transaction.run(
      `INSERT INTO rollkeeper_tickets (id_hash, purpose, holder_hash, payload, expires_at)
       VALUES ($id, $purpose, $holder, $payload, $expires)`,
      { id: idHash, purpose, holder: holderHash, payload, expires: expiresAt },
    );
  });
}

export async function redeemTicket(
  database: Database,
  { idHash, purpose, holderHash }: Pick<Ticket, 'idHash' | 'purpose' | 'holderHash'>,
  at: string,
): Promise<string | null> {
  const row = await database.transaction(
    async (transaction) =>
      await transaction.get(
        `DELETE FROM rollkeeper_tickets
          WHERE id_hash = $id AND purpose = $purpose AND holder_hash = $holder AND expires_at > $at
      RETURNING payload`,
        { id: idHash, purpose, holder: holderHash, at },
      ),
  );
  return row === undefined ? null : text(row['payload']);
}

export async function consentOf(
  database: Session,
  applicationId: string,
): Promise<ConsentRow | null> {
  const row = await database.get(
    'SELECT tenant_id, given_at FROM rollkeeper_consents WHERE application_id = $application',
    { application: applicationId },
  );
  return row === undefined ? null : { tenantId: text(row['tenant_id']), at: text(row['given_at']) };
}

export async function keepConsent(
  database: Session,
  applicationId: string,
  { tenantId, at }: ConsentRow,
): Promise<void> {
  await database.run(
    `INSERT INTO rollkeeper_consents (application_id, tenant_id, given_at)
     VALUES ($application, $tenant, $at)
     ON CONFLICT (application_id) DO UPDATE SET tenant_id = excluded.tenant_id, given_at = excluded.given_at`,
    { application: applicationId, tenant: tenantId, at },
  );
}
