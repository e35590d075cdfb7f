CREATE TABLE instruments (
    symbol text PRIMARY KEY,
    definition jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE terminals (
    id text PRIMARY KEY,
    name text NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE feeds (
    name text PRIMARY KEY,
    terminal_id text REFERENCES terminals (id),
    -- The lowest number that still speaks is listened to.
    preference integer NOT NULL,
    -- IANA name of the zone in which the feed's trading day begins, and the time of day there.
    day_zone text NOT NULL DEFAULT 'America/New_York',
    day_starts time NOT NULL DEFAULT '17:00',
    enabled boolean NOT NULL DEFAULT true,
    updated_at timestamptz NOT NULL
);

-- One row per symbol, overwritten: what a symbol knows when it wakes.
CREATE TABLE last_quotes (
    symbol text PRIMARY KEY,
    bid numeric NOT NULL,
    ask numeric NOT NULL,
    at timestamptz NOT NULL,
    feed text
) WITH (fillfactor = 50);

CREATE TABLE candles (
    symbol text NOT NULL,
    timeframe text NOT NULL,
    opens_at timestamptz NOT NULL,
    open numeric NOT NULL,
    high numeric NOT NULL,
    low numeric NOT NULL,
    close numeric NOT NULL,
    volume numeric NOT NULL,
    -- The smallest spread within the bar, in points; 0 where it was not recorded.
    spread_points integer NOT NULL DEFAULT 0,
    PRIMARY KEY (symbol, timeframe, opens_at)
) WITH (fillfactor = 90);

GRANT SELECT ON instruments, last_quotes, candles TO actortrading_request;
