-- The homes of this host; nothing that people wrote.
CREATE TABLE homes (
  id TEXT NOT NULL PRIMARY KEY,
  domain TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  quota BIGINT,
  public_key TEXT NOT NULL,
  created_at TEXT NOT NULL,
  is_first BOOLEAN NOT NULL
);
-- The first-run page makes one home, however many people ask for it at once.
CREATE UNIQUE INDEX homes_one_first ON homes (is_first) WHERE is_first;
