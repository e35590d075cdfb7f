using ActorTrading.Domain;

namespace ActorTrading.Postgres.Tests.Stores;

[Collection(OnServer.Name)]
public sealed class MarketStoresTests(Server server)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Instruments_come_back_as_they_were()
    {
        await using var database = await server.MigratedAsync();
        var store = new InstrumentStore(database.Access);
        var gold = new Instrument { Symbol = "XAUUSD", BaseCurrency = "XAU", QuoteCurrency = "USD", Digits = 2, ContractSize = 100m, SwapMode = SwapMode.InterestOpen, SwapLong = -3.25m };
        await store.SaveAsync([gold, gold with { Symbol = "XAGUSD" }], Now);
        await store.SaveAsync([gold with { Digits = 3 }], Now);
        var stored = await store.FindAsync("XAUUSD");
        (stored!.Digits, stored.SwapMode, stored.SwapLong, stored.TripleSwapDay).ShouldBe((3, SwapMode.InterestOpen, -3.25m, DayOfWeek.Wednesday));
        (await store.AllAsync()).Select(instrument => instrument.Symbol).ShouldBe(["XAGUSD", "XAUUSD"]);
        (await store.FindAsync("EURUSD")).ShouldBeNull();
    }

    [Fact]
    public async Task The_newest_quote_of_the_last_write_stays()
    {
        await using var database = await server.MigratedAsync();
        var store = new QuoteStore(database.Access);
        await store.SaveAsync([new Quote("EURUSD", 1.1m, 1.2m, Now), new Quote("EURUSD", 1.3m, 1.4m, Now.AddSeconds(1)), new Quote("GBPUSD", 1.5m, 1.6m, Now)]);
        (await store.FindAsync("EURUSD")).ShouldBe(new Quote("EURUSD", 1.3m, 1.4m, Now.AddSeconds(1)));
        await store.SaveAsync([new Quote("EURUSD", 0.9m, 1m, Now.AddYears(-12))]);
        (await store.FindAsync("EURUSD")).ShouldBe(new Quote("EURUSD", 0.9m, 1m, Now.AddYears(-12)), "a replayed market is an earlier one");
        (await store.AllAsync()).Count.ShouldBe(2);
        (await store.FindAsync("nothing")).ShouldBeNull();
    }

    [Fact]
    public async Task Bars_are_replaced_by_time_and_read_from_either_end()
    {
        await using var database = await server.MigratedAsync();
        var store = new CandleStore(database.Access);
        var bars = Enumerable.Range(0, 5).Select(i => new Bar(Now.AddMinutes(i), 1.1m, 1.2m, 1.0m, 1.15m + i, 10 + i, 2)).ToList();
        await store.SaveAsync("EURUSD", [.. bars.Select(bar => (Timeframe.M1, bar)), (Timeframe.M1, bars[4] with { Close = 9m }), (Timeframe.H1, bars[0])]);
        bars[4] = bars[4] with { Close = 9m };

        (await store.ReadAsync("EURUSD", Timeframe.M1, null, null, 2)).ShouldBe(bars[3..]);
        (await store.ReadAsync("EURUSD", Timeframe.M1, Now.AddMinutes(1), Now.AddMinutes(4), 10)).ShouldBe(bars[1..4]);
        (await store.ReadAsync("EURUSD", Timeframe.M1, Now, null, 2)).ShouldBe(bars[..2]);
        (await store.ReadAsync("EURUSD", Timeframe.M1, Now, null, 2, newest: true)).ShouldBe(bars[3..]);
        (await store.ReadAsync("EURUSD", Timeframe.H1, null, null, 10)).Count.ShouldBe(1);
        (await store.ReadAsync("GBPUSD", Timeframe.M1, null, null, 10)).ShouldBeEmpty();

        var newest = await store.NewestAsync("EURUSD", 3);
        newest.Keys.ShouldBe([Timeframe.M1, Timeframe.H1], ignoreOrder: true);
        newest[Timeframe.M1].ShouldBe(bars[2..]);
        newest[Timeframe.H1].ShouldBe([bars[0]]);
        (await store.NewestAsync("GBPUSD", 3)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Feeds_come_in_their_order_of_preference()
    {
        await using var database = await server.MigratedAsync();
        var store = new TerminalStore(database.Access);
        await store.SaveAsync(new StoredTerminal { Id = "t1", Name = "First", Host = "127.0.0.1", Port = 15555 }, Now);
        await store.SaveAsync(new StoredFeed { Name = "spare", Preference = 2 }, Now);
        await store.SaveAsync(new StoredFeed { Name = "main", TerminalId = "t1", Preference = 1, DayZone = "UTC", DayStarts = new TimeOnly(0, 0) }, Now);
        (await store.FeedsAsync()).Select(feed => (feed.Name, feed.DayStarts)).ShouldBe([("main", new TimeOnly(0, 0)), ("spare", new TimeOnly(17, 0))]);
        (await store.TerminalsAsync()).Single().Port.ShouldBe(15555);
    }
}
