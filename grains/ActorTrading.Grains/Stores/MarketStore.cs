using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;
using ActorTrading.Postgres;

namespace ActorTrading.Grains;

/// <summary>Last quotes and bars. Instruments are those that the process was started with.</summary>
public sealed class MarketStore(IQuoteStore quotes, ICandleStore candles, InstrumentSet instruments) : IMarketStore
{
    public Instrument? FindInstrument(string symbol) => instruments.Find(symbol);

    public Task<Quote?> LastQuoteAsync(string symbol, CancellationToken cancellation) => quotes.FindAsync(symbol, cancellation);

    public Task<IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>>> RecentBarsAsync(string symbol, int count, CancellationToken cancellation) =>
        candles.NewestAsync(symbol, count, cancellation);

    public async Task<ImmutableArray<BarRow>> BarsAsync(string symbol, BarQuery query, CancellationToken cancellation) =>
        query.Limit < 1 ? [] : [.. (await candles.ReadAsync(symbol, Enum.Parse<Timeframe>(query.Timeframe), query.From, query.To, Math.Min(query.Limit, CandleStore.BarsMax), cancellation, newest: true))
            .Select(bar => new BarRow(bar.Time, bar.Open, bar.High, bar.Low, bar.Close, bar.TickVolume))];

    // The quote last: bars that are written twice after a failure in between are the same bars.
    public async Task WriteAsync(string symbol, Quote? last, IReadOnlyList<(Timeframe Timeframe, Bar Bar)> bars)
    {
        foreach (var some in bars.Chunk(CandleStore.BarsMax))
        {
            await candles.SaveAsync(symbol, some);
        }

        if (last is { } quote)
        {
            await quotes.SaveAsync([quote]);
        }
    }
}
