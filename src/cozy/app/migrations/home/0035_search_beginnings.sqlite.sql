-- The same, and what begins with the same three letters: where those are typed, thousands of words need not be put together.
DROP TABLE search_index;
CREATE VIRTUAL TABLE search_index USING fts5(
  title, people, words, text, kind, content='', contentless_delete=1, tokenize='ascii', prefix='3'
);
-- The index is empty: everything is looked at again. What was read of contents is kept.
UPDATE counters SET value = 0 WHERE name = 'search';
