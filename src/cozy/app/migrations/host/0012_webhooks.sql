-- Beside older programs: two new tables, which nobody of before reads.
-- Programs of the host that are told what becomes of homes. secret: locked with the host's key.
CREATE TABLE webhooks (
  id TEXT NOT NULL PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  secret TEXT NOT NULL,
  created_at TEXT NOT NULL
);
-- What each of them is told, a row for each message and webhook, which is there before it leaves. state: waiting, sent, given_up.
CREATE TABLE deliveries (
  id TEXT NOT NULL PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL,
  due_at TEXT NOT NULL,
  tries BIGINT NOT NULL,
  state TEXT NOT NULL,
  error TEXT NOT NULL,
  UNIQUE (webhook_id, message_id)
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_newest ON deliveries (created_at);
