/** Rows of the directory and runs. Private: read the views of the next migration. What a run stages: `../staged.ts`. */
export const sql = `
-- One row a tenant: the lease of its running run, and what its last applied run was made with.
CREATE TABLE rollkeeper_connections (
  tenant_id        TEXT    NOT NULL PRIMARY KEY,
  fence            INTEGER NOT NULL,            -- counts up with every claim
  lease_run_id     INTEGER,                     -- null: no run has the lease
  lease_owner      TEXT,                        -- host:process:its start in milliseconds
  lease_expires_at REAL,                        -- seconds since 1970 by the database's clock
  remembered       TEXT,                        -- JSON; null: nothing was applied yet
  rows_version     INTEGER NOT NULL DEFAULT 0,  -- counts up whenever rows that are counted may change
  counted          TEXT                         -- JSON of what was counted of this version; null: nothing yet
) STRICT, WITHOUT ROWID;

-- The one table whose key is not the tenant: it is how a tenant is found.
CREATE TABLE rollkeeper_tenant_names (
  name      TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rollkeeper_runs (
  tenant_id     TEXT    NOT NULL,
  run_id        INTEGER NOT NULL,
  kind          TEXT    NOT NULL,
  dry_run       INTEGER NOT NULL,
  status        TEXT    NOT NULL,
  started_at    TEXT    NOT NULL,
  applied_at    TEXT,
  finished_at   TEXT,
  report        TEXT,
  held          TEXT,
  error_code    TEXT,
  error_message TEXT,
  -- Removals that the run applied, by kind, for the deletion threshold of the runs after it.
  leaving       INTEGER NOT NULL DEFAULT 0,
  deactivations INTEGER NOT NULL DEFAULT 0,
  memberships   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, run_id)
) STRICT, WITHOUT ROWID;

-- Run numbers count up over the whole database.
CREATE INDEX rollkeeper_runs_by_number ON rollkeeper_runs (run_id);

-- Everyone ever in scope. A fingerprint of -1 equals no statement's.
CREATE TABLE rollkeeper_users (
  tenant_id           TEXT NOT NULL,
  id                  TEXT NOT NULL,
  user_principal_name TEXT,
  display_name        TEXT,
  given_name          TEXT,
  surname             TEXT,
  mail                TEXT,
  job_title           TEXT,
  department          TEXT,
  company_name        TEXT,
  office_location     TEXT,
  employee_id         TEXT,
  mobile_phone        TEXT,
  business_phones     TEXT,
  account_enabled     INTEGER,
  user_type           TEXT,
  created_date_time   TEXT,
  attributes          TEXT,                     -- JSON object of the extra attributes
  supervisor_id       TEXT,
  fingerprint         INTEGER NOT NULL,
  deleted_reason      TEXT,                     -- null: in scope
  deleted_at          TEXT,
  status_since        TEXT NOT NULL,
  created_at          TEXT NOT NULL,
  updated_at          TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX rollkeeper_users_deleted ON rollkeeper_users (tenant_id, id, deleted_reason)
  WHERE deleted_reason IS NOT NULL;

-- Managers of people in scope who never were in scope themselves.
CREATE TABLE rollkeeper_outside_managers (
  tenant_id           TEXT NOT NULL,
  id                  TEXT NOT NULL,
  kind                TEXT NOT NULL,            -- user, orgContact
  user_principal_name TEXT,
  display_name        TEXT,
  mail                TEXT,
  status_since        TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollkeeper_groups (
  tenant_id                TEXT NOT NULL,
  id                       TEXT NOT NULL,
  display_name             TEXT,
  description              TEXT,
  mail                     TEXT,
  mail_nickname            TEXT,
  security_enabled         INTEGER,
  mail_enabled             INTEGER,
  group_types              TEXT,
  visibility               TEXT,
  created_date_time        TEXT,
  on_premises_sync_enabled INTEGER,
  in_closure               INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- Direct edges, those that sleep with a deleted member included.
CREATE TABLE rollkeeper_memberships (
  tenant_id   TEXT NOT NULL,
  group_id    TEXT NOT NULL,
  member_id   TEXT NOT NULL,
  member_kind TEXT NOT NULL,                    -- user, group
  PRIMARY KEY (tenant_id, group_id, member_id)
) STRICT, WITHOUT ROWID;

-- What changed, one row a difference. The time of a change is its run's applied_at.
CREATE TABLE rollkeeper_changes (
  tenant_id  TEXT    NOT NULL,
  sequence   INTEGER NOT NULL,
  run_id     INTEGER NOT NULL,
  change     TEXT    NOT NULL,
  subject_id TEXT    NOT NULL,
  attribute  TEXT,
  old_value  TEXT,
  new_value  TEXT,
  PRIMARY KEY (tenant_id, sequence)
) STRICT, WITHOUT ROWID;

-- The plan of a run. People to create and memberships to add come by the thousand: one operation stands for a run of
-- staged rows, and for as many sequence numbers. Names are filled in, and each operation is given a row of its own, when
-- the run ends and its plan must still be shown.
CREATE TABLE rollkeeper_operations (
  tenant_id     TEXT    NOT NULL,
  run_id        INTEGER NOT NULL,
  sequence      INTEGER NOT NULL,
  kind          TEXT    NOT NULL,
  row           INTEGER NOT NULL,
  last_row      INTEGER NOT NULL,               -- the same as row, but for 'create' and 'add_membership'
  reason        TEXT,
  supervisor_id TEXT,
  subject_id    TEXT,
  subject_name  TEXT,
  display_name  TEXT,
  object_id     TEXT,
  object_name   TEXT,
  PRIMARY KEY (tenant_id, run_id, sequence)
) STRICT, WITHOUT ROWID;

-- Who comes or goes by a plan.
CREATE INDEX rollkeeper_operations_presence ON rollkeeper_operations (tenant_id, run_id, subject_id)
  WHERE kind IN ('soft_delete', 'move_reason', 'restore');
`;
