-- Who needs the contents of the home as they are now, whatever becomes of the documents that name them: an export.
CREATE TABLE holds (
  home_id TEXT NOT NULL,
  holder TEXT NOT NULL,
  PRIMARY KEY (home_id, holder)
);

-- What no document names any more and is here for them alone: freed once nobody holds.
CREATE TABLE held_contents (
  home_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (home_id, sha256)
);
