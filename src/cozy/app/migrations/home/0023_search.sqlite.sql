-- The words themselves are kept elsewhere: here is only where they stand. Our words hold no ASCII but letters and digits.
CREATE VIRTUAL TABLE search_index USING fts5(
  title, people, words, text, content='', contentless_delete=1, tokenize='ascii'
);
