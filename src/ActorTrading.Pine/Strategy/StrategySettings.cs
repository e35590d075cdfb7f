namespace ActorTrading.Pine.Strategy;

/// <summary>The broker-side arguments of <c>strategy()</c>, with Pine's defaults.</summary>
public sealed record StrategySettings
{
    public string Title { get; init; } = "";
    /// <summary>Account currency at the start, above 0.</summary>
    public double InitialCapital { get; init; } = 1_000_000;
    /// <summary>Account currency; empty means the symbol's.</summary>
    public string Currency { get; init; } = "";
    public QuantityType DefaultQtyType { get; init; } = QuantityType.Fixed;
    public double DefaultQtyValue { get; init; } = 1;
    /// <summary>Additional entries allowed in one direction.</summary>
    public int Pyramiding { get; init; }
    public CommissionType CommissionType { get; init; } = CommissionType.Percent;
    public double CommissionValue { get; init; }
    /// <summary>Ticks that market and stop fills lose.</summary>
    public int Slippage { get; init; }
    public bool ProcessOrdersOnClose { get; init; }
    public bool CalcOnOrderFills { get; init; }
    public bool CalcOnEveryTick { get; init; }
    public CloseEntriesRule CloseEntriesRule { get; init; } = CloseEntriesRule.Fifo;
    /// <summary>Percent of a long position's value that the account must hold; 0 lends without limit and never liquidates.</summary>
    public double MarginLong { get; init; } = 100;
    /// <summary>Percent of a short position's value that the account must hold; 0 lends without limit and never liquidates.</summary>
    public double MarginShort { get; init; } = 100;
    /// <summary>Ticks by which price must pass a limit before it fills.</summary>
    public int BacktestFillLimitsAssumption { get; init; }
    public bool UseBarMagnifier { get; init; }
    public bool FillOrdersOnStandardOhlc { get; init; }
    /// <summary>
    /// As in Pine v5, a bracket's <c>limit</c>, <c>stop</c> and <c>trail_price</c> override <c>profit</c>, <c>loss</c> and
    /// <c>trail_points</c>; since v6 the level that is reached first counts.
    /// </summary>
    public bool ExitPricesOverrideDistances { get; init; }
    /// <summary>Percent a year, for Sharpe and Sortino.</summary>
    public double RiskFreeRate { get; init; } = 2;
}
