-- Beside older programs: a new table, which nobody of before reads.
-- The database of a home that is carried here, block by block, where its rows go into the tables of all homes: whichever worker is asked has it.
CREATE TABLE arriving_blocks (
  of_home TEXT NOT NULL,
  number BIGINT NOT NULL,
  hash BLOB NOT NULL,
  block BLOB NOT NULL,
  PRIMARY KEY (of_home, number)
);
