using Npgsql;

namespace Orleans.Embedded.Storage;

/// <summary>The tables of grain state and reminders.</summary>
internal static class PostgresSchema
{
    /// <summary>Any number that no other user of the server locks: "grains" in ASCII.</summary>
    private const long LockKey = 0x677261696E73;

    /// <summary>Creates schema and tables when they are missing; safe to run from several processes at once.</summary>
    internal static async Task EnsureAsync(NpgsqlDataSource database, string schema, CancellationToken cancellationToken)
    {
        var name = Quote(schema);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // A role that may use the tables need not be one that may create them.
        await using var exists = new NpgsqlCommand($"SELECT to_regclass('{name}.reminder') IS NOT NULL", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is true)
            return;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"""
            SELECT pg_advisory_xact_lock({LockKey});
            CREATE SCHEMA IF NOT EXISTS {name};
            CREATE SEQUENCE IF NOT EXISTS {name}.state_version;
            CREATE TABLE IF NOT EXISTS {name}.state (
                grain text NOT NULL,
                name text NOT NULL,
                version bigint NOT NULL,
                body jsonb NOT NULL,
                PRIMARY KEY (grain, name));
            CREATE TABLE IF NOT EXISTS {name}.reminder (
                grain text NOT NULL,
                name text NOT NULL,
                start_at timestamptz NOT NULL,
                period interval NOT NULL,
                etag uuid NOT NULL,
                PRIMARY KEY (grain, name));
            """, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    internal static string Quote(string schema) => schema.Length is > 0 and <= 63 && schema.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
        ? schema
        : throw new ArgumentException($"'{schema}' is not a schema name: expected 1 to 63 lower-case letters, digits and underscores.", nameof(schema));
}
