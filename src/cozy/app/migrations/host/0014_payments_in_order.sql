-- Beside older programs: columns with a default, which they leave as they are, and an index.
-- When the newest message of the payment service came to be that said so, in seconds since 1970; an older one that comes late changes nothing.
ALTER TABLE payers ADD COLUMN subscription_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payers ADD COLUMN plan_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payers ADD COLUMN unpaid_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX payment_events_at ON payment_events (at);
