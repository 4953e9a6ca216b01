-- One queue for what rooms do by themselves and for the jobs of apps, which have a worker, and a document of the same id.
ALTER TABLE jobs ADD COLUMN worker TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN leased BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX jobs_by_due;
CREATE INDEX jobs_by_priority ON jobs (home_id, priority, due_at, id);
CREATE INDEX jobs_leased ON jobs (home_id, worker) WHERE leased;

-- Which triggers hear of changes of which doctypes.
CREATE TABLE watches (
  home_id TEXT NOT NULL,
  doctype TEXT NOT NULL,
  trigger_id TEXT NOT NULL,
  PRIMARY KEY (home_id, doctype, trigger_id)
);

CREATE INDEX jobs_by_trigger ON documents (home_id, (body->>'trigger_id'), (body->>'queued_at'))
  WHERE doctype = 'io.cozy.jobs' AND NOT deleted;
CREATE INDEX jobs_by_worker ON documents (home_id, (body->>'worker'), (body->>'queued_at'))
  WHERE doctype = 'io.cozy.jobs' AND NOT deleted;
