using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Postgres;
using Dapper;

namespace ActorTrading.Grains;

/// <summary>What grains ask about accounts besides their ledgers.</summary>
public sealed class AccountDirectory(PostgresDatabase database) : IAccountDirectory
{
    public Task<AccountProfile> GetAsync(Guid accountId, CancellationToken cancellation) => database.UseAsync(async connection =>
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            SELECT COALESCE(l.published, false) AS published, a.terminal_host AS host, a.terminal_port AS port,
                   COALESCE(t.settings ->> 'feedSymbols', '') AS symbols, COALESCE((t.settings ->> 'feedRank')::int, 0) AS rank
            FROM accounts a
            LEFT JOIN leaders l ON l.account_id = a.id
            LEFT JOIN terminals t ON t.id = a.id::text AND t.enabled
            WHERE a.id = @accountId
            """, new { accountId }, cancellationToken: cancellation));
        return row is null
            ? AccountProfile.None
            : new AccountProfile(row.Published, row.Host is null
                ? null
                : new TerminalConfig(new TerminalAddress(row.Host, row.Port ?? 15555),
                    [.. row.Symbols.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)], row.Rank));
    }, cancellation);

    // A pair of the account's currency may convert the margin of its positions in other symbols, so it is watched too.
    public Task<IReadOnlyList<Guid>> HoldersAsync(string symbol, CancellationToken cancellation) => Ids(
        """
        SELECT a.id FROM accounts a
        WHERE a.kind = 'paper' AND a.closed_at IS NULL
          AND (EXISTS (SELECT FROM positions p WHERE p.account_id = a.id AND (p.symbol = @symbol OR strpos(@symbol, a.currency) > 0))
            OR EXISTS (SELECT FROM orders o WHERE o.account_id = a.id AND o.symbol = @symbol AND o.status IN ('submitted', 'placed', 'partiallyFilled')))
        """, new { symbol }, cancellation);

    public Task<IReadOnlyList<Guid>> AtTerminalsAsync(CancellationToken cancellation) => Ids(
        "SELECT id FROM accounts WHERE terminal_host IS NOT NULL AND closed_at IS NULL ORDER BY created_at", null, cancellation);

    public Task<IReadOnlyList<Guid>> LeadersAsync(CancellationToken cancellation) => Ids(
        "SELECT account_id FROM leaders WHERE published", null, cancellation);

    private Task<IReadOnlyList<Guid>> Ids(string sql, object? arguments, CancellationToken cancellation) => database.UseAsync<IReadOnlyList<Guid>>(
        async connection => [.. await connection.QueryAsync<Guid>(new CommandDefinition(sql, arguments, cancellationToken: cancellation))], cancellation);

    private sealed record Row
    {
        public bool Published { get; init; }
        public string? Host { get; init; }
        public int? Port { get; init; }
        public string Symbols { get; init; } = "";
        public int Rank { get; init; }
    }
}
