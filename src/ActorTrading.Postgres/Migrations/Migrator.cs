using Npgsql;

namespace ActorTrading.Postgres.Migrations;

/// <summary>
/// Brings a database to what this version needs: each script once, in order, in a transaction with its journal line, under an advisory lock
/// so that processes that start together wait for one another. A script that was applied and has changed since is an error.
/// </summary>
public static class Migrator
{
    /// <summary>Locked while migrating; any constant that nothing else locks.</summary>
    private const long LockKey = 0x4163_746f_7254_7261;

    /// <summary>Applies what is missing and answers the names applied.</summary>
    /// <exception cref="MigrationException"/>
    /// <exception cref="StoreUnavailableException">The server cannot be reached, or refuses the login.</exception>
    public static Task<IReadOnlyList<string>> RunAsync(PostgresOptions options, CancellationToken cancellation = default) =>
        RunAsync(options.MigrationConnectionString ?? options.ConnectionString, [MigrationSource.Core], cancellation);

    /// <inheritdoc cref="RunAsync(PostgresOptions, CancellationToken)"/>
    public static Task<IReadOnlyList<string>> RunAsync(string connectionString, IReadOnlyList<MigrationSource> sources, CancellationToken cancellation = default) =>
        RunAsync(connectionString, [.. sources.SelectMany(source => source.Scripts())], cancellation);

    /// <inheritdoc cref="RunAsync(PostgresOptions, CancellationToken)"/>
    public static async Task<IReadOnlyList<string>> RunAsync(string connectionString, IReadOnlyList<MigrationScript> scripts, CancellationToken cancellation = default)
    {
        try
        {
            await DatabaseCreation.EnsureAsync(connectionString, cancellation);
            await using var connection = new NpgsqlConnection(DatabaseCreation.Unpooled(connectionString));
            await connection.OpenAsync(cancellation);
            await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellation);
            await RoleCreation.EnsureAsync(connection, cancellation);
            return await ApplyAsync(connection, scripts, cancellation);
        }
        catch (Exception error) when (error is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
        {
            throw new StoreUnavailableException(ConnectionAdvice.For(error, connectionString), error);
        }
    }

    private static async Task<IReadOnlyList<string>> ApplyAsync(NpgsqlConnection connection, IReadOnlyList<MigrationScript> scripts, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                source text NOT NULL, name text NOT NULL, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (source, name));
            ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS beside text
            """, cancellation);
        var journal = await JournalAsync(connection, cancellation);
        RefuseNewer(journal, scripts);

        var applied = new List<string>();
        foreach (var script in scripts)
        {
            if (journal.TryGetValue((script.Source, script.Name), out var line))
            {
                var hash = line.Hash;
                if (hash == script.Hash) continue;
                throw new MigrationException(
                    $"Migration {script.Source}/{script.Name} has changed since it was applied (applied {hash[..12]}, now {script.Hash[..12]}). " +
                    "An applied migration is never edited: restore the file and put the change into a new one.");
            }
            await ApplyAsync(connection, script, cancellation);
            applied.Add($"{script.Source}/{script.Name}");
        }
        return applied;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, MigrationScript script, CancellationToken cancellation)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await ExecuteAsync(connection, script.Sql, cancellation);
            await using var note = new NpgsqlCommand("INSERT INTO schema_migrations (source, name, hash, beside) VALUES ($1, $2, $3, $4)", connection)
            {
                Parameters = { new() { Value = script.Source }, new() { Value = script.Name }, new() { Value = script.Hash }, new() { Value = script.Beside ?? (object)DBNull.Value } },
            };
            await note.ExecuteNonQueryAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException error) when (error.SqlState != "42501")
        {
            throw new MigrationException($"Migration {script.Source}/{script.Name} failed and was rolled back: {error.MessageText} ({error.SqlState}).", error);
        }
    }

    /// <summary>A database that a newer version has migrated must not be written by an older one, unless the newer one's migrations say that it may.</summary>
    private static void RefuseNewer(Dictionary<(string Source, string Name), (string Hash, string? Beside)> journal, IReadOnlyList<MigrationScript> scripts)
    {
        foreach (var known in scripts.GroupBy(script => script.Source))
        {
            var names = known.Select(script => script.Name).ToHashSet();
            var last = names.Max(StringComparer.Ordinal);
            foreach (var ((_, name), line) in journal.Where(line => line.Key.Source == known.Key && !names.Contains(line.Key.Name)).OrderBy(line => line.Key.Name, StringComparer.Ordinal))
            {
                if (line.Beside is null || string.CompareOrdinal(last, line.Beside) < 0)
                    throw new MigrationException($"The database was migrated by a newer version: this one does not know {known.Key}/{name} and cannot work beside it. Start the newer version.");
            }
        }
    }

    private static async Task<Dictionary<(string Source, string Name), (string Hash, string? Beside)>> JournalAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var journal = new Dictionary<(string, string), (string, string?)>();
        await using var command = new NpgsqlCommand("SELECT source, name, hash, beside FROM schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            journal[(reader.GetString(0), reader.GetString(1))] = (reader.GetString(2), await reader.IsDBNullAsync(3, cancellation) ? null : reader.GetString(3));
        return journal;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        // A migration may rewrite a large table, and waiting for another process's migration may take as long.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
