/** What was erased on purpose, and when: never of whom. */
export const sql = `
CREATE TABLE rollkeeper_erasures (
  tenant_id TEXT    NOT NULL,
  sequence  INTEGER NOT NULL,
  kind      TEXT    NOT NULL,                    -- purge, forget
  people    INTEGER NOT NULL,
  done_at   TEXT    NOT NULL,
  done_by   TEXT    NOT NULL,
  PRIMARY KEY (tenant_id, sequence)
) STRICT, WITHOUT ROWID;
`;
