-- How many mails about events left a home in an hour, the last in which any did.
CREATE TABLE calendar_letters (
  home_id TEXT NOT NULL PRIMARY KEY,
  hour TEXT NOT NULL,
  letters BIGINT NOT NULL
);
