-- The address that a calendar is a copy of, as the owner gave it: what its document says of itself, others may have written.
ALTER TABLE calendar_sources ADD COLUMN address TEXT NOT NULL DEFAULT '';

-- The links by which the owner made calendars public. A link that somebody else made for the document of a calendar opens no events.
CREATE TABLE calendar_links (
  home_id TEXT NOT NULL,
  calendar TEXT NOT NULL,
  link TEXT NOT NULL,
  PRIMARY KEY (home_id, calendar, link)
);
