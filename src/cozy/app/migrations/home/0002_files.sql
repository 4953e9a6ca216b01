-- What files hold, once per home, and the indexes that make the tree of files out of documents.
CREATE TABLE contents (
  home_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  md5 TEXT NOT NULL,
  size BIGINT NOT NULL,
  inline BLOB,
  blob TEXT,
  PRIMARY KEY (home_id, sha256),
  CHECK ((inline IS NULL) <> (blob IS NULL))
);

CREATE UNIQUE INDEX files_by_name ON documents (home_id, (body->>'dir_id'), (body->>'name'))
  WHERE doctype = 'io.cozy.files' AND NOT deleted;
CREATE INDEX files_in_order ON documents (home_id, (body->>'dir_id'), sort_key)
  WHERE doctype = 'io.cozy.files' AND NOT deleted;
CREATE INDEX folders_by_path ON documents (home_id, (body->>'path'))
  WHERE doctype = 'io.cozy.files' AND NOT deleted AND (body->>'type') = 'directory';
CREATE INDEX files_by_date ON documents (home_id, (body->>'updated_at'))
  WHERE doctype = 'io.cozy.files' AND NOT deleted AND (body->>'type') = 'file';
CREATE INDEX documents_by_content ON documents (home_id, (body->>'sha256'))
  WHERE NOT deleted AND (body->>'sha256') IS NOT NULL;

-- Which documents a file is part of (an album…), and which devices leave a folder out.
CREATE TABLE file_links (
  home_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('referenced_by', 'not_synchronized_on')),
  doctype TEXT NOT NULL,
  target_id TEXT NOT NULL,
  file_id TEXT NOT NULL,
  PRIMARY KEY (home_id, kind, doctype, target_id, file_id)
);
CREATE INDEX links_of_file ON file_links (home_id, file_id);

-- Resumable uploads under way, and links that open for a few minutes.
CREATE TABLE uploads (
  home_id TEXT NOT NULL,
  id TEXT NOT NULL,
  size BIGINT NOT NULL,
  details JSON NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (home_id, id)
);

CREATE TABLE tickets (
  home_id TEXT NOT NULL,
  secret TEXT NOT NULL,
  kind TEXT NOT NULL,
  details JSON NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (home_id, secret)
);
