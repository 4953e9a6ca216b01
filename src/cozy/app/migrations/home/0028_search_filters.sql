-- What is wanted for its kind, its ending, its folder or its time alone is read in order, the latest first.
DROP INDEX search_entries_by_time;
CREATE INDEX search_entries_by_time ON search_entries (home_id, at, number);
CREATE INDEX search_entries_by_kind ON search_entries (home_id, kind, at, number);
CREATE INDEX search_entries_by_extension ON search_entries (home_id, extension, at, number);
CREATE INDEX search_entries_by_place ON search_entries (home_id, place, at, number);
-- What entries say has changed: everything is looked at again.
UPDATE counters SET value = 0 WHERE name = 'search';
