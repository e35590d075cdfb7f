using Dapper;

namespace ActorTrading.Postgres;

/// <summary>
/// Keeps two activations of a terminal's grain from sending to it: a terminal cannot tell a repeated order from a second one, and a
/// silo that the cluster has given up on may still run for a while.
/// </summary>
public interface ITerminalFence
{
    /// <summary>From now on nobody but this owner holds the terminal.</summary>
    /// <exception cref="StoreUnavailableException"/>
    Task TakeAsync(Guid accountId, Guid owner, DateTimeOffset now, CancellationToken cancellation = default);

    /// <summary>Whether nobody has taken the terminal since. Asked before each thing that is sent.</summary>
    /// <exception cref="StoreUnavailableException"/>
    Task<bool> IsHeldAsync(Guid accountId, Guid owner, CancellationToken cancellation = default);
}

public sealed class TerminalFence(PostgresDatabase database) : ITerminalFence
{
    public Task TakeAsync(Guid accountId, Guid owner, DateTimeOffset now, CancellationToken cancellation = default) => database.UseAsync(
        connection => connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO terminal_owners (account_id, owner, taken_at) VALUES (@accountId, @owner, @now)
            ON CONFLICT (account_id) DO UPDATE SET owner = excluded.owner, taken_at = excluded.taken_at
            """, new { accountId, owner, now }, cancellationToken: cancellation)), cancellation);

    public Task<bool> IsHeldAsync(Guid accountId, Guid owner, CancellationToken cancellation = default) => database.UseAsync(
        connection => connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT FROM terminal_owners WHERE account_id = @accountId AND owner = @owner)", new { accountId, owner }, cancellationToken: cancellation)), cancellation);
}
