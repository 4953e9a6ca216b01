-- Homes of this host that move to another one, or have; nothing that people wrote.
CREATE TABLE departures (
  home_id TEXT NOT NULL PRIMARY KEY,
  domain TEXT NOT NULL,
  state TEXT NOT NULL,
  body JSON NOT NULL
);
-- Homes that are expected here, or came, by the address that they get; a code as its SHA-256.
CREATE TABLE arrivals (
  domain TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  body JSON NOT NULL
);
