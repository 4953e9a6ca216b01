-- The picture of the owner, drawn anew from what they sent: small, and nothing but a picture.
CREATE TABLE avatars (
  home_id TEXT NOT NULL PRIMARY KEY,
  picture BLOB NOT NULL,
  updated_at TEXT NOT NULL
);
