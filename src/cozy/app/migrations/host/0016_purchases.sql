-- Beside older programs: two new tables, which nobody of before reads.
-- Apps that homes bought, or wanted to: what was agreed. Parts are of a hundred. paid_at '': not yet; ends_at '': opens without an end.
-- told_at: when the newest message of the payment service came to be that said when it ends. The host's own books.
CREATE TABLE purchases (
  id TEXT NOT NULL PRIMARY KEY,
  of_home TEXT NOT NULL,
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  developer TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  period TEXT NOT NULL,
  developer_part BIGINT NOT NULL,
  host_part BIGINT NOT NULL,
  brand_part BIGINT NOT NULL,
  asked_at TEXT NOT NULL,
  paid_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  subscription TEXT NOT NULL,
  told_at BIGINT NOT NULL
);
CREATE INDEX purchases_of_home ON purchases (of_home, slug);
-- What was paid for them, by the number of the payment at the payment service, and whose it is, in the smallest unit of the currency.
CREATE TABLE earnings (
  id TEXT NOT NULL PRIMARY KEY,
  purchase TEXT NOT NULL,
  of_home TEXT NOT NULL,
  domain TEXT NOT NULL,
  at TEXT NOT NULL,
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  developer TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  to_developer BIGINT NOT NULL,
  to_host BIGINT NOT NULL,
  to_brand BIGINT NOT NULL
);
CREATE INDEX earnings_at ON earnings (at);
