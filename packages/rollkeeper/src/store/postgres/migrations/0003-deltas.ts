/** What reads of changes need: looking up a few ids, and whom to listen for. */
export const sql = `
-- In which groups is this member?
CREATE INDEX rollkeeper_memberships_by_member ON rollkeeper_memberships (tenant_id, member_id);

-- Which groups are in which?
CREATE INDEX rollkeeper_memberships_nested ON rollkeeper_memberships (tenant_id, group_id, member_id)
  WHERE member_kind = 'group';

-- Who reports to this supervisor? Object ids are unique over all tenants: without the tenant before each of them it costs a
-- first run half as much.
CREATE INDEX rollkeeper_users_by_supervisor ON rollkeeper_users (supervisor_id)
  WHERE supervisor_id IS NOT NULL;

-- Users in the tenant's deleted items of whom there is no row: an id, so that their return is noticed.
CREATE TABLE rollkeeper_sleepers (
  tenant_id text COLLATE "C" NOT NULL,
  id        text COLLATE "C" NOT NULL,
  since     timestamptz NOT NULL,                -- when they were last seen there
  PRIMARY KEY (tenant_id, id)
);

CREATE UNLOGGED TABLE rollkeeper_staged_sleepers (
  tenant_id text COLLATE "C" NOT NULL,
  run_id    bigint  NOT NULL,
  row       bigint  NOT NULL,
  id        text COLLATE "C" NOT NULL,
  asleep    boolean NOT NULL,                    -- false: restored, or deleted for good
  PRIMARY KEY (tenant_id, run_id, row)
);
`;
