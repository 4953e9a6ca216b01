-- Every document of a home, the losing branches of its conflicts, and the home's counters.
CREATE TABLE documents (
  home_id TEXT NOT NULL,
  doctype TEXT NOT NULL,
  id TEXT NOT NULL,
  rev TEXT NOT NULL,
  seq BIGINT NOT NULL,
  deleted BOOLEAN NOT NULL,
  sort_key TEXT NOT NULL,
  body JSON NOT NULL,
  revisions TEXT NOT NULL,
  PRIMARY KEY (home_id, doctype, id)
);
CREATE UNIQUE INDEX documents_by_seq ON documents (home_id, doctype, seq);

CREATE TABLE leaves (
  home_id TEXT NOT NULL,
  doctype TEXT NOT NULL,
  id TEXT NOT NULL,
  rev TEXT NOT NULL,
  deleted BOOLEAN NOT NULL,
  body JSON NOT NULL,
  revisions TEXT NOT NULL,
  PRIMARY KEY (home_id, doctype, id, rev)
);

CREATE TABLE counters (
  home_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (home_id, name)
);

CREATE TABLE secrets (
  home_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (home_id, name)
);
