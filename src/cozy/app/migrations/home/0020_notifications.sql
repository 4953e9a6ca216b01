-- What a home tells its owner: documents, what waits for the daily mail, and the browsers that take messages.
CREATE INDEX notifications_by_source ON documents (home_id, (body->>'source_id'), (body->>'created_at'))
  WHERE doctype = 'io.cozy.notifications' AND NOT deleted;
CREATE INDEX notifications_by_date ON documents (home_id, (body->>'created_at'))
  WHERE doctype = 'io.cozy.notifications' AND NOT deleted;
CREATE INDEX notifications_unread ON documents (home_id, (body->>'created_at'))
  WHERE doctype = 'io.cozy.notifications' AND NOT deleted AND body->>'read_at' IS NULL AND body->>'at' IS NULL;

CREATE TABLE notifications_gathered (
  home_id TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (home_id, id)
);

CREATE TABLE push_subscriptions (
  home_id TEXT NOT NULL,
  id TEXT NOT NULL,
  session TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (home_id, id)
);
