-- beside 0017_terminal_time_zone
-- A trade that has only been opened is told by its position: most trades become a row once, when they are closed, instead of one that is written with
-- the position and again with the close. What a position did not tell is the stop loss that it was opened with. Processes of the version before go on
-- writing the row at the opening, which the close updates as it did; until they are gone they do not list trades opened by others.
ALTER TABLE positions ADD COLUMN initial_stop_loss numeric;

-- Only partial closes update a trade now.
ALTER TABLE trades SET (fillfactor = 90);
