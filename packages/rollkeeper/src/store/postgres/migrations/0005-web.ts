/** What the pages keep. Secrets stand here as hashes only. */
export const sql = `
CREATE TABLE rollkeeper_sessions (
  id_hash    text COLLATE "C" NOT NULL PRIMARY KEY,
  subject    text COLLATE "C" NOT NULL,
  name       text,
  opened_at  timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX rollkeeper_sessions_by_subject ON rollkeeper_sessions (subject);

CREATE TABLE rollkeeper_tickets (
  id_hash     text COLLATE "C" NOT NULL PRIMARY KEY,
  purpose     text NOT NULL,                    -- consent, sign-in
  holder_hash text COLLATE "C" NOT NULL,
  payload     text NOT NULL,
  expires_at  timestamptz NOT NULL
);

CREATE TABLE rollkeeper_consents (
  application_id text COLLATE "C" NOT NULL PRIMARY KEY,
  tenant_id      text COLLATE "C" NOT NULL,
  given_at       timestamptz NOT NULL
);
`;
