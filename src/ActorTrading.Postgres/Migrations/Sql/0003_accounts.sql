CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    name text NOT NULL,
    kind text NOT NULL,
    mode text NOT NULL,
    currency text NOT NULL,
    leverage integer NOT NULL,
    status text NOT NULL DEFAULT 'active',
    terminal_host text,
    terminal_port integer,
    broker_login text,
    broker_server text,
    -- AES-GCM under the key ring, bound to this row's id; see docs/database.md.
    broker_secret bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE INDEX accounts_user ON accounts (user_id, created_at);
SELECT protect('accounts', 'user_id = app_user_id()');

-- How far a broker's deal history has been taken over.
CREATE TABLE broker_cursors (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    last_deal_ticket bigint NOT NULL,
    last_deal_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
