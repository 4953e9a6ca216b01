-- Locks of WebDAV, on paths of files. depth: 0, or -1 for everything below as well. holder: who made it, kind:name.
CREATE TABLE dav_locks (
  home_id TEXT NOT NULL,
  token TEXT NOT NULL,
  path TEXT NOT NULL,
  depth BIGINT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('exclusive', 'shared')),
  owner TEXT NOT NULL,
  holder TEXT NOT NULL,
  timeout_s BIGINT NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (home_id, token)
);
