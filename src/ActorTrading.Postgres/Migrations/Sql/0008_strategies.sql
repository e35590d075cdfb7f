CREATE TABLE strategies (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    is_public boolean NOT NULL DEFAULT false,
    enabled boolean NOT NULL DEFAULT true,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX strategies_user ON strategies (user_id, created_at);
SELECT protect('strategies', 'user_id = app_user_id()', 'SELECT, INSERT, UPDATE');
CREATE POLICY shared ON strategies FOR SELECT TO actortrading_request USING (is_public AND deleted_at IS NULL);

-- A run or a backtest names the version that it ran, so old versions stay.
CREATE TABLE strategy_versions (
    strategy_id uuid NOT NULL REFERENCES strategies (id),
    version integer NOT NULL,
    script text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (strategy_id, version)
);
SELECT protect('strategy_versions',
    'EXISTS (SELECT FROM strategies s WHERE s.id = strategy_id AND s.user_id = app_user_id())', 'SELECT, INSERT');
CREATE POLICY shared ON strategy_versions FOR SELECT TO actortrading_request
    USING (EXISTS (SELECT FROM strategies s WHERE s.id = strategy_id AND s.is_public AND s.deleted_at IS NULL));

CREATE TABLE backtests (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    strategy_id uuid REFERENCES strategies (id),
    strategy_version integer,
    status text NOT NULL,
    -- 0 to 1.
    progress double precision NOT NULL DEFAULT 0,
    request jsonb NOT NULL,
    -- The report, JSON, compressed (Brotli).
    result bytea,
    error text,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz
);
CREATE INDEX backtests_user ON backtests (user_id, created_at);
CREATE INDEX backtests_unfinished ON backtests (created_at) WHERE status IN ('queued', 'running');
SELECT protect('backtests', 'user_id = app_user_id()');

CREATE TABLE strategy_runs (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    strategy_id uuid NOT NULL REFERENCES strategies (id),
    strategy_version integer NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    symbol text NOT NULL,
    timeframe text NOT NULL,
    status text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    state jsonb NOT NULL DEFAULT '{}',
    error text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    stopped_at timestamptz
);
CREATE INDEX strategy_runs_user ON strategy_runs (user_id, created_at);
CREATE INDEX strategy_runs_strategy ON strategy_runs (strategy_id, created_at);
CREATE INDEX strategy_runs_active ON strategy_runs (symbol) WHERE status = 'running';
SELECT protect('strategy_runs', 'user_id = app_user_id()');
