-- Tokens of the administration, by the SHA-256 of their secret.
CREATE TABLE admin_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  secret_sha256 TEXT NOT NULL,
  created_at TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
);
-- Wrong secrets that came with the id of a token, for as long as they count.
CREATE TABLE admin_attempts (
  token_id TEXT NOT NULL,
  address TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX admin_attempts_by_token ON admin_attempts (token_id, address, at);
