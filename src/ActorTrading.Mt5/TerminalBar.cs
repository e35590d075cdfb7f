namespace ActorTrading.Mt5;

/// <summary>A bar of bid prices. In history the last one is still forming; on the stream a bar has just closed.</summary>
/// <param name="OpenTime">Where the bar begins, UTC.</param>
/// <param name="SpreadPoints">Spread in points; 0 where the terminal does not tell it.</param>
public readonly record struct TerminalBar(string Symbol, TerminalTimeframe Timeframe, DateTimeOffset OpenTime, decimal Open, decimal High,
    decimal Low, decimal Close, long TickVolume, int SpreadPoints);
