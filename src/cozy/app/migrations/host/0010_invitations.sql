-- Leave to make a home, by the SHA-256 of the secret in its link. mail: where it went; is_own: the person asked for it.
CREATE TABLE invitations (
  id TEXT NOT NULL PRIMARY KEY,
  secret_sha256 TEXT NOT NULL UNIQUE,
  mail TEXT NOT NULL,
  context TEXT NOT NULL,
  plan TEXT NOT NULL,
  is_own BOOLEAN NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT NOT NULL
);
CREATE INDEX invitations_by_mail ON invitations (mail, context);
