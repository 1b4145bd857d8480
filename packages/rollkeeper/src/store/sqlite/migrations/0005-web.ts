/** What the pages keep. Secrets stand here as hashes only. */
export const sql = `
CREATE TABLE rollkeeper_sessions (
  id_hash    TEXT NOT NULL PRIMARY KEY,
  subject    TEXT NOT NULL,
  name       TEXT,
  opened_at  TEXT NOT NULL,
  seen_at    TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX rollkeeper_sessions_by_subject ON rollkeeper_sessions (subject);

CREATE TABLE rollkeeper_tickets (
  id_hash     TEXT NOT NULL PRIMARY KEY,
  purpose     TEXT NOT NULL,                    -- consent, sign-in
  holder_hash TEXT NOT NULL,
  payload     TEXT NOT NULL,
  expires_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rollkeeper_consents (
  application_id TEXT NOT NULL PRIMARY KEY,
  tenant_id      TEXT NOT NULL,
  given_at       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
