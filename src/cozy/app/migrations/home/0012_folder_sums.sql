-- What is below each folder, kept with every change of it. mark: names the last change; size: bytes of the files.
CREATE TABLE folder_sums (
  home_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  mark TEXT NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (home_id, folder_id)
);
INSERT INTO folder_sums (home_id, folder_id, mark, size)
WITH RECURSIVE around(home_id, id, size) AS (
  SELECT home_id, body->>'dir_id', CAST(body->>'size' AS BIGINT) FROM documents
   WHERE doctype = 'io.cozy.files' AND NOT deleted AND (body->>'type') = 'file'
   UNION ALL
  SELECT a.home_id, d.body->>'dir_id', a.size FROM around a
    JOIN documents d ON d.home_id = a.home_id AND d.doctype = 'io.cozy.files' AND d.id = a.id
   WHERE a.id <> 'io.cozy.files.trash-dir')
SELECT home_id, id, '0', SUM(size) FROM around WHERE id <> '' GROUP BY home_id, id;
