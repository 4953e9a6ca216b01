-- Beside older programs: columns with a default; they sign with the newer secret alone.
-- The secret before the present one, which messages are signed with as well until a moment; '' for none.
ALTER TABLE webhooks ADD COLUMN secret_before TEXT NOT NULL DEFAULT '';
ALTER TABLE webhooks ADD COLUMN before_until TEXT NOT NULL DEFAULT '';
