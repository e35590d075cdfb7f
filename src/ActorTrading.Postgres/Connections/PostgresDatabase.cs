using Npgsql;

namespace ActorTrading.Postgres;

/// <summary>
/// The way to the database. The system's work (grains, ledger, outbox) runs as <c>actortrading_app</c>; what a user asks for runs as
/// <c>actortrading_request</c>, which row-level security confines to that user's rows.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    public const string AppRole = "actortrading_app";
    public const string RequestRole = "actortrading_request";

    private readonly NpgsqlDataSource source;

    public PostgresDatabase(PostgresOptions options)
    {
        DapperSetup.Ensure();
        PostgresMetrics.Ensure();
        Options = options;
        var builder = new NpgsqlDataSourceBuilder(Complete(options));
        builder.UsePhysicalConnectionInitializer(
            connection => throw new NotSupportedException("Connections are opened asynchronously."),
            async connection =>
            {
                await using var command = new NpgsqlCommand($"SET ROLE {AppRole}", connection);
                await command.ExecuteNonQueryAsync();
            });
        source = builder.Build();
    }

    public PostgresOptions Options { get; }

    /// <summary>A connection in the system's role.</summary>
    /// <exception cref="StoreUnavailableException"/>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation = default)
    {
        try
        {
            return await source.OpenConnectionAsync(cancellation);
        }
        catch (Exception error) when (Faults.IsUnavailable(error))
        {
            throw Faults.Unavailable(error);
        }
        catch (PostgresException error) when (error.SqlState is "3D000" or "28P01" or "28000" or "22023" or "42704")
        {
            throw new StoreUnavailableException(ConnectionAdvice.For(error, Options.ConnectionString), error);
        }
    }

    /// <summary>Runs statements in the system's role, each one its own transaction.</summary>
    /// <exception cref="StoreUnavailableException"/>
    public async Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation = default)
    {
        await using var connection = await OpenAsync(cancellation);
        try
        {
            return await work(connection);
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            throw Faults.Unavailable(error, outcomeUnknown: Faults.IsConnectionLost(error));
        }
    }

    /// <summary>Runs statements in the system's role in one transaction: all of them or none.</summary>
    /// <exception cref="StoreUnavailableException"/>
    public async Task<T> TransactAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation = default)
    {
        await using var connection = await OpenAsync(cancellation);
        var committing = false;
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var result = await work(connection);
            committing = true;
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            throw Faults.Unavailable(error, outcomeUnknown: committing && Faults.IsConnectionLost(error));
        }
    }

    /// <summary>Runs statements as a user: only that user's rows are there.</summary>
    /// <exception cref="StoreUnavailableException"/>
    public async Task<T> AsUserAsync<T>(Guid userId, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation = default)
    {
        try
        {
            await using var session = await RequestSession.OpenAsync(this, userId, cancellation);
            var result = await work(session.Connection);
            await session.CommitAsync(cancellation);
            return result;
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            throw Faults.Unavailable(error, outcomeUnknown: Faults.IsConnectionLost(error));
        }
    }

    /// <summary>Lets the pool's connections go, so that a database can be dropped or a stopped server's sockets forgotten.</summary>
    public void Clear() => source.Clear();

    public ValueTask DisposeAsync() => source.DisposeAsync();

    /// <summary>Connections that know outdated statements, or a server that is not written to, are let go of, and whoever asks again gets fresh ones.</summary>
    private bool IsUnavailable(Exception error)
    {
        if (!Faults.IsOutdated(error) && !Faults.IsReadOnly(error)) return Faults.IsUnavailable(error);
        Clear();
        return true;
    }

    private static string Complete(PostgresOptions options)
    {
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        if (!text.Keys.Cast<string>().Contains("Maximum Pool Size")) text.MaxPoolSize = options.MaxConnections;
        text.CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds);
        // The role is set once per connection; a reset on return would undo it. Nothing else here changes a session outside a transaction.
        text.NoResetOnClose = true;
        if (!text.ContainsKey("Max Auto Prepare") || text.MaxAutoPrepare == 0) text.MaxAutoPrepare = 100;
        if (text.AutoPrepareMinUsages == 5) text.AutoPrepareMinUsages = 2;
        text.ApplicationName ??= "actortrading";
        text.Timezone = "UTC";
        return text.ConnectionString;
    }
}
