-- Whether owners may ask for a plan by themselves.
ALTER TABLE plans ADD COLUMN changeable BIGINT NOT NULL DEFAULT 0;
-- Which plan a home got when, and what it cost a month then; the host's own books, which stay when a home is destroyed. plan '': none any more.
CREATE TABLE agreed_plans (
  of_home TEXT NOT NULL,
  at TEXT NOT NULL,
  plan TEXT NOT NULL,
  title TEXT NOT NULL,
  price BIGINT NOT NULL,
  currency TEXT NOT NULL,
  PRIMARY KEY (of_home, at)
);
