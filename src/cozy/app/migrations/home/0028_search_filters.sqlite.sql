-- The same, and the kind of an entry beside its words.
DROP TABLE search_index;
CREATE VIRTUAL TABLE search_index USING fts5(
  title, people, words, text, kind, content='', contentless_delete=1, tokenize='ascii'
);
