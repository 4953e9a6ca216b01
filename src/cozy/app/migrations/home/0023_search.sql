-- What search knows of documents; all of it is made from them, and can be made again.
CREATE TABLE search_entries (
  home_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  doctype TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  people TEXT NOT NULL,
  words TEXT NOT NULL,
  extension TEXT NOT NULL,
  place TEXT NOT NULL,
  at TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (home_id, number)
);
CREATE UNIQUE INDEX search_entries_by_document ON search_entries (home_id, doctype, id);
CREATE INDEX search_entries_by_time ON search_entries (home_id, at);
CREATE INDEX search_entries_by_content ON search_entries (home_id, sha256);

-- The text of contents, compressed: read once, whatever the files that hold them are called.
CREATE TABLE search_texts (
  home_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  text BLOB,
  recipe TEXT NOT NULL,
  turn BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  PRIMARY KEY (home_id, sha256)
);
CREATE INDEX search_texts_waiting ON search_texts (home_id, turn, tries, sha256) WHERE text IS NULL;

-- Every word that there is to find, forwards and backwards, for those who mistype one.
CREATE TABLE search_words (
  home_id TEXT NOT NULL,
  word TEXT NOT NULL,
  backwards TEXT NOT NULL,
  PRIMARY KEY (home_id, word)
);
CREATE INDEX search_words_backwards ON search_words (home_id, backwards);
