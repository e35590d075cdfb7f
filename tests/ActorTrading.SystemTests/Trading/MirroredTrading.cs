using System.Text.Json.Nodes;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Testing;
using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>
/// A leader at a terminal, and three followers: at a hedging terminal, at a netting one, and on paper. The terminals are the test's own,
/// so that their books survive whatever is killed.
/// </summary>
internal sealed class MirroredTrading(ApiClient api) : IAsyncDisposable
{
    private static readonly Instrument EurUsd = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always };

    private readonly SimulatedTerminal[] _followerTerminals = [Terminal(2, PositionMode.Hedging), Terminal(3, PositionMode.Netting)];

    public SimulatedTerminal LeaderTerminal { get; } = Terminal(1, PositionMode.Hedging);

    public Guid Leader { get; private set; }

    public Guid[] Followers { get; private set; } = [];

    private int _rounds;

    /// <summary>Until so many rounds more have been traded.</summary>
    public async Task RoundsAsync(int more)
    {
        var enough = Volatile.Read(ref _rounds) + more;
        var patience = new Patience(() => $"{Volatile.Read(ref _rounds)} of {enough} rounds\n{api.Tail()}");
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (Volatile.Read(ref _rounds) < enough && await poll.WaitForNextTickAsync())
        {
            patience.Check("trading");
        }
    }

    public async Task OpenAsync()
    {
        Leader = await AccountAsync("mt5", "hedging", LeaderTerminal);
        Followers =
        [
            await AccountAsync("mt5", "hedging", _followerTerminals[0]),
            await AccountAsync("mt5", "netting", _followerTerminals[1]),
            await AccountAsync("paper", "hedging", null),
        ];
    }

    public async Task FollowAsync()
    {
        await api.PutAsync($"/api/v1/copy-trading/leaders/{Leader}", new { published = true });
        foreach (var follower in Followers)
        {
            await api.PostAsync("/api/v1/copy-trading/links",
                new { leaderAccountId = Leader, followerAccountId = follower, sizing = new { mode = "fixedVolume", value = 0.20m } }, Guid.CreateVersion7().ToString());
        }
    }

    /// <summary>Opens, moves the stop, closes half, closes the rest, again and again until told to stop; each step until it has an answer.</summary>
    /// <param name="up">Done when there is again something to ask.</param>
    /// <returns>How many times it went round.</returns>
    public async Task<int> TradeAsync(Func<Task> up, CancellationToken enough)
    {
        var rounds = 0;
        while (!enough.IsCancellationRequested)
        {
            var opened = await api.PersistAsync(HttpMethod.Post, "/api/v1/orders",
                new { accountId = Leader, symbol = "EURUSD", side = rounds % 2 == 0 ? "buy" : "sell", type = "market", volume = 0.40m }, up);
            if (await PositionAsync(opened) is not { } position)
            {
                continue;
            }

            await api.PersistAsync(HttpMethod.Put, $"/api/v1/positions/{position}", new { stopLoss = rounds % 2 == 0 ? 1.05m : 1.15m }, up);
            await api.PersistAsync(HttpMethod.Post, $"/api/v1/positions/{position}/close", new { volume = 0.20m }, up);

            // Refused while an earlier close has no outcome yet, so asked until the account is flat.
            var patience = new Patience(api.Tail);
            do
            {
                patience.Check($"closing position {position}");
                await api.PersistAsync(HttpMethod.Post, $"/api/v1/positions/{position}/close", new { }, up);
            }
            while ((await api.PersistAsync(HttpMethod.Get, $"/api/v1/positions?accountId={Leader}", null, up))!["items"]!.AsArray().Count > 0);
            rounds++;
            Interlocked.Increment(ref _rounds);
        }

        return rounds;

        // The answer may be "submitted": the position appears when the terminal's outcome is known.
        async Task<string?> PositionAsync(JsonNode? order)
        {
            if (order is null)
            {
                return null;
            }

            var id = (string)order["id"]!;
            var patience = new Patience(api.Tail);
            while (true)
            {
                patience.Check($"the outcome of order {id}");
                var now = await api.PersistAsync(HttpMethod.Get, $"/api/v1/orders/{id}", null, up);
                switch ((string?)now?["status"])
                {
                    case "filled": return (string?)now["positionId"] ?? id;
                    case "rejected" or "cancelled" or null: return null;
                }
            }
        }
    }

    /// <summary>Waits until nothing is on its way any more, and then compares the books: the brokers', the ledger and the projections.</summary>
    public async Task AuditAsync(NpgsqlDataSource db)
    {
        await CopyAudit.SettledAsync(db, Leader, Followers, api.Tail);
        await CopyAudit.AuditAsync(db, Leader, Followers, _followerTerminals);
    }

    public async ValueTask DisposeAsync()
    {
        await LeaderTerminal.DisposeAsync();
        foreach (var terminal in _followerTerminals)
        {
            await terminal.DisposeAsync();
        }
    }

    private async Task<Guid> AccountAsync(string kind, string mode, SimulatedTerminal? terminal)
    {
        var port = terminal?.ClientOptions.RequestPort;
        var answer = await api.PostAsync("/api/v1/accounts",
            new { kind, name = $"{kind} {mode}", currency = "USD", leverage = 100, mode, terminal = port is null ? null : new { host = "127.0.0.1", port } }, Guid.CreateVersion7().ToString());
        return Guid.Parse((string)answer["id"]!);
    }

    private static SimulatedTerminal Terminal(long login, PositionMode mode)
    {
        var terminal = new SimulatedTerminal(new SimulatedTerminalOptions
        {
            Login = login,
            Mode = mode,
            Instruments = [EurUsd],
            PortBase = TestPorts.Next(),
            Latency = TimeSpan.FromMilliseconds(20),
            StampNow = true,
        }, new GeneratedMarket([EurUsd], 7, 20, TimeProvider.System.GetUtcNow()));
        terminal.Start();
        return terminal;
    }
}
