-- Large files that come in parts by WebDAV. id: of the upload that their bytes are appended to, in order where they come so.
CREATE TABLE dav_transfers (
  home_id TEXT NOT NULL,
  id TEXT NOT NULL,
  holder TEXT NOT NULL,
  name TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (home_id, id)
);
CREATE UNIQUE INDEX dav_transfers_by_name ON dav_transfers (home_id, holder, name);

-- Where each part is: so many bytes of an upload, from `start`.
CREATE TABLE dav_parts (
  home_id TEXT NOT NULL,
  transfer_id TEXT NOT NULL,
  name TEXT NOT NULL,
  upload_id TEXT NOT NULL,
  start BIGINT NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (home_id, transfer_id, name)
);
