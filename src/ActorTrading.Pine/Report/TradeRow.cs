using ActorTrading.Pine.Strategy;

namespace ActorTrading.Pine.Report;

/// <summary>
/// One line of the list of trades. Times ms UTC, prices unrounded, money in account currency, percentages of the cost of the
/// entry. Of an open trade the exit is the last close, with the signal "Open".
/// </summary>
public sealed record TradeRow
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }
    public required Direction Direction { get; init; }
    public required double Qty { get; init; }
    public required long EntryTime { get; init; }
    public required double EntryPrice { get; init; }
    public required string EntryId { get; init; }
    /// <summary>The entry's comment, or its id without one.</summary>
    public required string EntrySignal { get; init; }
    public required int EntryBar { get; init; }
    public required long ExitTime { get; init; }
    public required double ExitPrice { get; init; }
    public required string ExitId { get; init; }
    public required string ExitSignal { get; init; }
    public required int ExitBar { get; init; }
    public required bool Open { get; init; }
    public required double Profit { get; init; }
    public required double ProfitPercent { get; init; }
    public required double CumulativeProfit { get; init; }
    public required double CumulativeProfitPercent { get; init; }
    /// <summary>Greatest unrealised profit (maximum favourable excursion), the entry's commission taken off.</summary>
    public required double Runup { get; init; }
    public required double RunupPercent { get; init; }
    /// <summary>Greatest unrealised loss (maximum adverse excursion), at least 0.</summary>
    public required double Drawdown { get; init; }
    public required double DrawdownPercent { get; init; }
    public required double Commission { get; init; }
}
