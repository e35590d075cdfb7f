using System.Globalization;
using System.Text.Json.Nodes;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Testing;
using Dapper;
using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>
/// One strategy in three accounts: at a hedging terminal, which is the feed too, at a netting one, and on netting paper. Each minute bar
/// tells it what to do, and a feed may be minutes ahead of our clock, so that a bar takes no minute.
/// </summary>
internal sealed class RunTrading(ApiClient api) : IAsyncDisposable
{
    /// <summary>Long after a bar that rises, short after one that falls, half of it closed after one that does neither.</summary>
    private const string Script = """
        //@version=6
        strategy("Turns", margin_long=0, margin_short=0, initial_capital=1000000)
        if close > open
            strategy.entry("L", strategy.long, qty=20000)
        if close < open
            strategy.entry("S", strategy.short, qty=20000)
        if close == open and math.abs(strategy.position_size) == 20000
            strategy.close(strategy.position_size > 0 ? "L" : "S", qty=10000)
        """;

    private static readonly Instrument EurUsd = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always };

    private readonly SimulatedTerminal[] _terminals = [Terminal(1, PositionMode.Hedging), Terminal(2, PositionMode.Netting)];
    private Guid[] _accounts = [];
    private Guid[] _runs = [];
    private string _strategy = "";
    private decimal _price = 1.10000m;
    private DateTimeOffset _bar;
    private DateTimeOffset _quotedAt;

    public async Task OpenAsync(NpgsqlDataSource db)
    {
        _accounts = [await AccountAsync("mt5", "hedging", _terminals[0]), await AccountAsync("mt5", "netting", _terminals[1]), await AccountAsync("paper", "netting", null)];
        await using var connection = await db.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            INSERT INTO terminals (id, name, host, port, settings, created_at, updated_at)
            VALUES (@id, 'feed', '127.0.0.1', @port, '{"feedSymbols":"EURUSD","feedRank":0}', now(), now())
            """, new { id = _accounts[0].ToString(), port = _terminals[0].ClientOptions.RequestPort });
    }

    public async Task StartAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        _bar = _quotedAt = new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
        await QuotedAsync();
        _strategy = (string)(await api.PostAsync("/api/v1/strategies", new { name = "Turns", script = Script }, "strategy"))["id"]!;
        var runs = new List<Guid>();
        foreach (var account in _accounts)
        {
            var run = await api.PostAsync($"/api/v1/strategies/{_strategy}/runs", new { accountId = account, symbol = "EURUSD", timeframe = "M1", initialCapital = 1_000_000 }, account.ToString());
            runs.Add(Guid.Parse((string)run["id"]!));
        }

        _runs = [.. runs];
    }

    /// <summary>The bar ends so many pips from where it began, and the next one opens.</summary>
    public async Task BarAsync(int pips)
    {
        _price += pips * 0.0001m;
        _quotedAt = _bar.AddSeconds(30);
        await QuotedAsync();
        _bar = _quotedAt = _bar.AddMinutes(1);
        await QuotedAsync();
    }

    /// <summary>Quotes the same price until the market has it: a terminal tells nobody who has not come yet.</summary>
    public async Task QuotedAsync()
    {
        var since = _quotedAt;
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var patience = new Patience(api.Tail);
        do
        {
            patience.Check($"a quote of {since:O}");
            foreach (var terminal in _terminals)
            {
                await terminal.PushQuote(new Quote("EURUSD", _price, _price + 0.0001m, _quotedAt));
            }

            _quotedAt = _quotedAt.AddMilliseconds(1);
            await poll.WaitForNextTickAsync();
        }
        while (!(await TimeAsync() >= since));
    }

    /// <summary>Waits until all runs have acted on all closed bars and nothing is under way; then each holds what the stored bars say, and so do its account and its terminal.</summary>
    public async Task SettledAsync(NpgsqlDataSource db)
    {
        string seen = "";
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var patience = new Patience(() => $"{seen}\n{api.Tail()}");
        while (await poll.WaitForNextTickAsync())
        {
            patience.Check("runs that hold what the bars say");
            await using var connection = await db.OpenConnectionAsync();
            var states = (await connection.QueryAsync<(Guid Id, string Status, string? Error, string State)>(
                "SELECT id, status, error, state::text FROM strategy_runs WHERE id = ANY(@runs)", new { runs = _runs })).ToDictionary(r => r.Id);
            states.Values.ShouldAllBe(r => r.Status == "running");
            var (wanted, newest) = Wanted(await connection.QueryAsync<(DateTime Time, decimal Open, decimal Close)>(
                "SELECT opens_at, open, close FROM candles WHERE symbol = 'EURUSD' AND timeframe = 'M1' AND opens_at < @bar ORDER BY opens_at", new { bar = _bar.UtcDateTime }));
            var held = await HeldAsync(connection);
            var atTerminals = await Task.WhenAll(_terminals.Select(async t => Net(await t.GetAccountAsync())));
            var books = _runs.Select(id => JsonNode.Parse(states[id].State)!).ToList();
            seen = $"wanted {wanted} after {newest:O}, held {string.Join(' ', held)}, at the terminals {string.Join(' ', atTerminals)}\n{string.Join('\n', books.Select(s => s.ToJsonString()))}";
            if (books.All(s => s["pending"] is null && s["cursor"]?.GetValue<DateTimeOffset>().UtcDateTime == newest)
                && held.All(h => h == wanted) && atTerminals.All(t => t == wanted))
            {
                return;
            }
        }
    }

    /// <summary>Stops the runs and has them close; then nothing is open, and no order reached a terminal twice.</summary>
    public async Task StopAsync(NpgsqlDataSource db)
    {
        foreach (var run in _runs)
        {
            var stopped = await api.PersistAsync(HttpMethod.Delete, $"/api/v1/strategies/{_strategy}/runs/{run}?close=true", null, () => Task.CompletedTask);
            ((string)stopped!["status"]!).ShouldBe("stopped");
        }

        await using var connection = await db.OpenConnectionAsync();
        (await HeldAsync(connection)).ShouldAllBe(h => h == 0);
        for (var i = 0; i < _terminals.Length; i++)
        {
            var audit = (await _terminals[i].GetAuditAsync()).Where(a => a.ClientOrderId.Length > 0).ToList();
            audit.Select(a => a.ClientOrderId).ShouldBeUnique();
            audit.Where(a => a.Deals.Count > 0).Select(a => ClientOrderIds.OfAttempt(a.ClientOrderId)).ShouldBeUnique();
            (await connection.QuerySingleAsync<long>("SELECT count(*) FROM account_ledger WHERE account_id = @id AND kind = 'dealExecuted'", new { id = _accounts[i] })).ShouldBe(audit.Sum(a => a.Deals.Count));
            (await _terminals[i].GetAccountAsync()).Positions.ShouldBeEmpty();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var terminal in _terminals)
        {
            await terminal.DisposeAsync();
        }
    }

    /// <summary>What the script holds after these bars, lots; a direct computation.</summary>
    private static (decimal Lots, DateTime? Newest) Wanted(IEnumerable<(DateTime Time, decimal Open, decimal Close)> bars)
    {
        var (lots, newest) = (0m, (DateTime?)null);
        foreach (var (time, open, close) in bars)
        {
            lots = close > open ? Math.Max(lots, 0) == 0 ? 0.2m : lots : close < open ? Math.Min(lots, 0) == 0 ? -0.2m : lots : Math.Sign(lots) * Math.Min(Math.Abs(lots), 0.1m);
            newest = DateTime.SpecifyKind(time, DateTimeKind.Utc);
        }

        return (lots, newest);
    }

    private async Task<decimal[]> HeldAsync(NpgsqlConnection connection)
    {
        var held = (await connection.QueryAsync<(Guid Account, decimal Lots)>(
            "SELECT account_id, sum(CASE side WHEN 'buy' THEN volume ELSE -volume END) FROM positions WHERE account_id = ANY(@accounts) GROUP BY account_id", new { accounts = _accounts }))
            .ToDictionary(r => r.Account, r => r.Lots);
        return [.. _accounts.Select(a => held.GetValueOrDefault(a))];
    }

    private async Task<DateTimeOffset?> TimeAsync()
    {
        try
        {
            return DateTimeOffset.Parse((string)(await api.GetAsync("/api/v1/market/quotes/EURUSD"))["time"]!, CultureInfo.InvariantCulture);
        }
        catch (ApiFailure)
        {
            return null;
        }
    }

    private async Task<Guid> AccountAsync(string kind, string mode, SimulatedTerminal? terminal)
    {
        var port = terminal?.ClientOptions.RequestPort;
        var answer = await api.PostAsync("/api/v1/accounts",
            new { kind, name = $"{kind} {mode}", currency = "USD", leverage = 100, mode, terminal = port is null ? null : new { host = "127.0.0.1", port } }, Guid.CreateVersion7().ToString());
        return Guid.Parse((string)answer["id"]!);
    }

    private static decimal Net(AccountState account) => account.Positions.Values.Sum(p => p.Side == Side.Buy ? p.Volume : -p.Volume);

    private static SimulatedTerminal Terminal(long login, PositionMode mode)
    {
        var terminal = new SimulatedTerminal(
            new SimulatedTerminalOptions { Login = login, Mode = mode, Instruments = [EurUsd], PortBase = TestPorts.Next(), Latency = TimeSpan.FromMilliseconds(20) }, new NoQuotes());
        terminal.Start();
        return terminal;
    }
}
