CREATE TABLE users (
    id uuid PRIMARY KEY,
    username text NOT NULL,
    email text NOT NULL,
    name text,
    password_hash text NOT NULL,
    status text NOT NULL DEFAULT 'active',
    mfa_enabled boolean NOT NULL DEFAULT false,
    mfa_secret bytea,
    -- Raised to make every access token issued before worthless.
    security_version integer NOT NULL DEFAULT 1,
    preferences jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX users_username ON users (lower(username));
CREATE UNIQUE INDEX users_email ON users (lower(email));
SELECT protect('users', 'id = app_user_id()');
GRANT UPDATE (name, preferences, updated_at) ON users TO actortrading_request;

-- One family per login: all the tokens that came of refreshing it.
CREATE TABLE refresh_token_families (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoke_reason text,
    client text
);
CREATE INDEX refresh_token_families_user ON refresh_token_families (user_id);
SELECT protect('refresh_token_families', 'user_id = app_user_id()');

CREATE TABLE refresh_tokens (
    -- SHA-256 of the token: who reads this table cannot log in with it.
    hash bytea PRIMARY KEY,
    family_id uuid NOT NULL REFERENCES refresh_token_families (id) ON DELETE CASCADE,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    name text NOT NULL,
    -- The key's first characters, to recognise it by.
    prefix text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_keys_user ON api_keys (user_id);
SELECT protect('api_keys', 'user_id = app_user_id()', 'SELECT, INSERT, UPDATE');

CREATE TABLE password_resets (
    hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX password_resets_user ON password_resets (user_id);

CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL,
    key text NOT NULL,
    -- SHA-256 of the method, the path and the body.
    body_hash bytea NOT NULL,
    -- Null while the first request is still being worked on.
    status integer,
    response bytea,
    claimed_until timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
SELECT protect('idempotency_keys', 'user_id = app_user_id()');
