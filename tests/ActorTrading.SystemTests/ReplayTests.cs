using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using ActorTrading.Testing;
using Dapper;
using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>A recorded day of real ticks through a terminal's sockets, the symbol, the fan-out and an independent client.</summary>
[Collection(nameof(Server))]
public sealed class ReplayTests(Server server)
{
    private static readonly Instrument EurUsd = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always };

    [RecordedDayFact]
    public async Task Every_quote_arrives_in_order_and_every_crossed_level_fires_as_a_direct_computation_says()
    {
        var (file, modules) = (RecordedDayFactAttribute.Ticks!, RecordedDayFactAttribute.Modules!);
        var ticks = Ticks(file);
        var levels = Enumerable.Range(0, 60).Select(i => 1.3820m + i * 0.0003m).ToArray();
        var expected = levels.Select(l => FirstCrossingUp(ticks, l)).ToArray();
        expected.Count(e => e is not null).ShouldBeGreaterThan(20);

        var connectionString = await server.Postgres.CreateDatabaseAsync();
        var port = TestPorts.Next();
        await using var terminal = new SimulatedTerminal(new SimulatedTerminalOptions { Instruments = [EurUsd], PortBase = port, Defects = TerminalDefects.None }, new NoQuotes());
        terminal.Start();
        await using var silo = new SiloProcess(connectionString, new Dictionary<string, string> { ["Market__Simulated"] = "false" }, "--no-demo");
        await silo.StartAsync();
        await silo.Api.RegisterAsync("replay");
        var account = Guid.Parse((string)(await silo.Api.PostAsync("/api/v1/accounts",
            new { kind = "mt5", name = "feed", currency = "USD", leverage = 100, mode = "hedging", terminal = new { host = "127.0.0.1", port } }, "account"))["id"]!);
        await using (var db = NpgsqlDataSource.Create(connectionString))
        await using (var connection = await db.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO terminals (id, name, host, port, settings, created_at, updated_at)
                VALUES (@id, 'feed', '127.0.0.1', @port, '{"feedSymbols":"EURUSD","feedRank":0}', now(), now())
                """, new { id = account.ToString(), port });
        }

        await silo.KillAsync();
        await silo.StartAsync();
        await silo.Api.LoginAsync();
        await WarmUpAsync(terminal, silo, ticks[0]);
        var alerts = new Dictionary<Guid, int>();
        for (var i = 0; i < levels.Length; i++)
        {
            var made = await silo.Api.PostAsync("/api/v1/alerts", new { symbol = "EURUSD", condition = "crossingUp", value = levels[i], price = "bid", trigger = "once", channels = Array.Empty<string>() });
            alerts[Guid.Parse((string)made["id"]!)] = i;
        }

        using var client = Process.Start(new ProcessStartInfo("node")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Clients", "quotes.cjs"), modules, $"http://127.0.0.1:{silo.Port}", silo.Api.Token!, "EURUSD", "0" },
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        var quotes = new List<string>(ticks.Count);
        var fired = new Dictionary<int, string>();
        string?[] greeting = [await NextAsync(), await NextAsync()];
        greeting.ShouldBe(["ready", Line(ticks[0])], ignoreOrder: true, "the last known quote comes at once on subscribing");

        // A client that asks for every quote must keep up; so the day comes in windows, each waited for.
        foreach (var window in ticks.Chunk(500))
        {
            var wanted = quotes.Count + window.Length;
            await Task.WhenAll(window.Select(terminal.PushQuote));
            while (quotes.Count < wanted)
            {
                await ReadAsync();
            }
        }

        // The last firings may come after the last quotes.
        while (fired.Count < expected.Count(e => e is not null))
        {
            await ReadAsync();
        }

        client.StandardInput.Close();
        quotes.ShouldBe(ticks.Select(Line));
        for (var i = 0; i < levels.Length; i++)
        {
            var (found, wanted) = (fired.GetValueOrDefault(i), expected[i] is { } q ? string.Create(CultureInfo.InvariantCulture, $"{q.Time.ToUnixTimeMilliseconds()},{Plain(q.Bid)}") : null);
            found.ShouldBe(wanted, $"level {levels[i]}");
        }

        Task<string?> NextAsync() => Patience.WithinAsync(client.StandardOutput.ReadLineAsync(),
            () => $"{quotes.Count} quotes and {fired.Count} alerts so far, the last {quotes.LastOrDefault()}\n{silo.Tail()}");

        async Task ReadAsync()
        {
            var line = await NextAsync() ?? throw new InvalidOperationException($"The client ended after {quotes.Count} quotes.\n{silo.Tail()}");
            if (line.StartsWith("alert,", StringComparison.Ordinal))
            {
                var parts = line.Split(',');
                fired.TryAdd(alerts[Guid.Parse(parts[1])], $"{parts[2]},{parts[3]}").ShouldBeTrue($"told twice: {line}");
            }
            else
            {
                quotes.Add(line);
            }
        }
    }

    private static string Line(Quote t) => string.Create(CultureInfo.InvariantCulture, $"EURUSD,{t.Time.ToUnixTimeMilliseconds()},{Plain(t.Bid)},{Plain(t.Ask)}");

    /// <summary>As JavaScript prints the number: without trailing zeros.</summary>
    private static string Plain(decimal price) => price.ToString("0.#####", CultureInfo.InvariantCulture);

    /// <summary>p1 below the level and p at or above it, the first time in the day.</summary>
    private static Quote? FirstCrossingUp(List<Quote> ticks, decimal level)
    {
        for (var i = 1; i < ticks.Count; i++)
        {
            if (ticks[i - 1].Bid < level && ticks[i].Bid >= level)
            {
                return ticks[i];
            }
        }

        return null;
    }

    private static List<Quote> Ticks(string file)
    {
        using var source = new TickFile(file, speed: double.PositiveInfinity);
        var ticks = new List<Quote>();
        while (source.TryNext(out var quote, out _))
        {
            ticks.Add(quote);
        }

        return ticks;
    }

    /// <summary>The terminal swallows the first value after a subscription, as the real one does; so the first tick is sent until it has come through.</summary>
    private static async Task WarmUpAsync(SimulatedTerminal terminal, SiloProcess silo, Quote first)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var patience = new Patience(silo.Tail);
        while (true)
        {
            patience.Check("the first quote");
            await terminal.PushQuote(first);
            try
            {
                await silo.Api.GetAsync("/api/v1/market/quotes/EURUSD");
                return;
            }
            catch (ApiFailure)
            {
                await poll.WaitForNextTickAsync();
            }
        }
    }
}
