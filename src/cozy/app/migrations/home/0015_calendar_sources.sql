-- Calendars that are copies of another place: what the place said last, when it was looked at, when it is next. error: the name of
-- what went wrong last, empty where nothing did.
CREATE TABLE calendar_sources (
  home_id TEXT NOT NULL,
  calendar TEXT NOT NULL,
  etag TEXT NOT NULL,
  modified TEXT NOT NULL,
  looked_at TEXT NOT NULL,
  next_at TEXT NOT NULL,
  every TEXT NOT NULL CHECK (every IN ('hour', 'day')),
  error TEXT NOT NULL,
  PRIMARY KEY (home_id, calendar)
);
