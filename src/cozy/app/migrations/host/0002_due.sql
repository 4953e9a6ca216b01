-- When a home next has something to do by itself: a hint for the worker, harmless when stale. '' is at once.
ALTER TABLE homes ADD COLUMN due_at TEXT NOT NULL DEFAULT '';
CREATE INDEX homes_by_due ON homes (due_at);
