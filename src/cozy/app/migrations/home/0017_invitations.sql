-- What people know of events that they are invited to, or that the owner is: the text of which they were told last. failed: the
-- addresses that the last mail did not get to, one a line.
CREATE TABLE calendar_told (
  home_id TEXT NOT NULL,
  id TEXT NOT NULL,
  text TEXT NOT NULL,
  failed TEXT NOT NULL,
  PRIMARY KEY (home_id, id)
);
