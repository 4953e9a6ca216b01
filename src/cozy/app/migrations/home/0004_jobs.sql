-- Work that waits: written in the transaction of the change that causes it.
CREATE TABLE jobs (
  home_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  argument JSON NOT NULL,
  due_at TEXT NOT NULL,
  tries BIGINT NOT NULL,
  last_error TEXT,
  PRIMARY KEY (home_id, id)
);
CREATE INDEX jobs_by_due ON jobs (home_id, due_at);
