using System.Collections.Immutable;
using System.Text.Json;
using ActorTrading.Api.Auth;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;
using Dapper;

namespace ActorTrading.Silo;

/// <summary>Where the two simulated terminals take requests, on this machine, and what they quote.</summary>
internal sealed record DemoTerminals(int LeaderPort, int FollowerPort, string[] Symbols)
{
    /// <summary>Those that another process runs, where it has said so.</summary>
    public static DemoTerminals? From(IConfiguration configuration) =>
        configuration.GetValue<int?>("Demo:LeaderPort") is { } leader && configuration.GetValue<int?>("Demo:FollowerPort") is { } follower ? new(leader, follower, SimulatedTerminals.Symbols) : null;
}

/// <summary>
/// The demo's user, accounts, links and alerts. Their ids are functions of their names, so that making them again changes nothing and a
/// restart goes on with the same accounts.
/// </summary>
internal sealed class DemoWorld(RunOptions options, DemoTerminals terminals, PostgresDatabase database, Passwords passwords, IGrainFactory grains, TimeProvider clock)
{
    public const string Username = "demo";
    public const string Password = "demo-password";

    private static readonly Guid Namespace = new("0192a3b4-0000-7000-8000-00000000d3e0");

    public static readonly Guid UserId = Id("user");
    public static readonly Guid LeaderId = Id("leader");
    public static readonly Guid ByBalanceId = Id("follower by balance");
    public static readonly Guid FixedId = Id("follower fixed");
    public static readonly Guid ReversedId = Id("follower reversed");

    /// <summary>Writes the rows that must be there before the grains start.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();

        // Without the demo the market still needs an account to come through; nobody can sign in as its owner.
        var hash = options.Demo ? await passwords.HashAsync(Password, cancellation) : "!";
        var symbols = terminals.Symbols;
        await database.TransactAsync(async connection =>
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO users (id, username, email, name, password_hash, created_at, updated_at)
                VALUES (@UserId, @Username, 'demo@example.invalid', 'Demo', @hash, @now, @now)
                ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash, updated_at = excluded.updated_at
                """, new { UserId, Username, hash, now });
            await AccountAsync(LeaderId, "Leader (terminal, hedging)", "mt5", "hedging", terminals.LeaderPort);
            if (options.Demo)
            {
                await AccountAsync(ReversedId, "Follower: reversed (terminal, netting)", "mt5", "netting", terminals.FollowerPort);
                await AccountAsync(ByBalanceId, "Follower: by balance (paper)", "paper", "hedging", null);
                await AccountAsync(FixedId, "Follower: fixed 0.10 (paper)", "paper", "hedging", null);
            }

            await connection.ExecuteAsync(
                """
                INSERT INTO terminals (id, name, host, port, settings, created_at, updated_at)
                VALUES (@id, 'simulated terminal', '127.0.0.1', @port, @settings::jsonb, @now, @now)
                ON CONFLICT (id) DO UPDATE SET port = excluded.port, settings = excluded.settings, updated_at = excluded.updated_at
                """, new
                {
                    id = LeaderId.ToString(),
                    port = terminals.LeaderPort,
                    settings = JsonSerializer.Serialize(new { feedSymbols = string.Join(',', symbols), feedRank = options.Replay is null ? 1 : 0 }),
                    now,
                });
            if (options.Demo)
            {
                await connection.ExecuteAsync(
                    """
                    INSERT INTO leaders (account_id, user_id, published, name, created_at, updated_at)
                    VALUES (@LeaderId, @UserId, true, 'Demo leader', @now, @now) ON CONFLICT (account_id) DO NOTHING
                    """, new { LeaderId, UserId, now });
                await LinkAsync(ByBalanceId, new SizingSettings { Mode = SizingMode.Balance }, reverse: false);
                await LinkAsync(FixedId, new SizingSettings { Mode = SizingMode.FixedVolume, Value = 0.10m }, reverse: false);
                await LinkAsync(ReversedId, new SizingSettings { Mode = SizingMode.Balance }, reverse: true);
            }

            return true;

            Task AccountAsync(Guid id, string name, string kind, string mode, int? port) => connection.ExecuteAsync(
                """
                INSERT INTO accounts (id, user_id, name, kind, mode, currency, leverage, terminal_host, terminal_port, created_at, updated_at)
                VALUES (@id, @UserId, @name, @kind, @mode, 'USD', 100, @host, @port, @now, @now)
                ON CONFLICT (id) DO UPDATE SET terminal_port = excluded.terminal_port, updated_at = excluded.updated_at
                """, new { id, UserId, name, kind, mode, host = port is null ? null : "127.0.0.1", port, now });

            Task LinkAsync(Guid follower, SizingSettings sizing, bool reverse) => connection.ExecuteAsync(
                """
                INSERT INTO copy_links (id, user_id, leader_account_id, follower_account_id, settings, status, start_seq, version, created_at, updated_at)
                VALUES (@id, @UserId, @LeaderId, @follower, @settings::jsonb, 'active', 0, 1, @now, @now) ON CONFLICT (id) DO NOTHING
                """, new
                {
                    id = Id($"link {follower}"),
                    UserId,
                    LeaderId,
                    follower,
                    settings = JsonSerializer.Serialize(new LinkSettings { LeaderAccountId = LeaderId, FollowerAccountId = follower, Sizing = sizing, Reverse = reverse }, DomainJson.Options),
                    now,
                });
        }, cancellation);
    }

    /// <summary>Opens the accounts and sets the alerts, once the grains run.</summary>
    public async Task OpenAsync()
    {
        var now = clock.GetUtcNow();
        await OpenAsync(LeaderId, "Leader (terminal, hedging)", AccountKind.Mt5, PositionMode.Hedging, 0m);

        // Silos that started before the rows were there have not woken them.
        await grains.GetGrain<ITerminalGrain>(LeaderId).WakeAsync();
        if (!options.Demo)
        {
            return;
        }

        await OpenAsync(ReversedId, "Follower: reversed (terminal, netting)", AccountKind.Mt5, PositionMode.Netting, 0m);
        await OpenAsync(ByBalanceId, "Follower: by balance (paper)", AccountKind.Paper, PositionMode.Hedging, 50_000m);
        await OpenAsync(FixedId, "Follower: fixed 0.10 (paper)", AccountKind.Paper, PositionMode.Hedging, 10_000m);
        await grains.GetGrain<ITerminalGrain>(ReversedId).WakeAsync();
        await grains.GetGrain<ILeaderGrain>(LeaderId).WakeAsync();

        Task OpenAsync(Guid id, string name, AccountKind kind, PositionMode mode, decimal deposit) =>
            grains.GetGrain<IAccountGrain>(id).OpenAsync(new OpenAccount(UserId, name, kind, mode, "USD", 100, deposit, null, now));
    }

    /// <summary>An alert that fires again and again as the price goes about its usual level.</summary>
    public Task AlertAsync(string symbol, decimal level) => grains.GetGrain<IAlertGrain>(Id($"alert {symbol}")).CreateAsync(new AlertDefinition
    {
        Id = Id($"alert {symbol}"),
        UserId = UserId,
        Symbol = symbol,
        Condition = AlertCondition.Crossing,
        Value = level,
        Price = PriceSource.Bid,
        Trigger = AlertTrigger.OncePerMinute,
        Message = "{{ticker}} crossed " + level.ToString(System.Globalization.CultureInfo.InvariantCulture) + " at {{price}}",
        CreatedAt = clock.GetUtcNow(),
    });

    private static Guid Id(string name) => DeterministicId.Create(Namespace, name);
}
