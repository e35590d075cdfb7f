-- Whatever table any migration makes later, the system's role may use it.
GRANT USAGE ON SCHEMA public TO actortrading_app, actortrading_request;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO actortrading_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO actortrading_app;

-- The user on whose behalf a request runs; null, and so no rows at all, where none is set.
CREATE FUNCTION app_user_id() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;

-- Row-level security for a table: the system sees all of it, a request only the rows for which the predicate holds, with the given rights.
CREATE FUNCTION protect(target regclass, predicate text, privileges text DEFAULT 'SELECT') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY system ON %s TO actortrading_app USING (true) WITH CHECK (true)', target);
    EXECUTE format('CREATE POLICY owned ON %s TO actortrading_request USING (%s) WITH CHECK (%s)', target, predicate, predicate);
    EXECUTE format('GRANT %s ON %s TO actortrading_request', privileges, target);
END $$;
REVOKE EXECUTE ON FUNCTION protect FROM PUBLIC;
