using ActorTrading.Domain;
using ActorTrading.Pine.Bars;
using ActorTrading.Postgres;
using Timeframe = ActorTrading.Domain.Timeframe;

namespace ActorTrading.Grains.Tests.Strategies;

[Collection(nameof(Server))]
public sealed class BarImportTests(Server server) : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.csv");

    [Fact]
    public async Task Bars_come_in_once_however_often_and_finer_ones_are_gathered()
    {
        var (store, import) = await StoreAsync();
        // Half hours from Monday, 6 January 2025, 00:00 UTC.
        File.WriteAllLines(_file, ["time,open,high,low,close,volume", .. Enumerable.Range(0, 10).Select(i => FormattableString.Invariant($"{1736121600 + i * 1800},1.{i}1,1.{i}5,1.{i}0,1.{i}2,10"))]);
        for (var i = 0; i < 2; i++)
        {
            (await import.RunAsync(InstrumentCatalog.Get("EURUSD"), Timeframe.M30, _file, "UTC", null, default)).Count.ShouldBe(10);
        }

        (await store.ReadAsync("EURUSD", Timeframe.M30, null, null, 100)).Count.ShouldBe(10);
        var (count, first, last) = await import.RunAsync(InstrumentCatalog.Get("EURUSD"), Timeframe.H1, _file, "UTC", null, default);
        (count, first, last).ShouldBe((5, new(2025, 1, 6, 0, 0, 0, TimeSpan.Zero), new(2025, 1, 6, 4, 0, 0, TimeSpan.Zero)));
        (await store.ReadAsync("EURUSD", Timeframe.H1, null, null, 100))[1].ShouldBe(new Domain.Bar(first.AddHours(1), 1.21m, 1.35m, 1.20m, 1.32m, 20, 0));
    }

    [Fact]
    public async Task More_bars_than_a_page_are_read_each_once()
    {
        var (store, _) = await StoreAsync();
        var first = new DateTimeOffset(2025, 1, 6, 0, 0, 0, TimeSpan.Zero);
        foreach (var page in Enumerable.Range(0, CandleStore.BarsMax + 10).Chunk(CandleStore.BarsMax))
        {
            await store.SaveAsync("EURUSD", [.. page.Select(i => (Timeframe.M1, new Domain.Bar(first.AddMinutes(i), 1, 1, 1, 1, 1, 0)))]);
        }

        var bars = await StoredBars.ReadAsync(store, "EURUSD", Timeframe.M1, first, first.AddYears(1), 100_000, default);
        bars!.Count.ShouldBe(CandleStore.BarsMax + 10);
        (await StoredBars.ReadAsync(store, "EURUSD", Timeframe.M1, first, first.AddYears(1), 1_000, default)).ShouldBeNull();
    }

    [Theory]
    [InlineData("1736121600,1.1,1.2,1.15,1.18,1", "between low and high")]
    [InlineData("1736121600,1.1,1.2,x,1.18,1", "is not a bar")]
    [InlineData("1736121600,0,1,0,1,1", "above 0")]
    [InlineData("1736118000,1.1,1.2,1.0,1.15,1", "same time")]
    [InlineData("99999999999999999,1.1,1.2,1.0,1.1,1", "is not a bar")]
    [InlineData("-9223372036854775808,1.1,1.2,1.0,1.1,1", "is not a bar")]
    public async Task What_is_no_bar_stores_nothing(string line, string reason)
    {
        var (store, import) = await StoreAsync();
        File.WriteAllLines(_file, ["time,open,high,low,close,volume", "1736118000,1.1,1.2,1.0,1.1,1", line]);
        (await Should.ThrowAsync<BarFileException>(() => import.RunAsync(InstrumentCatalog.Get("EURUSD"), Timeframe.H1, _file, "UTC", null, default))).Message.ShouldContain(reason);
        (await store.ReadAsync("EURUSD", Timeframe.H1, null, null, 100)).ShouldBeEmpty();
    }

    public void Dispose() => File.Delete(_file);

    private async Task<(CandleStore, BarImport)> StoreAsync()
    {
        var options = new PostgresOptions { ConnectionString = await server.Postgres.CreateDatabaseAsync() };
        await Postgres.Migrations.Migrator.RunAsync(options);
        var store = new CandleStore(new PostgresDatabase(options));
        return (store, new BarImport(store, TradingDay.NewYork));
    }
}
