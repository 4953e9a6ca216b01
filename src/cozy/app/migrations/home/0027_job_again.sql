-- When a line of the queue is due once more that was asked for again while somebody was at it.
ALTER TABLE jobs ADD COLUMN again_at TEXT;
