namespace ActorTrading.Domain;

/// <summary>One bar of a symbol, of bid prices as MetaTrader 5's charts are.</summary>
/// <param name="Time">When its period begins, UTC.</param>
/// <param name="TickVolume">Number of quotes.</param>
/// <param name="SpreadPoints">The smallest spread within it, in points.</param>
public readonly record struct Bar(DateTimeOffset Time, decimal Open, decimal High, decimal Low, decimal Close, long TickVolume, int SpreadPoints)
{
    /// <summary>This bar and a later one as one bar.</summary>
    public Bar Merge(in Bar later) => this with
    {
        High = Math.Max(High, later.High),
        Low = Math.Min(Low, later.Low),
        Close = later.Close,
        TickVolume = TickVolume + later.TickVolume,
        SpreadPoints = Math.Min(SpreadPoints, later.SpreadPoints),
    };
}
