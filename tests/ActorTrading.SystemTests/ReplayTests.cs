using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;
using Dapper;
using Npgsql;

namespace ActorTrading.SystemTests;

/// <summary>A recorded day of real ticks through a terminal's sockets, the symbol, the fan-out and an independent client.</summary>
[Collection(nameof(Server))]
public sealed class ReplayTests(Server server)
{
    private static readonly Instrument EurUsd = InstrumentCatalog.Get("EURUSD") with { Schedule = TradingSchedule.Always };

    [Fact]
    public async Task Every_quote_arrives_in_order_and_every_crossed_level_fires_as_a_direct_computation_says()
    {
        var file = SharedData("fx/ticks/eurusd-oanda-20140508.zip");
        if (file is null || Node() is not { } modules)
        {
            // The recorded ticks and the npm package are not part of the repository: without them there is nothing to compare with.
            Console.WriteLine(file is null ? "skipped: ../shared/data is absent" : "skipped: @microsoft/signalr has not been fetched");
            return;
        }

        var ticks = Ticks(file);
        var levels = Enumerable.Range(0, 60).Select(i => 1.3820m + i * 0.0003m).ToArray();
        var expected = levels.Select(l => FirstCrossingUp(ticks, l)).ToArray();
        expected.Count(e => e is not null).ShouldBeGreaterThan(20);

        var connectionString = await server.Postgres.CreateDatabaseAsync();
        await using var terminal = new SimulatedTerminal(new SimulatedTerminalOptions { Instruments = [EurUsd], PortBase = 24010, Defects = TerminalDefects.None }, new NoQuotes());
        terminal.Start();
        await using var silo = new SiloProcess(connectionString, new Dictionary<string, string> { ["Market__Simulated"] = "false" }, "--no-demo");
        await silo.StartAsync();
        await silo.RegisterAsync("replay");
        var account = Guid.Parse((string)(await silo.PostAsync("/api/v1/accounts",
            new { kind = "mt5", name = "feed", currency = "USD", leverage = 100, mode = "hedging", terminal = new { host = "127.0.0.1", port = 24010 } }, "account"))["id"]!);
        await using (var db = NpgsqlDataSource.Create(connectionString))
        await using (var connection = await db.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO terminals (id, name, host, port, settings, created_at, updated_at)
                VALUES (@id, 'feed', '127.0.0.1', 24010, '{"feedSymbols":"EURUSD","feedRank":0}', now(), now())
                """, new { id = account.ToString() });
        }

        await silo.KillAsync();
        await silo.StartAsync();
        await silo.LoginAsync();
        await WarmUpAsync(terminal, silo, ticks[0]);
        var alerts = new Dictionary<Guid, int>();
        for (var i = 0; i < levels.Length; i++)
        {
            var made = await silo.PostAsync("/api/v1/alerts", new { symbol = "EURUSD", condition = "crossingUp", value = levels[i], price = "bid", trigger = "once", channels = Array.Empty<string>() });
            alerts[Guid.Parse((string)made["id"]!)] = i;
        }

        using var client = Process.Start(new ProcessStartInfo("node")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Clients", "quotes.cjs"), modules, $"http://127.0.0.1:{silo.Port}", silo.Token!, "EURUSD", "0" },
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        string?[] greeting = [await client.StandardOutput.ReadLineAsync(), await client.StandardOutput.ReadLineAsync()];
        greeting.ShouldBe(["ready", Line(ticks[0])], ignoreOrder: true, "the last known quote comes at once on subscribing");
        var quotes = new List<string>(ticks.Count);
        var fired = new Dictionary<int, string>();

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

        async Task ReadAsync()
        {
            var line = await client.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The client ended after {quotes.Count} quotes.\n{silo.Tail()}");
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
        while (true)
        {
            await terminal.PushQuote(first);
            try
            {
                await silo.GetAsync("/api/v1/market/quotes/EURUSD");
                return;
            }
            catch (ApiFailure)
            {
                await poll.WaitForNextTickAsync();
            }
        }
    }

    private static string? SharedData(string path)
    {
        var file = Path.Combine(Root(), "..", "shared", "data", path);
        return File.Exists(file) ? file : null;
    }

    private static string? Node()
    {
        var host = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Name;
        var modules = Path.Combine(Root(), "api", "ActorTrading.Api", "obj", host, "web", "node_modules");
        return Directory.Exists(modules) ? modules : null;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActorTrading.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
