ALTER TABLE search_entries ADD COLUMN vector TSVECTOR;
CREATE INDEX search_entries_by_vector ON search_entries USING gin (vector);
