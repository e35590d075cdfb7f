-- The truth. Only ever inserted into; gapless per account. No foreign key: account_state has it, and every append passes there.
CREATE TABLE account_ledger (
    account_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    -- As written, byte for byte; checked to be JSON but not taken apart, which would cost more than storing it. Cast to jsonb to ask into it.
    body json NOT NULL,
    PRIMARY KEY (account_id, seq)
);

-- The ledger's head and the account's money: each append moves it from the expected sequence or is refused.
-- Updated in place all day, so the pages keep room for it and nothing but the key is indexed.
CREATE TABLE account_state (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    seq bigint NOT NULL,
    balance numeric NOT NULL,
    credit numeric NOT NULL,
    is_open boolean NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);

CREATE FUNCTION ledger_gate(moved bigint, expected bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF moved <> expected THEN
        RAISE EXCEPTION '% of % accounts are not at the expected sequence', expected - moved, expected USING ERRCODE = 'AT001';
    END IF;
END $$;

-- One row per committed batch of the writer: a batch sent again after a lost connection meets its own row.
CREATE TABLE ledger_commits (
    batch_id uuid PRIMARY KEY
);

CREATE TABLE orders (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    client_order_id text NOT NULL,
    symbol text NOT NULL,
    side text NOT NULL,
    type text NOT NULL,
    status text NOT NULL,
    volume numeric NOT NULL,
    filled_volume numeric NOT NULL,
    price numeric,
    stop_limit_price numeric,
    stop_loss numeric,
    take_profit numeric,
    trailing_points integer,
    deviation_points integer,
    fill_policy text NOT NULL,
    time_in_force text NOT NULL,
    expires_at timestamptz,
    comment text,
    closes_position_id uuid,
    close_by_position_id uuid,
    reason text NOT NULL,
    copy_link_id uuid,
    copy_leader_account_id uuid,
    copy_leader_seq bigint,
    copy_leader_position_id uuid,
    copy_leader_order_id uuid,
    retcode integer,
    reject_message text,
    average_price numeric,
    broker_ticket bigint,
    stop_touched boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, id)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX orders_client_order_id ON orders (account_id, client_order_id);
CREATE INDEX orders_created ON orders (account_id, created_at);
-- Which accounts a symbol arms again when it wakes.
CREATE INDEX orders_unfinished ON orders (symbol) WHERE status IN ('submitted', 'placed', 'partiallyFilled');

CREATE TABLE positions (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    symbol text NOT NULL,
    side text NOT NULL,
    volume numeric NOT NULL,
    peak_volume numeric NOT NULL,
    open_price numeric NOT NULL,
    stop_loss numeric,
    take_profit numeric,
    trailing_points integer,
    swap numeric NOT NULL,
    commission numeric NOT NULL,
    opened_at timestamptz NOT NULL,
    broker_ticket bigint,
    copy_link_id uuid,
    copy_leader_account_id uuid,
    copy_leader_seq bigint,
    copy_leader_position_id uuid,
    copy_leader_order_id uuid,
    comment text,
    PRIMARY KEY (account_id, id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.1);

CREATE TABLE trades (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    symbol text NOT NULL,
    side text NOT NULL,
    volume numeric NOT NULL,
    closed_volume numeric NOT NULL,
    open_price numeric NOT NULL,
    close_price numeric,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    profit numeric NOT NULL,
    commission numeric NOT NULL,
    swap numeric NOT NULL,
    initial_stop_loss numeric,
    close_reason text,
    copy_link_id uuid,
    copy_leader_account_id uuid,
    copy_leader_seq bigint,
    copy_leader_position_id uuid,
    copy_leader_order_id uuid,
    comment text,
    PRIMARY KEY (account_id, id)
) WITH (fillfactor = 80);
CREATE INDEX trades_opened ON trades (account_id, opened_at);

-- How far each reader of an account's ledger has come.
CREATE TABLE consumer_cursors (
    consumer text NOT NULL,
    account_id uuid NOT NULL,
    seq bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, account_id)
) WITH (fillfactor = 50);

DO $$
DECLARE own CONSTANT text := 'account_id = ANY (ARRAY(SELECT a.id FROM accounts a WHERE a.user_id = app_user_id()))';
BEGIN
    PERFORM protect('account_ledger', own);
    PERFORM protect('account_state', own);
    PERFORM protect('orders', own);
    PERFORM protect('positions', own);
    PERFORM protect('trades', own);
END $$;

-- Not even the system rewrites history.
REVOKE UPDATE, DELETE ON account_ledger FROM actortrading_app;
