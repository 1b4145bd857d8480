/** Removals that are held, who decided about them, and what else an operator may say to runs. */
export const sql = `
-- One row for each removal that waits for a decision, or was rejected: dropped once its subject is seen back, or removed.
CREATE TABLE rollkeeper_held (
  tenant_id   TEXT    NOT NULL,
  kind        TEXT    NOT NULL,                  -- leaving, deactivations, memberships
  subject_id  TEXT    NOT NULL,                  -- the person
  group_id    TEXT    NOT NULL,                  -- of a membership; '' otherwise
  run_id      INTEGER NOT NULL,                  -- the run that has held it
  reason      TEXT,                              -- of who leaves
  state       TEXT    NOT NULL,                  -- held, rejected
  since       TEXT    NOT NULL,
  with_member INTEGER NOT NULL,                  -- 1: kept with its member, whose leaving is held; neither counted nor shown
  PRIMARY KEY (tenant_id, kind, subject_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX rollkeeper_held_by_run ON rollkeeper_held (tenant_id, run_id);

-- An operation that is held has the kind 'held', so that nothing performs it; this says what it would do:
-- leaving, deactivations, memberships, with_member.
ALTER TABLE rollkeeper_operations ADD COLUMN held TEXT;
ALTER TABLE rollkeeper_operations ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;

CREATE INDEX rollkeeper_operations_released ON rollkeeper_operations (tenant_id, run_id, subject_id)
  WHERE kind = 'release_leaving';

ALTER TABLE rollkeeper_runs ADD COLUMN approves        INTEGER;  -- the run whose held removals an approval performs
ALTER TABLE rollkeeper_runs ADD COLUMN asked_by        TEXT;
ALTER TABLE rollkeeper_runs ADD COLUMN asked_reason    TEXT;
ALTER TABLE rollkeeper_runs ADD COLUMN decision        TEXT;     -- approved, rejected
ALTER TABLE rollkeeper_runs ADD COLUMN decided_by      TEXT;
ALTER TABLE rollkeeper_runs ADD COLUMN decided_at      TEXT;
ALTER TABLE rollkeeper_runs ADD COLUMN decision_reason TEXT;
ALTER TABLE rollkeeper_runs ADD COLUMN cancelled_by    TEXT;
ALTER TABLE rollkeeper_runs ADD COLUMN cancelled_at    TEXT;
ALTER TABLE rollkeeper_runs ADD COLUMN cancel_reason   TEXT;

-- While there is a row, and its end has not come, every removal is held.
CREATE TABLE rollkeeper_pauses (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  since     TEXT NOT NULL,
  until     TEXT,
  paused_by TEXT NOT NULL,
  reason    TEXT
) STRICT, WITHOUT ROWID;

-- What somebody was told of, and is not told again until it is over.
CREATE TABLE rollkeeper_notices (
  tenant_id TEXT    NOT NULL,
  condition TEXT    NOT NULL,                    -- held, failed_repeatedly, stale
  run_id    INTEGER NOT NULL,                    -- the newest run that it was told of
  told_at   TEXT    NOT NULL,
  PRIMARY KEY (tenant_id, condition)
) STRICT, WITHOUT ROWID;
`;
