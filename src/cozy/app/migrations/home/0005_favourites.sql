-- What the owner marked is found without reading every file.
CREATE INDEX files_favourite ON documents (home_id, sort_key)
  WHERE doctype = 'io.cozy.files' AND NOT deleted AND (body->'cozyMetadata'->>'favorite') IS NOT NULL;
