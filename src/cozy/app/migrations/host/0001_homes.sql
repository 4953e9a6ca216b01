-- The homes of this host; nothing that people wrote.
CREATE TABLE homes (
  id TEXT NOT NULL PRIMARY KEY,
  domain TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  quota BIGINT,
  public_key TEXT NOT NULL,
  created_at TEXT NOT NULL
);
