/** What the pages search. Private, and none of it is truth: it is made of the rows, after a run, by `freshen`. */
export const sql = `
-- How far what is kept for a tenant has come.
CREATE TABLE rollkeeper_search (
  tenant_id text COLLATE "C" NOT NULL PRIMARY KEY,
  sequence  bigint NOT NULL,                    -- the last change that was looked at
  swept     text COLLATE "C",                   -- not null: all people are being looked at, those up to this id are done
  swept_to  bigint NOT NULL,                    -- changes up to this one are of people whom that covers
  run_id    bigint NOT NULL                     -- the last applied run that the totals are of
);

CREATE TABLE rollkeeper_search_people (
  tenant_id     text COLLATE "C" NOT NULL,
  id            text COLLATE "C" NOT NULL,
  name          text COLLATE "C" NOT NULL,      -- as it is sorted
  department    text NOT NULL,                  -- as it is written; '': none
  by_department text COLLATE "C" NOT NULL,      -- as it is sorted
  status        text NOT NULL,
  status_since  text COLLATE "C" NOT NULL,      -- ISO 8601
  guest         boolean NOT NULL,
  supervisor_id text COLLATE "C",
  words         tsvector NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE INDEX rollkeeper_search_people_name ON rollkeeper_search_people (tenant_id, name, id);
CREATE INDEX rollkeeper_search_people_department ON rollkeeper_search_people (tenant_id, by_department, name, id);
CREATE INDEX rollkeeper_search_people_since ON rollkeeper_search_people (tenant_id, status_since, id);
CREATE INDEX rollkeeper_search_people_supervisor ON rollkeeper_search_people (tenant_id, supervisor_id, name, id)
  WHERE supervisor_id IS NOT NULL;
CREATE INDEX rollkeeper_search_people_words ON rollkeeper_search_people USING gin (words);

-- What happened to whom.
CREATE TABLE rollkeeper_search_changes (
  tenant_id  text COLLATE "C" NOT NULL,
  subject_id text COLLATE "C" NOT NULL,
  sequence   bigint NOT NULL,
  PRIMARY KEY (tenant_id, subject_id, sequence)
);

CREATE TABLE rollkeeper_search_totals (
  tenant_id  text COLLATE "C" NOT NULL,
  department text COLLATE "C" NOT NULL,
  status     text NOT NULL,
  guest      boolean NOT NULL,
  people     bigint NOT NULL,
  PRIMARY KEY (tenant_id, department, status, guest)
);

CREATE TABLE rollkeeper_search_groups (
  tenant_id text COLLATE "C" NOT NULL,
  id        text COLLATE "C" NOT NULL,
  name      text COLLATE "C" NOT NULL,
  words     text NOT NULL,                      -- each with a space before it
  people    bigint NOT NULL,
  groups    bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE INDEX rollkeeper_search_groups_name ON rollkeeper_search_groups (tenant_id, name, id);

-- The few edges between groups, from the member's side.
CREATE INDEX rollkeeper_memberships_of_groups ON rollkeeper_memberships (tenant_id, member_id)
  WHERE member_kind = 'group';

-- Who is gone from the rows is gone from here. Whoever is forgotten takes changes along, and the next run may give their
-- numbers again.
CREATE FUNCTION rollkeeper_search_forgets() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  DELETE FROM rollkeeper_search_people WHERE tenant_id = OLD.tenant_id AND id = OLD.id;
  DELETE FROM rollkeeper_search_changes WHERE tenant_id = OLD.tenant_id AND subject_id = OLD.id;
  UPDATE rollkeeper_search_people SET supervisor_id = NULL
   WHERE tenant_id = OLD.tenant_id AND supervisor_id = OLD.id;
  UPDATE rollkeeper_search
     SET run_id = 0,
         sequence = least(sequence, (SELECT coalesce(max(c.sequence), 0) FROM rollkeeper_changes c
                                      WHERE c.tenant_id = OLD.tenant_id))
   WHERE tenant_id = OLD.tenant_id;
  RETURN NULL;
END
$body$;
CREATE TRIGGER search_forgets AFTER DELETE ON rollkeeper_users
  FOR EACH ROW EXECUTE FUNCTION rollkeeper_search_forgets();
CREATE TRIGGER search_forgets AFTER DELETE ON rollkeeper_outside_managers
  FOR EACH ROW EXECUTE FUNCTION rollkeeper_search_forgets();
`;
