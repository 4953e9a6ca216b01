-- What a peer did not take, while it is told of everything else.
CREATE TABLE set_aside (
  home_id TEXT NOT NULL,
  sharing_id TEXT NOT NULL,
  member BIGINT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  status BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  retry_at TEXT NOT NULL,
  PRIMARY KEY (home_id, sharing_id, member, kind, id)
);

-- How many bytes must be free here for what a peer could not send; 0 for nothing.
ALTER TABLE replicas ADD COLUMN lacks BIGINT NOT NULL DEFAULT 0;
