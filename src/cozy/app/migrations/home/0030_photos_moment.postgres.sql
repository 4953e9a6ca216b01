ALTER TABLE documents ADD COLUMN moment TEXT GENERATED ALWAYS AS (
  CASE WHEN doctype = 'io.cozy.files' AND NOT deleted AND (body->>'class') IN ('image', 'video')
        AND CAST(body->>'trashed' AS TEXT) IN ('0', 'false')
       THEN COALESCE(body->'metadata'->>'datetime', body->>'created_at', '') END
) STORED;
CREATE INDEX photos_by_moment ON documents (home_id, moment, id) WHERE moment IS NOT NULL;
-- How few files are marked, so that the index of those is read and not every file.
CREATE STATISTICS files_marked ON (body->'cozyMetadata'->>'favorite') FROM documents;
