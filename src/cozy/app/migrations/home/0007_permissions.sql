-- Grants are documents; a token finds its own by its source, a link by its code.
CREATE INDEX permissions_by_source ON documents (home_id, (body->>'type'), (body->>'source_id'))
  WHERE doctype = 'io.cozy.permissions' AND NOT deleted;

CREATE TABLE share_codes (
  home_id TEXT NOT NULL,
  code TEXT NOT NULL,
  permission_id TEXT NOT NULL,
  PRIMARY KEY (home_id, code)
);
CREATE INDEX share_codes_by_permission ON share_codes (home_id, permission_id);
