/** What reads of changes need: looking up a few ids, and whom to listen for. */
export const sql = `
-- In which groups is this member?
CREATE INDEX rollkeeper_memberships_by_member ON rollkeeper_memberships (tenant_id, member_id);

-- Who reports to this supervisor?
CREATE INDEX rollkeeper_users_by_supervisor ON rollkeeper_users (tenant_id, supervisor_id)
  WHERE supervisor_id IS NOT NULL;

-- Users in the tenant's deleted items of whom there is no row: an id, so that their return is noticed.
CREATE TABLE rollkeeper_sleepers (
  tenant_id TEXT NOT NULL,
  id        TEXT NOT NULL,
  since     TEXT NOT NULL,                      -- when they were last seen there
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
`;
