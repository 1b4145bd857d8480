/** What was erased on purpose, and when: never of whom. */
export const sql = `
CREATE TABLE rollkeeper_erasures (
  tenant_id text COLLATE "C" NOT NULL,
  sequence  bigint NOT NULL,
  kind      text   NOT NULL,                    -- purge, forget
  people    bigint NOT NULL,
  done_at   timestamptz NOT NULL,
  done_by   text   NOT NULL,
  PRIMARY KEY (tenant_id, sequence)
);
`;
