-- How often a user has changed the secret that signs her webhooks; the secret itself is computed and stored nowhere. No row: never.
CREATE TABLE webhook_secrets (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    version integer NOT NULL CHECK (version > 0),
    rotated_at timestamptz NOT NULL
);
SELECT protect('webhook_secrets', 'user_id = app_user_id()');
