-- Which folders of the home stand in its live folder on the disk, known again by their inode; 0 where one does not stand there yet.
-- due: the seq of the change for which it is to be looked at again; 0 when it is current.
CREATE TABLE live_folders (
  home_id TEXT NOT NULL,
  id TEXT NOT NULL,
  inside TEXT NOT NULL,
  name TEXT NOT NULL,
  inode BIGINT NOT NULL,
  due BIGINT NOT NULL,
  PRIMARY KEY (home_id, id)
);
CREATE INDEX live_folders_due ON live_folders (home_id, id) WHERE due > 0;
CREATE INDEX live_folders_inside ON live_folders (home_id, inside);

-- The files that were put into them. said: what they were made of; stamp: by which they are known to be untouched since.
CREATE TABLE live_folder_files (
  home_id TEXT NOT NULL,
  inside TEXT NOT NULL,
  name TEXT NOT NULL,
  said TEXT NOT NULL,
  stamp TEXT NOT NULL,
  PRIMARY KEY (home_id, inside, name)
);
