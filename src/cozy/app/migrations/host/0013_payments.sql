-- Who pays by a payment service, by its number for them; subscription '': they pay for nothing there. The host's own books.
CREATE TABLE payers (
  of_home TEXT NOT NULL PRIMARY KEY,
  customer TEXT NOT NULL UNIQUE,
  subscription TEXT NOT NULL
);
-- What that service has told already, so that each counts once.
CREATE TABLE payment_events (
  id TEXT NOT NULL PRIMARY KEY,
  at TEXT NOT NULL
);
