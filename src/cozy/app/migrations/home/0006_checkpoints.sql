-- What replicas remember here of how far they came.
CREATE TABLE checkpoints (
  home_id TEXT NOT NULL,
  doctype TEXT NOT NULL,
  name TEXT NOT NULL,
  edits BIGINT NOT NULL,
  body JSON NOT NULL,
  PRIMARY KEY (home_id, doctype, name)
);
