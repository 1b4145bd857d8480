import type { Connection } from './connection.ts';

/** Users and absences share one numbering of rows. */
export const stagedTables = [
  'rollkeeper_staged_users',
  'rollkeeper_staged_absences',
  'rollkeeper_staged_managers',
  'rollkeeper_staged_groups',
  'rollkeeper_staged_memberships',
  'rollkeeper_staged_sleepers',
] as const;
export type StagedTable = (typeof stagedTables)[number];

/**
 * What runs stage, until they end, in tables of this connection alone. Nobody else reads them, they need not outlive
 * the process, and SQLite drops them with the connection: so they bypass the log, take no lock that others wait for, and
 * leave no trace in the file. Rows are numbered in order of arrival, over all tenants.
 */
export function createStaging(connection: Connection): void {
  connection.execute(sql);
}

const sql = `
CREATE TEMP TABLE IF NOT EXISTS rollkeeper_staged_users (
  row                 INTEGER NOT NULL PRIMARY KEY,
  tenant_id           TEXT    NOT NULL,
  run_id              INTEGER NOT NULL,
  id                  TEXT    NOT NULL,
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
  attributes          TEXT,
  supervisor_id       TEXT,
  fingerprint         INTEGER NOT NULL
) STRICT;

CREATE TEMP TABLE IF NOT EXISTS rollkeeper_staged_absences (
  row       INTEGER NOT NULL PRIMARY KEY,
  tenant_id TEXT    NOT NULL,
  run_id    INTEGER NOT NULL,
  id        TEXT    NOT NULL,
  reason    TEXT    NOT NULL
) STRICT;

CREATE TEMP TABLE IF NOT EXISTS rollkeeper_staged_managers (
  row                 INTEGER NOT NULL PRIMARY KEY,
  tenant_id           TEXT    NOT NULL,
  run_id              INTEGER NOT NULL,
  id                  TEXT    NOT NULL,
  kind                TEXT    NOT NULL,
  user_principal_name TEXT,
  display_name        TEXT,
  mail                TEXT
) STRICT;

CREATE TEMP TABLE IF NOT EXISTS rollkeeper_staged_groups (
  row                      INTEGER NOT NULL PRIMARY KEY,
  tenant_id                TEXT    NOT NULL,
  run_id                   INTEGER NOT NULL,
  id                       TEXT    NOT NULL,
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
  kept                     INTEGER NOT NULL     -- 0: no longer among the groups that are kept
) STRICT;

CREATE TEMP TABLE IF NOT EXISTS rollkeeper_staged_memberships (
  row         INTEGER NOT NULL PRIMARY KEY,
  tenant_id   TEXT    NOT NULL,
  run_id      INTEGER NOT NULL,
  group_id    TEXT    NOT NULL,
  member_id   TEXT    NOT NULL,
  member_kind TEXT    NOT NULL,
  member      INTEGER NOT NULL                  -- 0: no longer a member
) STRICT;

CREATE TEMP TABLE IF NOT EXISTS rollkeeper_staged_sleepers (
  row       INTEGER NOT NULL PRIMARY KEY,
  tenant_id TEXT    NOT NULL,
  run_id    INTEGER NOT NULL,
  id        TEXT    NOT NULL,
  asleep    INTEGER NOT NULL                    -- 0: restored, or deleted for good
) STRICT;
`;
