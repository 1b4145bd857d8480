/**
 * What the pages search. Private, and none of it is truth: it is made of the rows, after a run, by `freshen`. Numbers
 * stand in for ids where millions of small entries refer to a person.
 */
export const sql = `
-- How far what is kept for a tenant has come.
CREATE TABLE rollkeeper_search (
  tenant_id  TEXT    NOT NULL PRIMARY KEY,
  number     INTEGER NOT NULL UNIQUE,           -- stands for the tenant in the millions of entries below
  sequence   INTEGER NOT NULL,                  -- the last change that was looked at
  swept      TEXT,                              -- not null: all people are being looked at, those up to this id are done
  swept_to   INTEGER NOT NULL,                  -- changes up to this one are of people whom that covers
  run_id     INTEGER NOT NULL                   -- the last applied run that the totals are of
) STRICT, WITHOUT ROWID;

CREATE TABLE rollkeeper_search_people (
  number        INTEGER NOT NULL PRIMARY KEY,
  tenant        INTEGER NOT NULL,               -- its number
  id            TEXT    NOT NULL,
  name          TEXT    NOT NULL,               -- as it is sorted
  department    TEXT    NOT NULL,               -- as it is written; '': none
  by_department TEXT    NOT NULL,               -- as it is sorted
  status        TEXT    NOT NULL,
  status_since  TEXT    NOT NULL,
  guest         INTEGER NOT NULL,
  supervisor_id TEXT,
  words         TEXT    NOT NULL,               -- each with a space before it
  UNIQUE (tenant, id)
) STRICT;

CREATE INDEX rollkeeper_search_people_name ON rollkeeper_search_people (tenant, name);
CREATE INDEX rollkeeper_search_people_department ON rollkeeper_search_people (tenant, by_department, name);
CREATE INDEX rollkeeper_search_people_since ON rollkeeper_search_people (tenant, status_since);
CREATE INDEX rollkeeper_search_people_supervisor ON rollkeeper_search_people (tenant, supervisor_id, name)
  WHERE supervisor_id IS NOT NULL;

-- Words and filters of people by number, each word with the tenant's number before it. The first letters of words, with that
-- number, are looked up like whole words: of what many words begin with, nothing need be merged.
CREATE VIRTUAL TABLE rollkeeper_search_words USING fts5(
  words, content = '', contentless_delete = 1, detail = none, prefix = '3 4 5', tokenize = "ascii tokenchars '.'"
);

-- What happened to whom.
CREATE TABLE rollkeeper_search_changes (
  number   INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (number, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollkeeper_search_totals (
  tenant_id  TEXT    NOT NULL,
  department TEXT    NOT NULL,
  status     TEXT    NOT NULL,
  guest      INTEGER NOT NULL,
  people     INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, department, status, guest)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollkeeper_search_groups (
  tenant_id TEXT    NOT NULL,
  id        TEXT    NOT NULL,
  name      TEXT    NOT NULL,
  words     TEXT    NOT NULL,
  people    INTEGER NOT NULL,
  groups    INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX rollkeeper_search_groups_name ON rollkeeper_search_groups (tenant_id, name, id);

-- The few edges between groups, from the member's side.
CREATE INDEX rollkeeper_memberships_of_groups ON rollkeeper_memberships (tenant_id, member_id)
  WHERE member_kind = 'group';

-- Who is gone from the rows is gone from here.
CREATE TRIGGER rollkeeper_search_forgets AFTER DELETE ON rollkeeper_search_people BEGIN
  DELETE FROM rollkeeper_search_words WHERE rowid = OLD.number;
  DELETE FROM rollkeeper_search_changes WHERE number = OLD.number;
  UPDATE rollkeeper_search_people SET supervisor_id = NULL
   WHERE tenant = OLD.tenant AND supervisor_id = OLD.id;
  -- Whoever is forgotten takes changes along, and the next run may give their numbers again.
  UPDATE rollkeeper_search
     SET run_id = 0,
         sequence = min(sequence, (SELECT coalesce(max(sequence), 0) FROM rollkeeper_changes
                                    WHERE tenant_id = rollkeeper_search.tenant_id))
   WHERE number = OLD.tenant;
END;
CREATE TRIGGER rollkeeper_search_forgets_users AFTER DELETE ON rollkeeper_users BEGIN
  DELETE FROM rollkeeper_search_people
   WHERE tenant = (SELECT number FROM rollkeeper_search WHERE tenant_id = OLD.tenant_id) AND id = OLD.id;
END;
CREATE TRIGGER rollkeeper_search_forgets_managers AFTER DELETE ON rollkeeper_outside_managers BEGIN
  DELETE FROM rollkeeper_search_people
   WHERE tenant = (SELECT number FROM rollkeeper_search WHERE tenant_id = OLD.tenant_id) AND id = OLD.id;
END;
`;
