-- Beside older programs: a column with a default, which they leave as it is, and an index.
-- The payment of which a line takes something back; '' for what is one itself.
ALTER TABLE earnings ADD COLUMN gives_back TEXT NOT NULL DEFAULT '';
CREATE INDEX earnings_given_back ON earnings (gives_back) WHERE gives_back <> '';
