/**
 * Rows of the directory, runs, and what a run stages. Private: read the views of the next migration. Keys are compared byte
 * by byte (`COLLATE "C"`), as everywhere else in Rollkeeper, whatever the database's own order is.
 */
export const sql = `
-- One row a tenant: the lease of its running run, and what its last applied run was made with.
CREATE TABLE rollkeeper_connections (
  tenant_id        text COLLATE "C" NOT NULL PRIMARY KEY,
  fence            bigint NOT NULL,             -- counts up with every claim
  lease_run_id     bigint,                      -- null: no run has the lease
  lease_owner      text,                        -- host:process:its start in milliseconds
  lease_seconds    double precision,
  lease_expires_at timestamptz,                 -- by the database's clock
  remembered       text,                        -- JSON; null: nothing was applied yet
  rows_version     bigint NOT NULL DEFAULT 0,   -- counts up whenever rows that are counted may change
  counted          text                         -- JSON of what was counted of this version; null: nothing yet
);

-- The one table whose key is not the tenant: it is how a tenant is found.
CREATE TABLE rollkeeper_tenant_names (
  name      text COLLATE "C" NOT NULL PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL
);

-- Run numbers count up over the whole database.
CREATE SEQUENCE rollkeeper_run_numbers;

CREATE TABLE rollkeeper_runs (
  tenant_id     text COLLATE "C" NOT NULL,
  run_id        bigint  NOT NULL,
  kind          text    NOT NULL,
  dry_run       boolean NOT NULL,
  status        text    NOT NULL,
  started_at    timestamptz NOT NULL,
  applied_at    timestamptz,
  finished_at   timestamptz,
  report        text,
  held          text,
  error_code    text,
  error_message text,
  -- Removals that the run applied, by kind, for the deletion threshold of the runs after it.
  leaving       bigint  NOT NULL DEFAULT 0,
  deactivations bigint  NOT NULL DEFAULT 0,
  memberships   bigint  NOT NULL DEFAULT 0,
  -- Numbers given to staged rows, and how many of those rows were dropped as repeats. Staging is not logged: a server that
  -- crashed has lost it, and these tell.
  staged        bigint  NOT NULL DEFAULT 0,
  repeated      bigint  NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, run_id)
);

-- Everyone ever in scope. A fingerprint of -1 equals no statement's.
CREATE TABLE rollkeeper_users (
  tenant_id           text COLLATE "C" NOT NULL,
  id                  text COLLATE "C" NOT NULL,
  user_principal_name text,
  display_name        text,
  given_name          text,
  surname             text,
  mail                text,
  job_title           text,
  department          text,
  company_name        text,
  office_location     text,
  employee_id         text,
  mobile_phone        text,
  business_phones     text,                     -- JSON list
  account_enabled     boolean,
  user_type           text,
  created_date_time   text,                     -- as Graph says it
  attributes          text,                     -- JSON object of the extra attributes
  supervisor_id       text COLLATE "C",
  fingerprint         bigint NOT NULL,
  deleted_reason      text,                     -- null: in scope
  deleted_at          timestamptz,
  status_since        timestamptz NOT NULL,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE INDEX rollkeeper_users_deleted ON rollkeeper_users (tenant_id, id, deleted_reason)
  WHERE deleted_reason IS NOT NULL;

-- Managers of people in scope who never were in scope themselves.
CREATE TABLE rollkeeper_outside_managers (
  tenant_id           text COLLATE "C" NOT NULL,
  id                  text COLLATE "C" NOT NULL,
  kind                text NOT NULL,            -- user, orgContact
  user_principal_name text,
  display_name        text,
  mail                text,
  status_since        timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE rollkeeper_groups (
  tenant_id                text COLLATE "C" NOT NULL,
  id                       text COLLATE "C" NOT NULL,
  display_name             text,
  description              text,
  mail                     text,
  mail_nickname            text,
  security_enabled         boolean,
  mail_enabled             boolean,
  group_types              text,                -- JSON list
  visibility               text,
  created_date_time        text,
  on_premises_sync_enabled boolean,
  in_closure               boolean NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- Direct edges, those that sleep with a deleted member included.
CREATE TABLE rollkeeper_memberships (
  tenant_id   text COLLATE "C" NOT NULL,
  group_id    text COLLATE "C" NOT NULL,
  member_id   text COLLATE "C" NOT NULL,
  member_kind text NOT NULL,                    -- user, group
  PRIMARY KEY (tenant_id, group_id, member_id)
);

-- What changed, one row a difference. The time of a change is its run's applied_at.
CREATE TABLE rollkeeper_changes (
  tenant_id  text COLLATE "C" NOT NULL,
  sequence   bigint NOT NULL,
  run_id     bigint NOT NULL,
  change     text   NOT NULL,
  subject_id text COLLATE "C" NOT NULL,
  attribute  text,
  old_value  text,
  new_value  text,
  PRIMARY KEY (tenant_id, sequence)
);

-- The plan of a run. People to create and memberships to add come by the thousand: one operation stands for a run of
-- staged rows, and for as many sequence numbers. Names are filled in, and each operation is given a row of its own, when
-- the run ends and its plan must still be shown.
CREATE TABLE rollkeeper_operations (
  tenant_id     text COLLATE "C" NOT NULL,
  run_id        bigint NOT NULL,
  sequence      bigint NOT NULL,
  kind          text   NOT NULL,
  row           bigint NOT NULL,
  last_row      bigint NOT NULL,                -- the same as row, but for 'create' and 'add_membership'
  reason        text,
  supervisor_id text COLLATE "C",
  subject_id    text COLLATE "C",
  subject_name  text,
  display_name  text,
  object_id     text COLLATE "C",
  object_name   text,
  PRIMARY KEY (tenant_id, run_id, sequence)
);

-- Who comes or goes by a plan.
CREATE INDEX rollkeeper_operations_presence ON rollkeeper_operations (tenant_id, run_id, subject_id)
  WHERE kind IN ('soft_delete', 'move_reason', 'restore');

-- Staging: appended by row as a read goes on, dropped when the run ends, and not logged. Rows of a run share one numbering.
CREATE UNLOGGED TABLE rollkeeper_staged_users (
  tenant_id           text COLLATE "C" NOT NULL,
  run_id              bigint NOT NULL,
  row                 bigint NOT NULL,
  id                  text COLLATE "C" NOT NULL,
  user_principal_name text,
  display_name        text,
  given_name          text,
  surname             text,
  mail                text,
  job_title           text,
  department          text,
  company_name        text,
  office_location     text,
  employee_id         text,
  mobile_phone        text,
  business_phones     text,
  account_enabled     boolean,
  user_type           text,
  created_date_time   text,
  attributes          text,
  supervisor_id       text COLLATE "C",
  fingerprint         bigint NOT NULL,
  PRIMARY KEY (tenant_id, run_id, row)
);

CREATE UNLOGGED TABLE rollkeeper_staged_absences (
  tenant_id text COLLATE "C" NOT NULL,
  run_id    bigint NOT NULL,
  row       bigint NOT NULL,
  id        text COLLATE "C" NOT NULL,
  reason    text   NOT NULL,
  PRIMARY KEY (tenant_id, run_id, row)
);

CREATE UNLOGGED TABLE rollkeeper_staged_managers (
  tenant_id           text COLLATE "C" NOT NULL,
  run_id              bigint NOT NULL,
  row                 bigint NOT NULL,
  id                  text COLLATE "C" NOT NULL,
  kind                text   NOT NULL,
  user_principal_name text,
  display_name        text,
  mail                text,
  PRIMARY KEY (tenant_id, run_id, row)
);

CREATE UNLOGGED TABLE rollkeeper_staged_groups (
  tenant_id                text COLLATE "C" NOT NULL,
  run_id                   bigint  NOT NULL,
  row                      bigint  NOT NULL,
  id                       text COLLATE "C" NOT NULL,
  display_name             text,
  description              text,
  mail                     text,
  mail_nickname            text,
  security_enabled         boolean,
  mail_enabled             boolean,
  group_types              text,
  visibility               text,
  created_date_time        text,
  on_premises_sync_enabled boolean,
  in_closure               boolean NOT NULL,
  kept                     boolean NOT NULL,    -- false: no longer among the groups that are kept
  PRIMARY KEY (tenant_id, run_id, row)
);

CREATE UNLOGGED TABLE rollkeeper_staged_memberships (
  tenant_id   text COLLATE "C" NOT NULL,
  run_id      bigint  NOT NULL,
  row         bigint  NOT NULL,
  group_id    text COLLATE "C" NOT NULL,
  member_id   text COLLATE "C" NOT NULL,
  member_kind text    NOT NULL,
  member      boolean NOT NULL,                 -- false: no longer a member
  PRIMARY KEY (tenant_id, run_id, row)
);
`;
