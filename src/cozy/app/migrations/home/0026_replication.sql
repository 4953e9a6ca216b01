-- Up to which change documents of a doctype were looked at for what is shared of them.
CREATE TABLE tracked (
  home_id TEXT NOT NULL,
  doctype TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (home_id, doctype)
);

-- How far each peer was told of what is shared.
CREATE TABLE replicas (
  home_id TEXT NOT NULL,
  sharing_id TEXT NOT NULL,
  member BIGINT NOT NULL,
  documents_seq BIGINT NOT NULL DEFAULT 0,
  files_seq BIGINT NOT NULL DEFAULT 0,
  documents_job TEXT NOT NULL DEFAULT '',
  files_job TEXT NOT NULL DEFAULT '',
  failures BIGINT NOT NULL DEFAULT 0,
  retry_at TEXT NOT NULL DEFAULT '',
  is_initial BOOLEAN NOT NULL DEFAULT TRUE,
  received BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (home_id, sharing_id, member)
);

-- Files that a peer told of, whose bytes are to come.
CREATE TABLE expected_files (
  home_id TEXT NOT NULL,
  id TEXT NOT NULL,
  sharing_id TEXT NOT NULL,
  document JSON NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (home_id, id)
);
