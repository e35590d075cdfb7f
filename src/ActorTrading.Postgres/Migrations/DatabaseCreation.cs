using Npgsql;

namespace ActorTrading.Postgres.Migrations;

/// <summary>Makes the database on first start, where the login may.</summary>
internal static class DatabaseCreation
{
    public static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timezone = "UTC", ApplicationName = "actortrading migrations" }.ConnectionString;

    public static async Task EnsureAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var probe = new NpgsqlConnection(Unpooled(connectionString));
            await probe.OpenAsync(cancellation);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await CreateAsync(connectionString, cancellation);
        }
    }

    private static async Task CreateAsync(string connectionString, CancellationToken cancellation)
    {
        var wanted = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await using var maintenance = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(Unpooled(connectionString)) { Database = "postgres" }.ConnectionString);
        await maintenance.OpenAsync(cancellation);
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{wanted.Replace("\"", "\"\"")}\"", maintenance) { CommandTimeout = 0 };
        try
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process that starts at the same moment made it.
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new PostgresException(error.MessageText, error.Severity, error.InvariantSeverity, PostgresErrorCodes.InvalidCatalogName);
        }
    }
}
