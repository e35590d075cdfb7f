CREATE TABLE leaders (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    user_id uuid NOT NULL REFERENCES users (id),
    published boolean NOT NULL,
    name text NOT NULL,
    profile jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
SELECT protect('leaders', 'user_id = app_user_id()');
CREATE POLICY published ON leaders FOR SELECT TO actortrading_request USING (published);

CREATE TABLE copy_links (
    id uuid PRIMARY KEY,
    -- The follower's owner.
    user_id uuid NOT NULL REFERENCES users (id),
    leader_account_id uuid NOT NULL REFERENCES accounts (id),
    follower_account_id uuid NOT NULL REFERENCES accounts (id),
    settings jsonb NOT NULL,
    -- What its risk limits remember.
    risk jsonb NOT NULL DEFAULT '{}',
    status text NOT NULL,
    -- The leader's last entry before the link began: nothing at or before it is ever copied.
    start_seq bigint NOT NULL,
    -- Raised with each change; a change names the version that it was made from.
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    removed_at timestamptz
);
CREATE UNIQUE INDEX copy_links_pair ON copy_links (leader_account_id, follower_account_id) WHERE removed_at IS NULL;
CREATE INDEX copy_links_follower ON copy_links (follower_account_id);
CREATE INDEX copy_links_user ON copy_links (user_id, created_at);
SELECT protect('copy_links', 'user_id = app_user_id()');

-- One decision per link and leader entry, whatever crashes: the key says so.
CREATE TABLE copy_executions (
    link_id uuid NOT NULL,
    leader_seq bigint NOT NULL,
    leader_account_id uuid NOT NULL,
    account_id uuid NOT NULL,
    account_seq bigint NOT NULL,
    outcome text NOT NULL,
    reason text,
    detail text,
    order_ids uuid[] NOT NULL,
    leader_at timestamptz NOT NULL,
    leader_committed_at timestamptz,
    decided_at timestamptz NOT NULL,
    -- Microseconds spent at the terminals: until the leader's told us of the deal, and until the follower's filled. Ours lies between the times above.
    leader_terminal_us bigint,
    follower_terminal_us bigint,
    PRIMARY KEY (link_id, leader_seq)
) WITH (fillfactor = 90);
SELECT protect('copy_executions', 'link_id = ANY (ARRAY(SELECT l.id FROM copy_links l WHERE l.user_id = app_user_id()))');
