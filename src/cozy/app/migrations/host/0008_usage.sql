-- What each home cost on a day; the host's own books, which stay when a home is destroyed and its rows (`home_id`) go: sizes and counts. stored: bytes that it held then; active: whether its owner was there.
CREATE TABLE usage_days (
  of_home TEXT NOT NULL,
  day TEXT NOT NULL,
  domain TEXT NOT NULL,
  stored BIGINT,
  received BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  requests BIGINT NOT NULL,
  active BIGINT NOT NULL,
  PRIMARY KEY (of_home, day)
);
CREATE INDEX usage_days_by_day ON usage_days (day, of_home);
-- How many tries of jobs went wrong on a day, by the kind of the job, in all homes together.
CREATE TABLE failures (
  day TEXT NOT NULL,
  job TEXT NOT NULL,
  tries BIGINT NOT NULL,
  PRIMARY KEY (day, job)
);
