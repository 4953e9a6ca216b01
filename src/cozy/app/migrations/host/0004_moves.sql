-- Where homes have gone that were at an address of this host: what each says of it, signed by its key.
CREATE TABLE moves (
  domain TEXT NOT NULL PRIMARY KEY,
  home_id TEXT NOT NULL,
  record TEXT NOT NULL
);
