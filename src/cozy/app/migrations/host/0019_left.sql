-- Beside older programs: a column with a default, which they leave as it is.
-- The address from which a home went then, destroyed or to another host; '' where it is here. What was agreed until then stands beside it.
ALTER TABLE agreed_plans ADD COLUMN left_from TEXT NOT NULL DEFAULT '';
