-- What was brought in from elsewhere, so that the same again adds nothing. key: digest of format and source; digest: of what it held.
CREATE TABLE import_items (
  home_id TEXT NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  doctype TEXT NOT NULL,
  id TEXT NOT NULL,
  rev TEXT NOT NULL,
  PRIMARY KEY (home_id, key)
);

-- What an import left out or did not understand, in order: its document shows the first ones only.
CREATE TABLE import_left (
  home_id TEXT NOT NULL,
  import_id TEXT NOT NULL,
  place BIGINT NOT NULL,
  name TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (home_id, import_id, place)
);
