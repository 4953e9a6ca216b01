-- When items of calendars are: seconds since 1970 in UTC, from the first moment to the last. Times without a zone are widened to
-- all zones. is_long: longer than a month, or coming back. sketch: the lines that decide, where the span alone does not.
CREATE TABLE calendar_spans (
  home_id TEXT NOT NULL,
  doctype TEXT NOT NULL,
  id TEXT NOT NULL,
  collection TEXT NOT NULL,
  component TEXT NOT NULL,
  is_long BIGINT NOT NULL,
  starts BIGINT NOT NULL,
  ends BIGINT NOT NULL,
  is_free BIGINT NOT NULL,
  status TEXT NOT NULL,
  sketch TEXT NOT NULL,
  PRIMARY KEY (home_id, doctype, id)
);
CREATE INDEX calendar_spans_by_time ON calendar_spans (home_id, collection, is_long, starts, ends);
