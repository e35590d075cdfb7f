using Npgsql;

namespace ActorTrading.Postgres.Migrations;

/// <summary>
/// The two roles that work is done in, neither of which can log in or owns anything. Roles belong to the whole cluster, so other databases' migrations
/// may make them at the same moment.
/// </summary>
internal static class RoleCreation
{
    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        foreach (var role in (string[])[PostgresDatabase.AppRole, PostgresDatabase.RequestRole])
        {
            await using var ensure = new NpgsqlCommand($"""
                DO $$
                BEGIN
                    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                        BEGIN
                            CREATE ROLE {role} NOLOGIN NOINHERIT;
                        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                        END;
                    END IF;
                    IF NOT pg_has_role(session_user, '{role}', 'MEMBER') THEN
                        EXECUTE format('GRANT {role} TO %I', session_user);
                    END IF;
                END $$
                """, connection);
            await ensure.ExecuteNonQueryAsync(cancellation);
        }
    }
}
