-- What was taken in from the inbox of the live folder and may not be removed there yet: known by its path there and its stamp.
CREATE TABLE live_folder_taken (
  home_id TEXT NOT NULL,
  path TEXT NOT NULL,
  stamp TEXT NOT NULL,
  PRIMARY KEY (home_id, path)
);
