-- What a home and its host have agreed on: context, flags, terms (kernel/home.py, Hosted).
ALTER TABLE homes ADD COLUMN hosted JSON NOT NULL DEFAULT '{}';
