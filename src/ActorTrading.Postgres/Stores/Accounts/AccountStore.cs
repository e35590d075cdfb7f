using ActorTrading.Domain;
using Dapper;

namespace ActorTrading.Postgres;

/// <summary>An account as its owner made it, and the money its ledger has come to. What it holds is in its ledger.</summary>
public sealed record StoredAccount
{
    public required Guid Id { get; init; }
    public required Guid UserId { get; init; }
    public required string Name { get; init; }
    public required AccountKind Kind { get; init; }
    public required PositionMode Mode { get; init; }
    public required string Currency { get; init; }
    public required int Leverage { get; init; }

    /// <summary><c>active</c> or <c>closed</c>.</summary>
    public string Status { get; init; } = "active";
    public string? TerminalHost { get; init; }
    public int? TerminalPort { get; init; }

    /// <summary>In which the terminal tells its times (<see cref="ServerTimeZone"/>); null for UTC.</summary>
    public string? TerminalTimeZone { get; init; }
    public string? BrokerLogin { get; init; }
    public string? BrokerServer { get; init; }
    public bool HasSecret { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Of the ledger's last entry; 0 before the first.</summary>
    public long Seq { get; init; }
    public decimal Balance { get; init; }
    public decimal Credit { get; init; }
    public bool Published { get; init; }
}

/// <param name="LastDealTicket">The newest deal at the broker that the ledger has taken over.</param>
public sealed record BrokerCursor(long LastDealTicket, DateTimeOffset LastDealAt);

/// <param name="TerminalHost">Null for an account without a terminal.</param>
/// <param name="FeedSymbols">Symbols that the terminal quotes to everybody, separated by commas; empty for none.</param>
/// <param name="FeedRank">Its preference among the terminals that quote the same.</param>
/// <param name="TerminalTimeZone">In which the terminal tells its times; null for UTC.</param>
public sealed record AccountSetup(bool IsLeading, string? TerminalHost, int? TerminalPort, string FeedSymbols, int FeedRank, string? TerminalTimeZone = null);

public interface IAccountStore
{
    /// <param name="brokerPassword">Stored encrypted, bound to this account; null for none.</param>
    Task CreateAsync(StoredAccount account, string? brokerPassword, CancellationToken cancellation = default);

    /// <summary>The user's account; null where there is none or it is another user's.</summary>
    Task<StoredAccount?> FindAsync(Guid userId, Guid accountId, CancellationToken cancellation = default);

    /// <summary>The user's accounts, newest first.</summary>
    Task<Page<StoredAccount>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default);

    /// <summary>Any account, for the system's own work.</summary>
    Task<StoredAccount?> GetAsync(Guid accountId, CancellationToken cancellation = default);

    /// <summary>Open paper accounts that hold a position or a resting order in the symbol, or a position whose margin the symbol may convert.</summary>
    Task<IReadOnlyList<Guid>> HoldersAsync(string symbol, CancellationToken cancellation = default);

    /// <summary>Open paper accounts whose newest entry is at or after the time, by the clock of whoever wrote it.</summary>
    Task<IReadOnlyList<Guid>> MovedAsync(DateTimeOffset since, CancellationToken cancellation = default);

    /// <summary>Open accounts that have a terminal, oldest first.</summary>
    Task<IReadOnlyList<Guid>> AtTerminalsAsync(CancellationToken cancellation = default);

    /// <summary>Where the account's terminal is and what it quotes, and whether a leader publishes the account; null where there is no such account.</summary>
    Task<AccountSetup?> SetupAsync(Guid accountId, CancellationToken cancellation = default);

    /// <summary>Keeps an open account's name, login, server and where its terminal is, as they are told; nothing else of it.</summary>
    Task UpdateAsync(StoredAccount account, DateTimeOffset at, CancellationToken cancellation = default);

    /// <summary>False where it was closed already or is not there.</summary>
    Task<bool> CloseAsync(Guid accountId, DateTimeOffset at, CancellationToken cancellation = default);

    /// <exception cref="SecretUnreadableException"/>
    Task<string?> BrokerPasswordAsync(Guid accountId, CancellationToken cancellation = default);

    Task SetBrokerPasswordAsync(Guid accountId, string? password, DateTimeOffset at, CancellationToken cancellation = default);

    Task<BrokerCursor?> BrokerCursorAsync(Guid accountId, CancellationToken cancellation = default);

    /// <summary>Moves the cursor forward; one that is not ahead changes nothing.</summary>
    Task AdvanceBrokerCursorAsync(Guid accountId, BrokerCursor cursor, DateTimeOffset at, CancellationToken cancellation = default);
}

public sealed class AccountStore(PostgresDatabase database, SecretVault vault) : IAccountStore
{
    internal const string Purpose = "broker password";

    private const string Select = """
        SELECT a.id, a.user_id, a.name, a.kind, a.mode, a.currency, a.leverage, a.status, a.terminal_host, a.terminal_port, a.terminal_time_zone, a.broker_login, a.broker_server,
            a.broker_secret IS NOT NULL AS has_secret, a.created_at, a.closed_at,
            coalesce(s.seq, 0) AS seq, coalesce(s.balance, 0) AS balance, coalesce(s.credit, 0) AS credit,
            coalesce((SELECT l.published FROM leaders l WHERE l.account_id = a.id), false) AS published
        FROM accounts a LEFT JOIN account_state s ON s.account_id = a.id
        """;

    public Task CreateAsync(StoredAccount account, string? brokerPassword, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            INSERT INTO accounts (id, user_id, name, kind, mode, currency, leverage, terminal_host, terminal_port, terminal_time_zone, broker_login, broker_server, broker_secret, created_at,
                updated_at)
            VALUES (@Id, @UserId, @Name, @kind, @mode, @Currency, @Leverage, @TerminalHost, @TerminalPort, @TerminalTimeZone, @BrokerLogin, @BrokerServer, @secret, @CreatedAt, @CreatedAt)
            """.With(new
        {
            account.Id,
            account.UserId,
            account.Name,
            kind = StoredEnum<AccountKind>.Name(account.Kind),
            mode = StoredEnum<PositionMode>.Name(account.Mode),
            account.Currency,
            account.Leverage,
            account.TerminalHost,
            account.TerminalPort,
            account.TerminalTimeZone,
            account.BrokerLogin,
            account.BrokerServer,
            secret = brokerPassword is null ? null : vault.Protect(Purpose, account.Id, brokerPassword),
            account.CreatedAt,
        }, cancellation)), cancellation);

    public Task<StoredAccount?> FindAsync(Guid userId, Guid accountId, CancellationToken cancellation = default) =>
        database.AsUserAsync(userId, connection =>
            connection.QuerySingleOrDefaultAsync<StoredAccount>($"{Select} WHERE a.id = @accountId AND a.user_id = @userId".With(new { accountId, userId }, cancellation)), cancellation);

    public Task<Page<StoredAccount>> ListAsync(Guid userId, PageRequest page, CancellationToken cancellation = default)
    {
        var after = PageKey.Of(page);
        return database.AsUserAsync(userId, async connection => PageKey.Cut((await connection.QueryAsync<StoredAccount>($"""
            {Select} WHERE a.user_id = @userId AND (a.created_at, a.id) < (@At, @Id) ORDER BY a.created_at DESC, a.id DESC LIMIT @limit
            """.With(new { userId, after.At, after.Id, limit = page.Limit + 1 }, cancellation))).AsList(), page, row => new PageKey(row.CreatedAt, row.Id)), cancellation);
    }

    public Task<StoredAccount?> GetAsync(Guid accountId, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.QuerySingleOrDefaultAsync<StoredAccount>($"{Select} WHERE a.id = @accountId".With(new { accountId }, cancellation)), cancellation);

    // A pair of the account's currency may convert the margin of its positions in other symbols, so it is watched too.
    public Task<IReadOnlyList<Guid>> HoldersAsync(string symbol, CancellationToken cancellation = default) => IdsAsync("""
        SELECT a.id FROM accounts a
        WHERE a.kind = 'paper' AND a.status = 'active'
          AND (EXISTS (SELECT FROM positions p WHERE p.account_id = a.id AND (p.symbol = @symbol OR strpos(@symbol, a.currency) > 0))
            OR EXISTS (SELECT FROM orders o WHERE o.account_id = a.id AND o.symbol = @symbol AND o.status IN ('submitted', 'placed', 'partiallyFilled')))
        """, new { symbol }, cancellation);

    public Task<IReadOnlyList<Guid>> MovedAsync(DateTimeOffset since, CancellationToken cancellation = default) => IdsAsync("""
        SELECT a.id FROM accounts a JOIN account_state s ON s.account_id = a.id
        WHERE a.kind = 'paper' AND a.status = 'active' AND s.updated_at >= @since
        """, new { since }, cancellation);

    public Task<IReadOnlyList<Guid>> AtTerminalsAsync(CancellationToken cancellation = default) =>
        IdsAsync("SELECT id FROM accounts WHERE terminal_host IS NOT NULL AND status = 'active' ORDER BY created_at", null, cancellation);

    public Task<AccountSetup?> SetupAsync(Guid accountId, CancellationToken cancellation = default) => database.UseAsync(connection =>
        connection.QuerySingleOrDefaultAsync<AccountSetup?>("""
            SELECT coalesce(l.published, false) OR EXISTS (
                    SELECT FROM copy_links c WHERE c.leader_account_id = a.id AND c.removed_at IS NULL) AS is_leading, a.terminal_host, a.terminal_port,
                coalesce(t.settings ->> 'feedSymbols', '') AS feed_symbols, coalesce((t.settings ->> 'feedRank')::int, 0) AS feed_rank,
                a.terminal_time_zone
            FROM accounts a
            LEFT JOIN leaders l ON l.account_id = a.id
            LEFT JOIN terminals t ON t.id = a.id::text AND t.enabled
            WHERE a.id = @accountId
            """.With(new { accountId }, cancellation)), cancellation);

    private Task<IReadOnlyList<Guid>> IdsAsync(string sql, object? parameters, CancellationToken cancellation) => database.UseAsync<IReadOnlyList<Guid>>(
        async connection => (await connection.QueryAsync<Guid>(sql.With(parameters, cancellation))).AsList(), cancellation);

    public Task UpdateAsync(StoredAccount account, DateTimeOffset at, CancellationToken cancellation = default) => database.UseAsync(connection => connection.ExecuteAsync("""
        UPDATE accounts SET name = @Name, broker_login = @BrokerLogin, broker_server = @BrokerServer, terminal_host = @TerminalHost, terminal_port = @TerminalPort,
            terminal_time_zone = @TerminalTimeZone, updated_at = @at
        WHERE id = @Id AND status = 'active'
        """.With(new
    {
        account.Id,
        account.Name,
        account.BrokerLogin,
        account.BrokerServer,
        account.TerminalHost,
        account.TerminalPort,
        account.TerminalTimeZone,
        at,
    }, cancellation)), cancellation);

    public Task<bool> CloseAsync(Guid accountId, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(async connection => await connection.ExecuteAsync(
            "UPDATE accounts SET status = 'closed', closed_at = @at, updated_at = @at, broker_secret = NULL WHERE id = @accountId AND status = 'active'"
                .With(new { accountId, at }, cancellation)) == 1, cancellation);

    public Task<string?> BrokerPasswordAsync(Guid accountId, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        await connection.ExecuteScalarAsync<byte[]?>("SELECT broker_secret FROM accounts WHERE id = @accountId".With(new { accountId }, cancellation)) is { } stored
            ? vault.Open(Purpose, accountId, stored) : null, cancellation);

    public Task SetBrokerPasswordAsync(Guid accountId, string? password, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("UPDATE accounts SET broker_secret = @secret, updated_at = @at WHERE id = @accountId"
            .With(new { accountId, secret = password is null ? null : vault.Protect(Purpose, accountId, password), at }, cancellation)), cancellation);

    public Task<BrokerCursor?> BrokerCursorAsync(Guid accountId, CancellationToken cancellation = default) => database.UseAsync(async connection =>
        await connection.QuerySingleOrDefaultAsync<CursorRow>("SELECT last_deal_ticket, last_deal_at FROM broker_cursors WHERE account_id = @accountId"
            .With(new { accountId }, cancellation)) is { } row ? new BrokerCursor(row.LastDealTicket, row.LastDealAt) : null, cancellation);

    public Task AdvanceBrokerCursorAsync(Guid accountId, BrokerCursor cursor, DateTimeOffset at, CancellationToken cancellation = default) =>
        database.UseAsync(connection => connection.ExecuteAsync("""
            INSERT INTO broker_cursors AS c (account_id, last_deal_ticket, last_deal_at, updated_at) VALUES (@accountId, @LastDealTicket, @LastDealAt, @at)
            ON CONFLICT (account_id) DO UPDATE SET last_deal_ticket = excluded.last_deal_ticket, last_deal_at = excluded.last_deal_at, updated_at = excluded.updated_at
            WHERE c.last_deal_ticket < excluded.last_deal_ticket
            """.With(new { accountId, cursor.LastDealTicket, cursor.LastDealAt, at }, cancellation)), cancellation);

    private sealed record CursorRow
    {
        public long LastDealTicket { get; init; }
        public DateTimeOffset LastDealAt { get; init; }
    }
}
