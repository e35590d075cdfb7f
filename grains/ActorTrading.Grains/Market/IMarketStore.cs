using System.Collections.Immutable;
using ActorTrading.Contracts;
using ActorTrading.Domain;

namespace ActorTrading.Grains;

/// <summary>Where instruments, last quotes and bars are kept.</summary>
public interface IMarketStore
{
    Instrument? FindInstrument(string symbol);

    Task<Quote?> LastQuoteAsync(string symbol, CancellationToken cancellation);

    /// <summary>The newest stored bars of each timeframe, oldest first; a timeframe without any may be missing.</summary>
    Task<IReadOnlyDictionary<Timeframe, IReadOnlyList<Bar>>> RecentBarsAsync(string symbol, int count, CancellationToken cancellation);

    /// <summary>Stored bars of the query, oldest first.</summary>
    Task<ImmutableArray<BarRow>> BarsAsync(string symbol, BarQuery query, CancellationToken cancellation);

    Task WriteAsync(string symbol, Quote? last, IReadOnlyList<(Timeframe Timeframe, Bar Bar)> bars);
}

/// <param name="SilenceBeforeFailover">How long the preferred feed may be silent before the next one takes over.</param>
/// <param name="TradingDay">Where a trading day, and so its daily bar, begins.</param>
public sealed record FeedSettings(TimeSpan SilenceBeforeFailover, TradingDay TradingDay)
{
    public static FeedSettings Default { get; } = new(TimeSpan.FromSeconds(10), TradingDay.NewYork);
}
