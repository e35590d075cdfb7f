-- beside 0018_trades_from_their_second_deal
-- The newest thirty-second step whose one-time code was accepted, by whichever process: it and those before it are used. Processes of the version
-- before go on remembering their own.
ALTER TABLE users ADD COLUMN mfa_step bigint;
