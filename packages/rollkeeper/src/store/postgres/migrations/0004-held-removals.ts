/** Removals that are held, who decided about them, and what else an operator may say to runs. */
export const sql = `
-- One row for each removal that waits for a decision, or was rejected: dropped once its subject is seen back, or removed.
CREATE TABLE rollkeeper_held (
  tenant_id   text COLLATE "C" NOT NULL,
  kind        text COLLATE "C" NOT NULL,                  -- leaving, deactivations, memberships
  subject_id  text COLLATE "C" NOT NULL,                  -- the person
  group_id    text COLLATE "C" NOT NULL,                  -- of a membership; '' otherwise
  run_id      bigint NOT NULL,                  -- the run that has held it
  reason      text,                              -- of who leaves
  state       text    NOT NULL,                  -- held, rejected
  since       timestamptz    NOT NULL,
  with_member boolean NOT NULL,                  -- kept with its member, whose leaving is held; neither counted nor shown
  PRIMARY KEY (tenant_id, kind, subject_id, group_id)
);

CREATE INDEX rollkeeper_held_by_run ON rollkeeper_held (tenant_id, run_id);

-- An operation that is held has the kind 'held', so that nothing performs it; this says what it would do:
-- leaving, deactivations, memberships, with_member.
ALTER TABLE rollkeeper_operations ADD COLUMN held text;
ALTER TABLE rollkeeper_operations ADD COLUMN approved boolean NOT NULL DEFAULT false;

CREATE INDEX rollkeeper_operations_released ON rollkeeper_operations (tenant_id, run_id, subject_id)
  WHERE kind = 'release_leaving';

ALTER TABLE rollkeeper_runs ADD COLUMN approves        bigint;  -- the run whose held removals an approval performs
ALTER TABLE rollkeeper_runs ADD COLUMN asked_by        text;
ALTER TABLE rollkeeper_runs ADD COLUMN asked_reason    text;
ALTER TABLE rollkeeper_runs ADD COLUMN decision        text;     -- approved, rejected
ALTER TABLE rollkeeper_runs ADD COLUMN decided_by      text;
ALTER TABLE rollkeeper_runs ADD COLUMN decided_at      timestamptz;
ALTER TABLE rollkeeper_runs ADD COLUMN decision_reason text;
ALTER TABLE rollkeeper_runs ADD COLUMN cancelled_by    text;
ALTER TABLE rollkeeper_runs ADD COLUMN cancelled_at    timestamptz;
ALTER TABLE rollkeeper_runs ADD COLUMN cancel_reason   text;

-- While there is a row, and its end has not come, every removal is held.
CREATE TABLE rollkeeper_pauses (
  tenant_id text COLLATE "C" NOT NULL PRIMARY KEY,
  since     timestamptz NOT NULL,
  until     timestamptz,
  paused_by text NOT NULL,
  reason    text
);

-- What somebody was told of, and is not told again until it is over.
CREATE TABLE rollkeeper_notices (
  tenant_id text COLLATE "C" NOT NULL,
  condition text COLLATE "C" NOT NULL,                    -- held, failed_repeatedly, stale
  run_id    bigint NOT NULL,                    -- the newest run that it was told of
  told_at   timestamptz    NOT NULL,
  PRIMARY KEY (tenant_id, condition)
);
`;
