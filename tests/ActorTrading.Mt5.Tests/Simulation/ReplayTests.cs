using System.IO.Compression;
using ActorTrading.Domain;
using ActorTrading.Mt5.Simulation;

namespace ActorTrading.Mt5.Tests.Simulation;

public sealed class ReplayTests
{
    private static readonly TerminalDefects Lossless = TerminalDefects.AsTheEaIs & ~TerminalDefects.DropsWhenFull;

    [Fact]
    public async Task A_zip_of_ticks_replayed_at_full_speed_arrives_complete_and_in_order()
    {
        var folder = Directory.CreateTempSubdirectory("mt5-ticks-");
        try
        {
            var dice = new Random(7);
            var lines = new List<string>();
            var ms = 0;
            for (var i = 0; i < 20_000; i++)
            {
                var bid = 1.39m + dice.Next(200) * 0.00001m;
                lines.Add(FormattableString.Invariant($"{ms += dice.Next(0, 5)},{bid},{bid + 0.0001m}"));
            }
            var zip = Path.Combine(folder.FullName, "eurusd-made-20140508.zip");
            using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
            using (var writer = new StreamWriter(archive.CreateEntry("20140508_eurusd_tick_quote.csv").Open()))
                foreach (var line in lines)
                    writer.Write(line + "\n");
            await ReplayArrives(zip, lines.Count, default);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableTheory("shared/data/fx/ticks")]
    [InlineData("eurusd-oanda-20140508.zip", 87833, 0, 0)]
    [InlineData("eurusd-fxcm-20140508.zip", 167466 - 18285, 18285, -5)]
    public async Task A_recorded_day_arrives_complete_and_in_order(string file, int ticks, int crossed, int utcOffset)
    {
        var path = Path.Combine(TestData.Folder("shared/data/fx/ticks")!, file);
        await ReplayArrives(path, ticks, TimeSpan.FromHours(utcOffset));
        using var ticksOfFile = new TickFile(path);
        while (ticksOfFile.TryNext(out _, out _)) { }
        ticksOfFile.Crossed.ShouldBe(crossed);
    }

    private static async Task ReplayArrives(string zip, int ticks, TimeSpan utcOffset)
    {
        List<Quote> expected = [];
        using (var file = new TickFile(zip, utcOffset: utcOffset, speed: double.PositiveInfinity))
            while (file.TryNext(out var quote, out _))
                expected.Add(quote);
        expected.Count.ShouldBe(ticks);

        await using var pair = await SimulatedPair.Online(o => o with { Defects = Lossless, WaitForSubscriber = true },
            source: new TickFile(zip, utcOffset: utcOffset, speed: double.PositiveInfinity));
        await pair.Client.SubscribeQuotesAsync(["EURUSD"]).OrHang();
        foreach (var quote in expected)
            (await pair.Events.Quotes.Next()).ShouldBe(quote);
        await pair.Terminal.MarketEnded.OrHang();
        pair.Events.Quotes.Drain().ShouldBeEmpty();
        pair.Events.Faults.Drain().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("1,1.1", "line 1: wanted ms_since_midnight,bid,ask")]
    [InlineData("x,1.1,1.2", "line 1: 'x' is no millisecond of a day")]
    [InlineData("86400000,1.1,1.2", "line 1: '86400000' is no millisecond of a day")]
    [InlineData("1,-1.1,1.2", "line 1: '-1.1' is no bid above zero")]
    [InlineData("1,1.1,0", "line 1: '0' is no ask above zero")]
    [InlineData("5,1.1,1.2\n4,1.1,1.2", "line 2: time 4 comes after 5")]
    public void A_line_that_is_no_tick_is_told_by_its_number(string csv, string problem)
    {
        var path = Path.Combine(Path.GetTempPath(), $"eurusd-{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, csv);
        try
        {
            using var file = new TickFile(path, date: new DateOnly(2014, 5, 8));
            var error = Should.Throw<InvalidDataException>(() =>
            {
                while (file.TryNext(out _, out _)) { }
            });
            error.Message.ShouldContain(problem);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_generated_market_is_the_same_from_the_same_seed_and_stays_near_its_level()
    {
        List<Quote> Run(int seed)
        {
            using var market = new GeneratedMarket(InstrumentCatalog.All.Take(12), seed, 20, SimulatedPair.Start);
            return [.. Enumerable.Range(0, 50_000).Select(_ => market.TryNext(out var q, out TimeSpan _) ? q : default)];
        }
        var quotes = Run(1);
        quotes.ShouldBe(Run(1));
        quotes.ShouldNotBe(Run(2));
        foreach (var symbol in quotes.GroupBy(q => q.Symbol))
        {
            var first = symbol.First().Bid;
            symbol.ShouldAllBe(q => q.Bid > first * 0.95m && q.Bid < first * 1.05m && q.Ask > q.Bid);
        }
    }

    [Theory]
    [InlineData("eurusd-oanda-20140508.csv", "EURUSD")]
    [InlineData("ticks_GBPUSD_20140508.csv", "GBPUSD")]
    [InlineData("20140508-usdjpy.csv", "USDJPY")]
    [InlineData("abcdef-20140508.csv", "ABCDEF")]
    [InlineData("ticks-20140508.csv", null)]
    public void A_file_is_of_the_symbol_that_its_name_says(string name, string? symbol)
    {
        var folder = Directory.CreateTempSubdirectory("actortrading-ticks-");
        try
        {
            var path = Path.Combine(folder.FullName, name);
            File.WriteAllText(path, "1000,1.1,1.2\n");
            if (symbol is null)
            {
                Should.Throw<InvalidDataException>(() => new TickFile(path)).Message.ShouldContain("does not name a symbol");
                using var given = new TickFile(path, "EURUSD");
                given.Symbols.ShouldBe(["EURUSD"]);
                return;
            }
            using var file = new TickFile(path);
            file.Symbols.ShouldBe([symbol]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
