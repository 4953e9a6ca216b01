-- How the owner gets in: secrets (hashed or public), sessions, and attempts.
CREATE TABLE credentials (
  home_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  details JSON NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT,
  PRIMARY KEY (home_id, kind, id)
);

CREATE TABLE sessions (
  home_id TEXT NOT NULL,
  id TEXT NOT NULL,
  secret_sha256 TEXT NOT NULL,
  details JSON NOT NULL,
  created_at TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (home_id, id)
);

CREATE TABLE attempts (
  home_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  who TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX attempts_by_who ON attempts (home_id, kind, who, at);
