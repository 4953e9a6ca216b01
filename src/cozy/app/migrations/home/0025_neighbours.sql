-- The other homes that this one knows, and the key by which it recognises each; '' where one has none to show.
CREATE TABLE neighbours (
  home_id TEXT NOT NULL,
  address TEXT NOT NULL,
  public_key TEXT NOT NULL,
  met_at TEXT NOT NULL,
  refused_key TEXT NOT NULL,
  refused_at TEXT NOT NULL,
  PRIMARY KEY (home_id, address)
);
