-- What a host offers: how much a home may hold, what it costs a month (in the smallest unit of the currency), what it can do.
CREATE TABLE plans (
  name TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  quota BIGINT,
  price BIGINT NOT NULL,
  currency TEXT NOT NULL,
  features JSON NOT NULL
);
