-- What is in calendars and address books: the name and the text of each document, for programs that synchronise.
CREATE TABLE items (
  home_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  collection TEXT NOT NULL,
  name TEXT NOT NULL,
  doctype TEXT NOT NULL,
  id TEXT NOT NULL,
  uid TEXT NOT NULL,
  component TEXT NOT NULL,
  rev TEXT NOT NULL,
  seq BIGINT NOT NULL,
  size BIGINT NOT NULL,
  changed_at TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (home_id, kind, collection, name)
);
CREATE UNIQUE INDEX items_by_document ON items (home_id, doctype, id);
CREATE INDEX items_by_seq ON items (home_id, kind, collection, seq);
CREATE INDEX items_by_uid ON items (home_id, kind, uid, collection, name);

-- The names that something had until a change.
CREATE TABLE items_gone (
  home_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  collection TEXT NOT NULL,
  name TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (home_id, kind, collection, name)
);
CREATE INDEX items_gone_by_seq ON items_gone (home_id, kind, collection, seq);

-- Pictures and other large values, taken out of texts: base64, once for each SHA-256.
CREATE TABLE inline_values (
  home_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  value TEXT NOT NULL,
  kept_at TEXT NOT NULL,
  PRIMARY KEY (home_id, sha256)
);
