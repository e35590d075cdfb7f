-- beside 0013_fewer_index_entries
-- The zone in which the account's terminal tells its times, an IANA name or NewYorkClose; null for UTC.
ALTER TABLE accounts ADD COLUMN terminal_time_zone text;
