-- Browsers that somebody came in to the console with, by the SHA-256 of what their cookie holds.
CREATE TABLE admin_sessions (
  secret_sha256 TEXT NOT NULL PRIMARY KEY,
  token_id TEXT NOT NULL,
  expires_at TEXT NOT NULL
);
-- What the host says to all homes, and how far it has come: the address of the last home that was told.
CREATE TABLE messages (
  id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL,
  told_to TEXT NOT NULL,
  told BIGINT NOT NULL,
  done BOOLEAN NOT NULL
);
