-- When a picture or a film that is not in the bin was taken, as a column: a planner can know how many rows have one, and PostgreSQL
-- counts them in the index alone. Each engine adds it in its own words.
DROP INDEX photos_by_moment;
