-- How it went with the homes of other people that this one talks to.
CREATE TABLE sharing_peers (
  home_id TEXT NOT NULL,
  sharing_id TEXT NOT NULL,
  member BIGINT NOT NULL,
  heard_at TEXT NOT NULL,
  away_since TEXT NOT NULL,
  trouble TEXT NOT NULL,
  PRIMARY KEY (home_id, sharing_id, member)
);
