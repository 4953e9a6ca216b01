-- Which documents links open, found without reading every grant. selector '': by id; value '': all of the doctype.
CREATE TABLE share_targets (
  home_id TEXT NOT NULL,
  doctype TEXT NOT NULL,
  selector TEXT NOT NULL,
  value TEXT NOT NULL,
  permission_id TEXT NOT NULL,
  PRIMARY KEY (home_id, doctype, selector, value, permission_id)
);
CREATE INDEX share_targets_by_permission ON share_targets (home_id, permission_id);

-- What is kept of the passwords of links; documents only say that there is one.
CREATE TABLE share_passwords (
  home_id TEXT NOT NULL,
  permission_id TEXT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (home_id, permission_id)
);

-- Who read or wrote how much of what: a row for each holder, doctype and verb of a day. title: as the holder was called.
CREATE TABLE ledger (
  home_id TEXT NOT NULL,
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  doctype TEXT NOT NULL,
  verb TEXT NOT NULL,
  requests BIGINT NOT NULL,
  documents BIGINT NOT NULL,
  last_at TEXT NOT NULL,
  title TEXT NOT NULL,
  PRIMARY KEY (home_id, day, kind, name, doctype, verb)
);
CREATE INDEX ledger_by_holder ON ledger (home_id, kind, name, last_at);
