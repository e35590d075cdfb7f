CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    symbol text NOT NULL,
    status text NOT NULL,
    definition jsonb NOT NULL,
    state jsonb NOT NULL DEFAULT '{}',
    firings bigint NOT NULL DEFAULT 0,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz,
    deleted_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX alerts_user ON alerts (user_id, created_at) WHERE deleted_at IS NULL;
-- What a symbol arms again when it wakes.
CREATE INDEX alerts_armed ON alerts (symbol) WHERE status = 'active' AND deleted_at IS NULL;
SELECT protect('alerts', 'user_id = app_user_id()');

CREATE TABLE alert_firings (
    alert_id uuid NOT NULL REFERENCES alerts (id),
    firing_no bigint NOT NULL,
    symbol text NOT NULL,
    price numeric NOT NULL,
    level numeric,
    at timestamptz NOT NULL,
    message text,
    PRIMARY KEY (alert_id, firing_no)
);
SELECT protect('alert_firings', 'EXISTS (SELECT FROM alerts a WHERE a.id = alert_id AND a.user_id = app_user_id())');

CREATE TABLE notification_heads (
    user_id uuid PRIMARY KEY,
    seq bigint NOT NULL
) WITH (fillfactor = 50);

-- Gapless per user, so that a client that was away knows whether it has them all.
CREATE TABLE notifications (
    user_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    PRIMARY KEY (user_id, seq)
);
SELECT protect('notifications', 'user_id = app_user_id()');
GRANT UPDATE (read_at) ON notifications TO actortrading_request;

-- Effects outside (webhooks, e-mail, deliveries): written with their cause, done afterwards, deleted when done.
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    leased_until timestamptz,
    last_error text,
    created_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX outbox_due ON outbox (kind, due_at) WHERE status = 'pending';
