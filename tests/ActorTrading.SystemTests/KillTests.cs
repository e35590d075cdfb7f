using System.Text.Json.Nodes;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Postgres;
using ActorTrading.Testing;
using Dapper;
using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>The process is killed at random moments during mirrored trading; then the books are audited.</summary>
[Collection(nameof(Server))]
public sealed class KillTests(Server server)
{
    /// <summary>How often the process is killed; more for a long soak. When, is drawn from <c>ACTORTRADING_SEED</c>.</summary>
    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("ACTORTRADING_KILLS"), out var kills) ? kills : 5;

    private static readonly Instrument EurUsd = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always };

    private readonly Random _dice = new(int.TryParse(Environment.GetEnvironmentVariable("ACTORTRADING_SEED"), out var seed) ? seed : 20260);

    [Fact]
    public async Task Killed_at_random_moments_nothing_is_lost_and_nothing_is_doubled()
    {
        var connectionString = await server.Postgres.CreateDatabaseAsync();
        await using var leaderTerminal = Terminal(1, PositionMode.Hedging);
        await using var followerTerminal = Terminal(2, PositionMode.Hedging);
        await using var nettingTerminal = Terminal(3, PositionMode.Netting);
        await using var silo = new SiloProcess(connectionString, new Dictionary<string, string> { ["Market__Simulated"] = "false", ["Market__AlwaysOpen"] = "true" }, "--no-demo");
        await silo.StartAsync();
        await silo.RegisterAsync("killed");
        var leader = await AccountAsync("mt5", "hedging", leaderTerminal);
        Guid[] followers =
        [
            await AccountAsync("mt5", "hedging", followerTerminal),
            await AccountAsync("mt5", "netting", nettingTerminal),
            await AccountAsync("paper", "hedging", null),
        ];
        await using var db = NpgsqlDataSource.Create(connectionString);
        await FeedAsync(db, leader, leaderTerminal);
        await silo.KillAsync();
        await silo.StartAsync();
        await silo.LoginAsync();
        await silo.PutAsync($"/api/v1/copy-trading/leaders/{leader}", new { published = true });
        foreach (var follower in followers)
        {
            await silo.PostAsync("/api/v1/copy-trading/links",
                new { leaderAccountId = leader, followerAccountId = follower, sizing = new { mode = "fixedVolume", value = 0.20m } }, Guid.CreateVersion7().ToString());
        }

        await QuotedAsync(silo);

        // The trader goes on through every kill; the killer strikes between and within its calls.
        using var enough = new CancellationTokenSource();
        var restart = new SemaphoreSlim(1, 1);
        var trading = TradeAsync(silo, leader, restart, enough.Token);
        for (var i = 0; i < Kills; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_dice.Next(300, 2_500)), TimeProvider.System, CancellationToken.None);
            await restart.WaitAsync();
            await silo.KillAsync();
            await silo.StartAsync();
            restart.Release();
        }

        await enough.CancelAsync();
        var rounds = await trading;
        rounds.ShouldBeGreaterThan(0);
        await SettledAsync(silo, db, leader, followers);
        await AuditAsync(db, leader, followers, [followerTerminal, nettingTerminal]);

        async Task<Guid> AccountAsync(string kind, string mode, SimulatedTerminal? terminal)
        {
            var port = terminal?.ClientOptions.RequestPort;
            var answer = await silo.PostAsync("/api/v1/accounts",
                new { kind, name = $"{kind} {mode}", currency = "USD", leverage = 100, mode, terminal = port is null ? null : new { host = "127.0.0.1", port } }, Guid.CreateVersion7().ToString());
            return Guid.Parse((string)answer["id"]!);
        }
    }

    /// <summary>Opens, moves the stop, closes half, closes the rest, again and again until told to stop; each step until it has an answer.</summary>
    private static async Task<int> TradeAsync(SiloProcess silo, Guid leader, SemaphoreSlim restart, CancellationToken enough)
    {
        var rounds = 0;
        while (!enough.IsCancellationRequested)
        {
            var opened = await silo.PersistAsync(HttpMethod.Post, "/api/v1/orders",
                new { accountId = leader, symbol = "EURUSD", side = rounds % 2 == 0 ? "buy" : "sell", type = "market", volume = 0.40m }, Restarted);
            if (await PositionAsync(opened) is not { } position)
            {
                continue;
            }

            await silo.PersistAsync(HttpMethod.Put, $"/api/v1/positions/{position}", new { stopLoss = rounds % 2 == 0 ? 1.05m : 1.15m }, Restarted);
            await silo.PersistAsync(HttpMethod.Post, $"/api/v1/positions/{position}/close", new { volume = 0.20m }, Restarted);

            // Refused while an earlier close has no outcome yet, so asked until the account is flat.
            var patience = new Patience(silo.Tail);
            do
            {
                patience.Check($"closing position {position}");
                await silo.PersistAsync(HttpMethod.Post, $"/api/v1/positions/{position}/close", new { }, Restarted);
            }
            while ((await silo.PersistAsync(HttpMethod.Get, $"/api/v1/positions?accountId={leader}", null, Restarted))!["items"]!.AsArray().Count > 0);
            rounds++;
        }

        return rounds;

        async Task Restarted()
        {
            await restart.WaitAsync(CancellationToken.None);
            restart.Release();
        }

        // The answer may be "submitted": the position appears when the terminal's outcome is known.
        async Task<string?> PositionAsync(JsonNode? order)
        {
            if (order is null)
            {
                return null;
            }

            var id = (string)order["id"]!;
            var patience = new Patience(silo.Tail);
            while (true)
            {
                patience.Check($"the outcome of order {id}");
                var now = await silo.PersistAsync(HttpMethod.Get, $"/api/v1/orders/{id}", null, Restarted);
                switch ((string?)now?["status"])
                {
                    case "filled": return (string?)now["positionId"] ?? id;
                    case "rejected" or "cancelled" or null: return null;
                }
            }
        }
    }

    private static async Task AuditAsync(NpgsqlDataSource db, Guid leader, Guid[] followers, SimulatedTerminal[] terminals)
    {
        await using var connection = await db.OpenConnectionAsync();

        // Each leader event has exactly one decision per follower.
        var events = (await connection.QueryAsync<long>(
            "SELECT seq FROM account_ledger WHERE account_id = @leader AND kind IN ('dealExecuted', 'positionModified', 'positionAdopted', 'orderPlaced', 'orderModified', 'orderCancelled', 'orderExpired') ORDER BY seq",
            new { leader })).ToList();
        var began = await connection.QuerySingleAsync<long>("SELECT max(start_seq) FROM copy_links WHERE leader_account_id = @leader", new { leader });
        foreach (var follower in followers)
        {
            var decided = (await connection.QueryAsync<long>(
                "SELECT (body ->> 'leaderSeq')::bigint FROM account_ledger WHERE account_id = @follower AND kind = 'copyDecided' ORDER BY seq", new { follower })).ToList();
            decided.ShouldBe(events.Where(s => s > began), $"decisions of {follower}");
            (await connection.QueryAsync<long>("SELECT leader_seq FROM copy_executions WHERE account_id = @follower ORDER BY leader_seq", new { follower })).ShouldBe(decided);

            // Gapless, and what it folds to is what the projections say.
            var sequences = await connection.QuerySingleAsync<(long Count, long Max)>("SELECT count(*), max(seq) FROM account_ledger WHERE account_id = @follower", new { follower });
            sequences.Count.ShouldBe(sequences.Max);
            var submitted = await connection.QuerySingleAsync<long>("SELECT count(*) FROM account_ledger WHERE account_id = @follower AND kind = 'orderSubmitted'", new { follower });
            (await connection.QuerySingleAsync<long>("SELECT count(*) FROM orders WHERE account_id = @follower", new { follower })).ShouldBe(submitted);
            (await connection.QuerySingleAsync<long>("SELECT count(*) FROM positions WHERE account_id = @follower", new { follower })).ShouldBe(0, $"open positions of {follower}");
        }

        for (var i = 0; i < terminals.Length; i++)
        {
            // No client order id led to anything twice at the broker, and its deals are the ledger's.
            var audit = await terminals[i].GetAuditAsync();
            audit.Where(a => a.ClientOrderId.Length > 0 && a.ClientOrderId[0] != 'R').Select(a => a.ClientOrderId).ShouldBeUnique();
            audit.Where(a => a.Deals.Count > 0 && a.ClientOrderId.Length > 0).Select(a => ClientOrderIds.OfAttempt(a.ClientOrderId)).ShouldBeUnique();
            var atBroker = audit.Sum(a => a.Deals.Count);
            var inLedger = await connection.QuerySingleAsync<long>("SELECT count(*) FROM account_ledger WHERE account_id = @id AND kind = 'dealExecuted'", new { id = followers[i] });
            inLedger.ShouldBe(atBroker, $"deals of follower {i}");
            (await terminals[i].GetAccountAsync()).Positions.ShouldBeEmpty();
        }
    }

    /// <summary>Waits until every follower has decided everything and nothing is without outcome.</summary>
    private static async Task SettledAsync(SiloProcess silo, NpgsqlDataSource db, Guid leader, Guid[] followers)
    {
        var since = TimeProvider.System.GetTimestamp();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        IReadOnlyList<string> open = [];
        while (TimeProvider.System.GetElapsedTime(since) < Patience.Max)
        {
            await poll.WaitForNextTickAsync();
            await using var connection = await db.OpenConnectionAsync();
            open = [.. await connection.QueryAsync<string>(
                """
                SELECT 'order ' || account_id || ' ' || client_order_id || ' ' || status FROM orders WHERE account_id = ANY(@all) AND status = 'submitted'
                UNION ALL SELECT 'position ' || account_id || ' ' || id || ' ' || side || ' ' || volume FROM positions WHERE account_id = ANY(@all)
                UNION ALL SELECT 'undecided ' || k.follower_account_id || ' ' || l.seq || ' ' || l.kind FROM account_ledger l JOIN copy_links k ON k.leader_account_id = l.account_id
                    WHERE l.account_id = @leader AND l.seq > k.start_seq AND l.kind IN ('dealExecuted', 'positionModified', 'positionAdopted', 'orderPlaced', 'orderModified', 'orderCancelled', 'orderExpired')
                      AND NOT EXISTS (SELECT FROM copy_executions e WHERE e.link_id = k.id AND e.leader_seq = l.seq)
                """, new { all = followers.Append(leader).ToArray(), leader })];
            if (open.Count == 0)
            {
                return;
            }
        }

        throw new InvalidOperationException($"Not settled (leader {leader}, followers {string.Join(", ", followers)}):\n{string.Join('\n', open.Take(30))}\n{silo.Tail()}");
    }

    private static async Task QuotedAsync(SiloProcess silo)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var patience = new Patience(silo.Tail);
        while (await poll.WaitForNextTickAsync())
        {
            patience.Check("the first quote");
            try
            {
                await silo.GetAsync("/api/v1/market/quotes/EURUSD");
                return;
            }
            catch (ApiFailure)
            {
                // Not quoted yet.
            }
        }
    }

    private static async Task FeedAsync(NpgsqlDataSource db, Guid account, SimulatedTerminal terminal)
    {
        await using var connection = await db.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            INSERT INTO terminals (id, name, host, port, settings, created_at, updated_at)
            VALUES (@id, 'feed', '127.0.0.1', @port, '{"feedSymbols":"EURUSD","feedRank":0}', now(), now())
            """, new { id = account.ToString(), port = terminal.ClientOptions.RequestPort });
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
