ALTER TABLE documents ADD COLUMN moment TEXT GENERATED ALWAYS AS (
  CASE WHEN doctype = 'io.cozy.files' AND NOT deleted AND (body->>'class') IN ('image', 'video')
        AND CAST(body->>'trashed' AS TEXT) IN ('0', 'false')
       THEN COALESCE(body->'metadata'->>'datetime', body->>'created_at', '') END
) VIRTUAL;
CREATE INDEX photos_by_moment ON documents (home_id, moment, id) WHERE moment IS NOT NULL;
