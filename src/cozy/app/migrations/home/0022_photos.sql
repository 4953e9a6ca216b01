-- Pictures and films in the order of time, films among them, and those that know where they were taken.
CREATE INDEX photos_by_moment ON documents (home_id, (COALESCE(body->'metadata'->>'datetime', body->>'created_at', '')), id)
  WHERE doctype = 'io.cozy.files' AND NOT deleted AND (body->>'class') IN ('image', 'video')
    AND CAST(body->>'trashed' AS TEXT) IN ('0', 'false');
CREATE INDEX films_by_moment ON documents (home_id, (COALESCE(body->'metadata'->>'datetime', body->>'created_at', '')), id)
  WHERE doctype = 'io.cozy.files' AND NOT deleted AND (body->>'class') = 'video'
    AND CAST(body->>'trashed' AS TEXT) IN ('0', 'false');
CREATE INDEX photos_with_place ON documents
  (home_id, (COALESCE(body->'metadata'->>'datetime', body->>'created_at')), id, (body->'metadata'->'gps'->>'lat'), (body->'metadata'->'gps'->>'long'))
  WHERE doctype = 'io.cozy.files' AND NOT deleted AND (body->>'class') IN ('image', 'video')
    AND CAST(body->>'trashed' AS TEXT) IN ('0', 'false') AND (body->'metadata'->'gps'->>'lat') IS NOT NULL;
