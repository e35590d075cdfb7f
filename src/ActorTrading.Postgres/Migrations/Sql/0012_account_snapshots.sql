-- Each account's state at some entry of its ledger, so that reading it is quick. The ledger stays the truth: a row may be deleted at any time.
CREATE TABLE account_snapshots (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    seq bigint NOT NULL,
    -- Which fold made it, into which shape.
    version text NOT NULL,
    -- Of the entry it ends with: a ledger that has another there was restored from elsewhere.
    entry_hash bytea NOT NULL,
    body_hash bytea NOT NULL,
    body bytea NOT NULL,
    written_at timestamptz NOT NULL
);
-- The body comes compressed.
ALTER TABLE account_snapshots ALTER COLUMN body SET STORAGE EXTERNAL;
SELECT protect('account_snapshots', 'account_id = ANY (ARRAY(SELECT a.id FROM accounts a WHERE a.user_id = app_user_id()))');

CREATE FUNCTION ledger_entry_hash(seq bigint, at timestamptz, kind text, body json) RETURNS bytea LANGUAGE sql STABLE AS
$$ SELECT sha256(convert_to(seq || ' ' || extract(epoch FROM at) || ' ' || kind || ' ' || body::text, 'UTF8')) $$;
