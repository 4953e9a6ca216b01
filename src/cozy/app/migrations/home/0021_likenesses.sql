-- What pictures look like, by content, and which look alike. All of it can be found out again from the contents.
CREATE TABLE likenesses (
  home_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  likeness TEXT NOT NULL,
  PRIMARY KEY (home_id, sha256)
);

-- A likeness in four parts, so that what differs in few bits is found by a part that differs in one at most.
CREATE TABLE likeness_parts (
  home_id TEXT NOT NULL,
  part BIGINT NOT NULL,
  value BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (home_id, part, value, sha256)
);

-- Each pair twice, once from either side.
CREATE TABLE twins (
  home_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  other TEXT NOT NULL,
  PRIMARY KEY (home_id, sha256, other)
);
