-- What Orleans's AdoNet providers keep, and the statements that they read from OrleansQuery by key. The parameters and the columns
-- of the answers are the providers' contract; tables and statements are ours.

CREATE TABLE OrleansQuery (
    QueryKey text PRIMARY KEY,
    QueryText text NOT NULL
);

-- One row a cluster: its version orders every change of membership.
CREATE TABLE orleans_clusters (
    deployment_id text PRIMARY KEY,
    version integer NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE orleans_silos (
    deployment_id text NOT NULL REFERENCES orleans_clusters ON DELETE CASCADE,
    address text NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    silo_name text NOT NULL,
    host_name text NOT NULL,
    status integer NOT NULL,
    proxy_port integer NULL,
    suspect_times text NULL,
    start_time timestamptz NOT NULL,
    alive_time timestamptz NOT NULL,
    PRIMARY KEY (deployment_id, address, port, generation)
);

CREATE TABLE orleans_reminders (
    service_id text NOT NULL,
    grain_id text NOT NULL,
    reminder_name text NOT NULL,
    start_time timestamptz NOT NULL,
    period_ms bigint NOT NULL,
    grain_hash integer NOT NULL,
    version integer NOT NULL DEFAULT 0,
    PRIMARY KEY (service_id, grain_id, reminder_name)
);
CREATE INDEX orleans_reminders_hash ON orleans_reminders (service_id, grain_hash);

-- A grain's state. The key is spelt as the provider spells it: two numbers (a GUID's halves, or a whole number) and a text.
CREATE TABLE orleans_states (
    service_id text NOT NULL,
    grain_type text NOT NULL,
    id_0 bigint NOT NULL,
    id_1 bigint NOT NULL,
    id_text text NOT NULL,
    payload bytea NULL,
    version integer NOT NULL,
    modified_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service_id, grain_type, id_0, id_1, id_text)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON OrleansQuery, orleans_clusters, orleans_silos, orleans_reminders, orleans_states TO actortrading_app;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $q$
    WITH made AS (INSERT INTO orleans_clusters (deployment_id) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT EXISTS (SELECT FROM made)
$q$),
-- A silo joins only at the version that it has read: of two that change the membership at once, one reads again.
('InsertMembershipKey', $q$
    WITH raised AS (
        UPDATE orleans_clusters SET version = version + 1, changed_at = now()
        WHERE deployment_id = @DeploymentId AND version = @Version RETURNING 1),
    made AS (
        INSERT INTO orleans_silos (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_time)
        SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM raised
        ON CONFLICT DO NOTHING RETURNING 1)
    SELECT EXISTS (SELECT FROM made)
$q$),
('UpdateMembershipKey', $q$
    WITH raised AS (
        UPDATE orleans_clusters SET version = version + 1, changed_at = now()
        WHERE deployment_id = @DeploymentId AND version = @Version RETURNING 1),
    changed AS (
        UPDATE orleans_silos SET status = @Status, suspect_times = @SuspectTimes, alive_time = @IAmAliveTime
        WHERE deployment_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND EXISTS (SELECT FROM raised)
        RETURNING 1)
    SELECT EXISTS (SELECT FROM changed)
$q$),
('UpdateIAmAlivetimeKey', $q$
    UPDATE orleans_silos SET alive_time = @IAmAliveTime
    WHERE deployment_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$q$),
('MembershipReadRowKey', $q$
    SELECT c.version AS "Version", s.address AS "Address", s.port AS "Port", s.generation AS "Generation", s.silo_name AS "SiloName", s.host_name AS "HostName",
        s.status AS "Status", s.proxy_port AS "ProxyPort", s.suspect_times AS "SuspectTimes", s.start_time AS "StartTime", s.alive_time AS "IAmAliveTime"
    FROM orleans_clusters c
    LEFT JOIN orleans_silos s ON s.deployment_id = c.deployment_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE c.deployment_id = @DeploymentId
$q$),
('MembershipReadAllKey', $q$
    SELECT c.version AS "Version", s.address AS "Address", s.port AS "Port", s.generation AS "Generation", s.silo_name AS "SiloName", s.host_name AS "HostName",
        s.status AS "Status", s.proxy_port AS "ProxyPort", s.suspect_times AS "SuspectTimes", s.start_time AS "StartTime", s.alive_time AS "IAmAliveTime"
    FROM orleans_clusters c LEFT JOIN orleans_silos s ON s.deployment_id = c.deployment_id
    WHERE c.deployment_id = @DeploymentId
$q$),
('GatewaysQueryKey', $q$
    SELECT address AS "Address", proxy_port AS "ProxyPort", generation AS "Generation" FROM orleans_silos
    WHERE deployment_id = @DeploymentId AND status = @Status AND proxy_port > 0
$q$),
('DeleteMembershipTableEntriesKey', $q$
    DELETE FROM orleans_clusters WHERE deployment_id = @DeploymentId
$q$),
-- 6 is Dead.
('CleanupDefunctSiloEntriesKey', $q$
    DELETE FROM orleans_silos WHERE deployment_id = @DeploymentId AND status = 6 AND alive_time < @IAmAliveTime
$q$),

('ReadReminderRowsKey', $q$
    SELECT grain_id AS "GrainId", reminder_name AS "ReminderName", start_time AS "StartTime", period_ms AS "Period", version AS "Version"
    FROM orleans_reminders WHERE service_id = @ServiceId AND grain_id = @GrainId
$q$),
('ReadReminderRowKey', $q$
    SELECT grain_id AS "GrainId", reminder_name AS "ReminderName", start_time AS "StartTime", period_ms AS "Period", version AS "Version"
    FROM orleans_reminders WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName
$q$),
-- A range of the ring of hashes, and one that goes over its end.
('ReadRangeRows1Key', $q$
    SELECT grain_id AS "GrainId", reminder_name AS "ReminderName", start_time AS "StartTime", period_ms AS "Period", version AS "Version"
    FROM orleans_reminders WHERE service_id = @ServiceId AND grain_hash > @BeginHash AND grain_hash <= @EndHash
$q$),
('ReadRangeRows2Key', $q$
    SELECT grain_id AS "GrainId", reminder_name AS "ReminderName", start_time AS "StartTime", period_ms AS "Period", version AS "Version"
    FROM orleans_reminders WHERE service_id = @ServiceId AND (grain_hash > @BeginHash OR grain_hash <= @EndHash)
$q$),
('UpsertReminderRowKey', $q$
    INSERT INTO orleans_reminders AS r (service_id, grain_id, reminder_name, start_time, period_ms, grain_hash)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash)
    ON CONFLICT (service_id, grain_id, reminder_name)
    DO UPDATE SET start_time = excluded.start_time, period_ms = excluded.period_ms, grain_hash = excluded.grain_hash, version = r.version + 1
    RETURNING version AS "Version"
$q$),
('DeleteReminderRowKey', $q$
    WITH gone AS (
        DELETE FROM orleans_reminders WHERE service_id = @ServiceId AND grain_id = @GrainId AND reminder_name = @ReminderName AND version = @Version RETURNING 1)
    SELECT EXISTS (SELECT FROM gone)
$q$),
('DeleteReminderRowsKey', $q$
    DELETE FROM orleans_reminders WHERE service_id = @ServiceId
$q$),

('ReadFromStorageKey', $q$
    SELECT payload AS "PayloadBinary", version AS "Version" FROM orleans_states
    WHERE service_id = @ServiceId AND grain_type = @GrainTypeString AND id_0 = @GrainIdN0 AND id_1 = @GrainIdN1 AND id_text = COALESCE(@GrainIdExtensionString, '')
$q$),
-- Answers the new version, or the one that was offered where another's write came first.
('WriteToStorageKey', $q$
    WITH made AS (
        INSERT INTO orleans_states (service_id, grain_type, id_0, id_1, id_text, payload, version)
        SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, COALESCE(@GrainIdExtensionString, ''), @PayloadBinary, 1
        WHERE CAST(@GrainStateVersion AS integer) IS NULL
        ON CONFLICT DO NOTHING RETURNING version),
    changed AS (
        UPDATE orleans_states SET payload = @PayloadBinary, version = version + 1, modified_at = now()
        WHERE service_id = @ServiceId AND grain_type = @GrainTypeString AND id_0 = @GrainIdN0 AND id_1 = @GrainIdN1
            AND id_text = COALESCE(@GrainIdExtensionString, '') AND version = CAST(@GrainStateVersion AS integer)
        RETURNING version)
    SELECT COALESCE((SELECT version FROM made), (SELECT version FROM changed), CAST(@GrainStateVersion AS integer)) AS "NewGrainStateVersion"
$q$),
('ClearStorageKey', $q$
    WITH changed AS (
        UPDATE orleans_states SET payload = NULL, version = version + 1, modified_at = now()
        WHERE service_id = @ServiceId AND grain_type = @GrainTypeString AND id_0 = @GrainIdN0 AND id_1 = @GrainIdN1
            AND id_text = COALESCE(@GrainIdExtensionString, '') AND version = CAST(@GrainStateVersion AS integer)
        RETURNING version)
    SELECT COALESCE((SELECT version FROM changed), CAST(@GrainStateVersion AS integer)) AS "NewGrainStateVersion"
$q$),
('DeleteStorageKey', $q$
    WITH gone AS (
        DELETE FROM orleans_states
        WHERE service_id = @ServiceId AND grain_type = @GrainTypeString AND id_0 = @GrainIdN0 AND id_1 = @GrainIdN1
            AND id_text = COALESCE(@GrainIdExtensionString, '') AND version = CAST(@GrainStateVersion AS integer)
        RETURNING version)
    SELECT COALESCE((SELECT version + 1 FROM gone), CAST(@GrainStateVersion AS integer)) AS "NewGrainStateVersion"
$q$);
